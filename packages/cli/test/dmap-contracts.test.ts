/** Proves that a sync which brings nothing, for want of contracts or keys, is none that went well, and what is told of files under other names. */
import { mkdir, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { parseDatasetKey } from '@farelake/dmap';
import { csvGz } from '@farelake/dmap/testing';
import { formatContract, type Contract } from '@farelake/schema-registry';
import { withStandIn } from '../../dmap/test/support/stand-in.ts';
import { setContract } from '../../ingest/test/support/datasets.ts';
import { closeHomes, openHome } from './support/command.ts';

const vendor = withStandIn();
afterAll(closeHomes, 60_000);

const contractOf = (set: string): Contract => setContract(set, [{ name: 'n', type: 'bigint' }]);

test('a contract that is broken, or gone, is told by every sync, with exit code 1', async () => {
  const home = await openHome(vendor.variables);
  const file = (set: string) => path.join(home.folder, `registry/dmap/dmap_${set}.json`);
  await mkdir(path.dirname(file('agg_one')), { recursive: true });
  for (const set of ['agg_one', 'agg_two']) {
    await writeFile(file(set), formatContract(contractOf(set)));
    const datasets = [{ datasetId: `${set}_1`, startDate: '2026-01-01', bytes: csvGz(['n'], [[1]]) }];
    await vendor.issue({ api: 'aggregations', set }, datasets);
  }
  expect(await home.run('dmap', 'sync')).toMatchObject({ code: 0 });

  await writeFile(file('agg_two'), '{');
  const broken = await home.run('dmap', 'sync');
  expect(broken.code).toBe(1);
  expect(broken.out).toMatch(/held: dmap_agg_two: its contract dmap\/dmap_agg_two.json cannot be used/);
  const shown = await home.run('dmap', 'show', 'agg_two');
  expect(shown.code).toBe(1);
  expect(shown.err).toContain('agg_two cannot be worked on: its contract dmap/dmap_agg_two.json cannot be used');

  await rm(file('agg_two'));
  const gone = await home.run('dmap', 'sync');
  expect(gone.code).toBe(1);
  expect(gone.out).toMatch(/waiting: dmap_agg_two: its contract is gone/);
  // Who asks for the other one alone is told of that one.
  expect(await home.run('dmap', 'sync', '--set', 'agg_one')).toMatchObject({ code: 0 });
}, 120_000);

test('no contract, or no key of any set, is a mistake in what is set: exit code 2', async () => {
  const none = { ...vendor.variables, DMAP_PUBLIC_KEY: '', DMAP_CONTROLLED_KEY: 'another-key' };
  const home = await openHome(none);
  for (const more of [[], ['--dry-run'], ['--json']]) {
    const ran = await home.run('dmap', 'sync', ...more);
    expect(ran.code).toBe(2);
    expect(ran.err).toMatch(/No contract in .*registry.* is of a DMAP set: nothing was synced.*Set FARELAKE_REGISTRY/);
  }
  const file = path.join(home.folder, 'registry/dmap/dmap_agg_one.json');
  await mkdir(path.dirname(file), { recursive: true });
  await writeFile(file, formatContract(contractOf('agg_one')));
  for (const more of [[], ['--dry-run'], ['--json']]) {
    const ran = await home.run('dmap', 'sync', ...more);
    expect(ran.code).toBe(2);
    expect(ran.err).toMatch(/Nothing was synced: there is no key .* Set DMAP_PUBLIC_KEY \(or DMAP_PUBLIC_KEY_SECRET\)/);
    expect(ran.err).not.toContain('another-key');
  }
  // With a set that has its key, one without is passed over.
  const controlled = path.join(path.dirname(file), 'dmap_sales.json');
  const sales = { ...contractOf('sales'), source: { schema: 'transactional', table: 'sales' } };
  await writeFile(controlled, formatContract(sales));
  const one = await openHome({
    ...vendor.variables,
    DMAP_CONTROLLED_KEY: '',
    FARELAKE_REGISTRY: path.join(home.folder, 'registry'),
  });
  const ran = await one.run('dmap', 'sync');
  expect(ran).toMatchObject({ code: 0, err: expect.stringContaining('passed over: sales') as string });
}, 120_000);

test('files below dmap/ under other names: it is said which names they have to have', async () => {
  const home = await openHome();
  const folder = path.join(home.folder, 'copy/dmap');
  await mkdir(path.join(folder, 'agg_trips'), { recursive: true });
  await writeFile(path.join(folder, 'agg_trips/agg_trips_20220517.csv.gz'), csvGz(['n'], [[1]]));
  const said =
    /are taken in as dmap\/<set>\/.*such as (cubic\/dmap\/agg_trips\/\S+\.csv\.gz)\. farelake dmap sync .*dmap schema <set> --from/;
  for (const place of [folder, path.dirname(folder)]) {
    const ran = await home.run('ingest', place);
    expect(ran.out).toMatch(said);
    expect(parseDatasetKey(said.exec(ran.out)![1]!)).toMatchObject({ set: 'agg_trips', startDate: '2022-05-17' });
  }
  await mkdir(path.join(home.folder, 'other'));
  await writeFile(path.join(home.folder, 'other/x.txt'), '');
  expect((await home.run('ingest', path.join(home.folder, 'other'))).out).not.toMatch(/DMAP/);
}, 120_000);
