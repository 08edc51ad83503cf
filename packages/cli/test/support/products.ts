/** A home with a small table of the sample feed. */
import path from 'node:path';
import { openHome, REPOSITORY, type Home } from './command.ts';

export const FEED = path.join(REPOSITORY, 'sample_data/cubic');

/** Which has the table `edw_product`, with its rows. */
export async function withProducts(): Promise<Home> {
  const home = await openHome();
  expect(await home.run('table', 'add', 'EDW.PRODUCT', '--from', FEED, '--yes')).toMatchObject({ code: 0 });
  expect(await home.run('ingest', FEED, '--table', 'EDW.PRODUCT')).toMatchObject({ code: 0 });
  return home;
}
