/**
 * Proves that files of metadata that are written side by side are all there before the one that names them, and this one before the pointer
 * moves, whichever of them is late or fails; and that a ledger lost right then is restored as it was committed last.
 */
import { readdir, stat } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { parseMetadata, reachableFiles } from '@farelake/iceberg';
import { folderStore } from '@farelake/lake';
import { ingest } from '../../src/index.ts';
import { catalogProblems } from '../support/catalog-chain.ts';
import { Delivery, seq } from '../support/delivery.ts';
import { lostAndRestored } from '../support/lost.ts';
import { metadataReader } from '../support/metadata-reader.ts';
import { closeWorlds, openWorld, type World } from '../support/world.ts';

afterAll(closeWorlds, 60_000);

const COLUMNS = [
  { name: 'ID', type: 'INT4', key: 1 },
  { name: 'S', type: 'STRING' },
];

/** Of a file of metadata. */
type Kind = 'manifest' | 'list' | 'journal' | 'metadata';

const kindOf = (file: string): Kind =>
  file.endsWith('.metadata.json')
    ? 'metadata'
    : file.endsWith('.journal.json')
      ? 'journal'
      : path.basename(file).startsWith('snap-')
        ? 'list'
        : 'manifest';

interface Puts {
  /** Milliseconds that each takes longer. */
  late: (put: number, kind: Kind) => number;
  fails: (put: number, kind: Kind) => boolean;
  count: number;
  under: number;
}

/** Files of metadata are the only ones that are put on stage; data files are moved there. */
function watched(world: World, puts: Puts): World['stage'] {
  return {
    ...world.stage,
    put: async (...given) => {
      const kind = kindOf(given[1]);
      puts.count += 1;
      const own = puts.count;
      puts.under += 1;
      try {
        await pause(puts.late(own, kind));
        if (puts.fails(own, kind)) throw new Error('a fault of the store');
        return await world.stage.put(...given);
      } finally {
        puts.under -= 1;
      }
    },
  };
}

/** Metadata on stage that needs a file, or has a journal of its commit, that is not there. */
async function notWhole({ folder }: World): Promise<string[]> {
  const stage = path.join(folder, 'stage');
  const files = async (kind: Kind) =>
    (await readdir(stage, { recursive: true })).filter((file) => file.includes('/metadata/') && kindOf(file) === kind);
  const broken: string[] = [];
  for (const file of await files('metadata')) {
    const metadata = parseMetadata(await metadataReader.read(`file://${path.join(stage, file)}`));
    const needed = [...(await reachableFiles(metadataReader, metadata).catch(() => ['gone']))];
    const there = await Promise.all(needed.map((one) => stat(one.replace(/^file:\/\//, '')).catch(() => undefined)));
    const commit = /^(.*\/\d+-[0-9a-f]+)-/.exec(file)?.[1] ?? '';
    const hasJournal = (await files('journal')).some((one) => one.startsWith(commit));
    if (!hasJournal || there.includes(undefined)) broken.push(file);
  }
  return broken;
}

async function begun(): Promise<{
  world: World;
  delivery: Delivery;
  puts: Puts;
  run: () => ReturnType<typeof ingest>;
}> {
  const world = await openWorld();
  const delivery = new Delivery(world.delivered, 'EDW.X', COLUMNS);
  await delivery.snapshot('LOAD1', [['1', 'a']], { start: '2026-01-01T00:00:00' });
  await world.addTable('EDW.X');
  const puts: Puts = { late: () => 0, fails: () => false, count: 0, under: 0 };
  const stage = watched(world, puts);
  const run = () => ingest({ ...world, stage }, folderStore(world.delivered));
  await run();
  return { world, delivery, puts, run };
}

it('a late one is waited for; one that fails leaves the catalog as it was, and none under way', async () => {
  const { world, delivery, puts, run } = await begun();
  // Of each of two commits a manifest, a list, a journal and metadata.
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
    // What names the others was not begun without them.
    expect([puts.count, puts.under]).toEqual([one < 4 ? 3 : 4, 0]);
    expect(await shown()).toEqual(before);
    expect(await catalogProblems(world.pool, { whole: true, settled: true, each: true })).toEqual([]);
    Object.assign(puts, { late: (n: number) => 20 * (n % 3), fails: () => false });
    expect((await run()).troubled).toEqual([]);
    expect(await catalogProblems(world.pool, { whole: true, settled: true, each: true })).toEqual([]);
    expect(await world.rows('SELECT s FROM edw_x WHERE id = 2')).toEqual([{ s: `${one}` }]);
  }
});

it.each(['manifest', 'list', 'journal', 'metadata'] as const)(
  'no metadata on stage without what it needs, whenever the %s is late or does not come; then a lost ledger is restored',
  async (kind) => {
    const { world, delivery, puts, run } = await begun();
    // Of the table's own commit, which comes after that of its history.
    let ofKind = 0;
    const isIt = (own: Kind) => own === kind && (ofKind += 1) === 2;
    Object.assign(puts, {
      late: (_: number, own: Kind) => (own === kind ? 150 : 0),
      fails: (_: number, own: Kind) => isIt(own),
    });
    await delivery.changes('20260102-000000000', [{ seq: seq(1), oper: 'I', row: ['2', 'b'] }], {
      end: '2026-01-01T00:00:10',
    });
    let [done, broken] = [false, 0];
    const looking = (async () => {
      while (!done) {
        broken += (await notWhole(world)).length;
        await pause(10);
      }
    })();
    const { troubled } = await run().finally(() => {
      done = true;
    });
    await looking;
    expect(troubled).toMatchObject([{ error: { message: 'a fault of the store' } }]);
    expect(broken).toBe(0);
    expect(await notWhole(world)).toEqual([]);
    const before = await world.rows('SELECT * FROM edw_x ORDER BY id');
    const restored = await lostAndRestored(world);
    expect(await restored.rows('SELECT * FROM edw_x ORDER BY id')).toEqual(before);
    expect((await restored.ingest()).tables).toMatchObject([{ loaded: 0, applied: 1, trouble: null }]);
    expect(await restored.rows('SELECT s FROM edw_x ORDER BY id')).toEqual([{ s: 'a' }, { s: 'b' }]);
  },
);
