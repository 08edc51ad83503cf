/** Proves that a home without DATABASE_URL has a Postgres of its own, which stays up between commands until `down`. */
import path from 'node:path';
import { closeHomes, openHome, queryJson, REPOSITORY } from './support/command.ts';

const FEED = path.join(REPOSITORY, 'sample_data/cubic');

afterAll(closeHomes, 60_000);

describe('a home of its own', () => {
  it('starts its Postgres once, shares it, and stops it with down; another home knows nothing of it', async () => {
    const [one, two] = [await openHome({ DATABASE_URL: '' }), await openHome({ DATABASE_URL: '' })];
    try {
      await one.run('table', 'add', 'EDW.PRODUCT', '--from', FEED, '--yes');
      await two.run('table', 'add', 'EDW.PRODUCT', '--from', FEED, '--yes');
      const ran = await Promise.all([one.run('ingest', FEED), one.run('status'), one.run('migrate')]);
      expect(ran.map(({ code }) => code)).toEqual([0, 0, 0]);
      expect(await queryJson(one, 'SELECT count(*) AS n FROM edw_product')).toEqual([{ n: 39 }]);
      expect(await queryJson(two, 'SELECT count(*) AS n FROM edw_product')).toEqual([{ n: 0 }]);
      expect((await one.run('down')).out).toMatch(/stopped/);
      expect(await queryJson(one, 'SELECT count(*) AS n FROM edw_product')).toEqual([{ n: 39 }]);
    } finally {
      await one.run('down');
      await two.run('down');
    }
    expect((await one.run('down')).out).toMatch(/No Postgres was up/);
  }, 120_000);
});
