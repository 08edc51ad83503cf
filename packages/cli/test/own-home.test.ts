/** Proves that a home without DATABASE_URL has a Postgres of its own, which stays up between commands until `down`. */
import path from 'node:path';
import { closeHomes, openHome, REPOSITORY, type Home } from './support/command.ts';

const FEED = path.join(REPOSITORY, 'sample_data/cubic');

afterAll(closeHomes, 60_000);

const json = async (home: Home, sql: string): Promise<unknown> => {
  const { code, out, err } = await home.run('query', sql, '--format', 'json');
  expect({ code, err }).toEqual({ code: 0, err: '' });
  return JSON.parse(out);
};

describe('a home of its own', () => {
  it('starts its Postgres once, shares it, and stops it with down; another home knows nothing of it', async () => {
    const [one, two] = [await openHome({ DATABASE_URL: '' }), await openHome({ DATABASE_URL: '' })];
    try {
      await one.run('table', 'add', 'EDW.PRODUCT', '--from', FEED, '--yes');
      await two.run('table', 'add', 'EDW.PRODUCT', '--from', FEED, '--yes');
      const ran = await Promise.all([one.run('ingest', FEED), one.run('status'), one.run('migrate')]);
      expect(ran.map(({ code }) => code)).toEqual([0, 0, 0]);
      expect(await json(one, 'SELECT count(*) AS n FROM edw_product')).toEqual([{ n: 39 }]);
      expect(await json(two, 'SELECT count(*) AS n FROM edw_product')).toEqual([{ n: 0 }]);
      expect((await one.run('down')).out).toMatch(/stopped/);
      expect(await json(one, 'SELECT count(*) AS n FROM edw_product')).toEqual([{ n: 39 }]);
    } finally {
      await one.run('down');
      await two.run('down');
    }
    expect((await one.run('down')).out).toMatch(/No Postgres was up/);
  }, 120_000);
});
