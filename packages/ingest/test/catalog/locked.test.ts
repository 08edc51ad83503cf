/** Proves that a lock that somebody holds on a table in the catalog stops that table alone, and not for good. */
import { lockPointer, withTransaction } from '@farelake/db';
import { folderStore } from '@farelake/lake';
import { ingest, maintain, resetCatalog } from '../../src/index.ts';
import { catalogTable } from '../../src/catalog/place.ts';
import { Delivery } from '../support/delivery.ts';
import { AFTER, begun, change, COLUMNS } from '../support/one-row.ts';
import { expectSame } from '../support/shown-by-catalog.ts';
import { closeWorlds, type World } from '../support/world.ts';

afterAll(closeWorlds, 60_000);

/** As one who has begun a commit of an engine, or edits the row by hand, and went home. @returns ends it */
async function lock(world: World, statement: string): Promise<() => Promise<void>> {
  const client = await world.pool.connect();
  await client.query('BEGIN');
  await client.query(statement);
  return async () => {
    await client.query('ROLLBACK');
    client.release();
  };
}

const ROW = `SELECT FROM public.iceberg_tables WHERE table_name = 'edw_x' FOR UPDATE`;
const WHOLE = 'LOCK TABLE public.iceberg_tables IN SHARE MODE';

it.each([
  ['its row', ROW, ['edw_y']],
  ['the whole catalog', WHOLE, []],
])(
  '%s is locked: told with who, other tables go on, and what waited comes with the next run',
  async (_, sql, going) => {
    const home = await begun();
    const { delivery } = home;
    const world = { ...home.world, catalogPatience: 0.3 };
    const other = new Delivery(world.delivered, 'EDW.Y', COLUMNS);
    await other.snapshot('LOAD1', [['1', 'a']], { start: '2026-01-01T00:00:00' });
    await world.addTable('EDW.Y');
    await delivery.changes('20260102-000000000', [change(2, '2')], AFTER);
    const release = await lock(world, sql);
    try {
      await ingest(world, folderStore(world.delivered));
      const [told] = (await world.status()).filter(({ table }) => table === 'edw_x');
      expect(told).toMatchObject({
        state: 'failing',
        reason: expect.stringMatching(/locked for longer than 0\.3 seconds/) as string,
      });
      const sees = /-c "(SELECT .*)"\)/.exec(told?.reason ?? '')?.[1] ?? '';
      expect((await world.pool.query(sees)).rows).toMatchObject([{ state: 'idle in transaction', query: sql }]);
      expect(await world.rows('SELECT count(*) AS n FROM edw_x')).toEqual([{ n: '1' }]);
      for (const table of going) expect(await world.rows(`SELECT count(*) AS n FROM ${table}`)).toEqual([{ n: '1' }]);
      await expect(resetCatalog(world, home.contract)).rejects.toMatchObject({ code: 'catalog-locked' });
    } finally {
      await release();
    }
    await ingest(world, folderStore(world.delivered));
    for (const [table, n] of [
      ['edw_x', '2'],
      ['edw_y', '1'],
    ]) {
      expect(await world.rows(`SELECT count(*) AS n FROM ${table}`)).toEqual([{ n }]);
      await expectSame(world, table!);
    }
  },
);

it('maintenance tells it, and lets go of other snapshots', async () => {
  const home = await begun();
  await home.delivery.changes('20260102-000000000', [change(2, '2')], AFTER);
  await home.world.ingest();
  const release = await lock(home.world, ROW);
  try {
    const done = await maintain({ ...home.world, catalogPatience: 0.3 }, { grace: 0, retention: 0, dryRun: false });
    expect(done).toMatchObject({
      snapshots: 1,
      untrimmed: [{ table: 'edw_x', why: expect.stringContaining('locked') as string }],
    });
  } finally {
    await release();
  }
});

it('what the transaction waits for afterwards goes by its own limit', async () => {
  const { world } = await begun();
  const limit = await withTransaction(world.pool, async (db) => {
    await db.query(`SET LOCAL lock_timeout = '7s'`);
    await lockPointer(db, catalogTable(world, 'edw_x'), 'edw_x', 60);
    return (await db.query<{ lock_timeout: string }>('SHOW lock_timeout')).rows[0]?.lock_timeout;
  });
  expect(limit).toBe('7s');
});
