/** Proves that files of metadata that are written side by side are all there before the pointer moves, whichever of them is late or fails. */
import { setTimeout as pause } from 'node:timers/promises';
import { folderStore } from '@farelake/lake';
import { ingest } from '../../src/index.ts';
import { catalogProblems } from '../support/catalog-chain.ts';
import { Delivery, seq } from '../support/delivery.ts';
import { closeWorlds, openWorld, type World } from '../support/world.ts';

afterAll(closeWorlds, 60_000);

const COLUMNS = [
  { name: 'ID', type: 'INT4', key: 1 },
  { name: 'S', type: 'STRING' },
];

interface Puts {
  /** Milliseconds that each takes longer. */
  late: (put: number) => number;
  fails: (put: number) => boolean;
  count: number;
  under: number;
}

/** Files of metadata are the only ones that are put on stage; data files are moved there. */
function watched(world: World, puts: Puts): World['stage'] {
  return {
    ...world.stage,
    put: async (...given) => {
      puts.count += 1;
      const own = puts.count;
      puts.under += 1;
      try {
        await pause(puts.late(own));
        if (puts.fails(own)) throw new Error('a fault of the store');
        return await world.stage.put(...given);
      } finally {
        puts.under -= 1;
      }
    },
  };
}

it('a late one is waited for; one that fails leaves the catalog as it was, and none under way', async () => {
  const world = await openWorld();
  const delivery = new Delivery(world.delivered, 'EDW.X', COLUMNS);
  await delivery.snapshot('LOAD1', [['1', 'a']], { start: '2026-01-01T00:00:00' });
  await world.addTable('EDW.X');
  const puts: Puts = { late: () => 0, fails: () => false, count: 0, under: 0 };
  const stage = watched(world, puts);
  const run = () => ingest({ ...world, stage }, folderStore(world.delivered));
  await run();
  // Of each of two commits a manifest, a list, metadata and a journal.
  expect(puts.count).toBe(8);
  const shown = async () =>
    (await world.pool.query<{ at: string }>('SELECT metadata_location AS at FROM iceberg_tables ORDER BY 1')).rows;
  for (let one = 1; one <= 4; one += 1) {
    const before = await shown();
    await delivery.changes(`2026010${one + 1}-000000000`, [{ seq: seq(one), oper: 'I', row: ['2', `${one}`] }], {
      end: '2026-01-01T00:00:10',
    });
    Object.assign(puts, { count: 0, late: (n: number) => 20 * n, fails: (n: number) => n === one });
    const { troubled } = await run();
    expect(troubled).toMatchObject([{ dataset: 'edw_x', error: { message: 'a fault of the store' } }]);
    expect([puts.count, puts.under]).toEqual([4, 0]);
    expect(await shown()).toEqual(before);
    expect(await catalogProblems(world.pool, { whole: true, settled: true, each: true })).toEqual([]);
    Object.assign(puts, { late: (n: number) => 20 * (n % 3), fails: () => false });
    expect((await run()).troubled).toEqual([]);
    expect(await catalogProblems(world.pool, { whole: true, settled: true, each: true })).toEqual([]);
    expect(await world.rows('SELECT s FROM edw_x WHERE id = 2')).toEqual([{ s: `${one}` }]);
  }
});
