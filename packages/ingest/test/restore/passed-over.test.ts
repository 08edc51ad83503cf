/** Proves that the number of a version is given once, also when no snapshot ever showed it and the ledger is lost. */
import { readdir, rm } from 'node:fs/promises';
import path from 'node:path';
import { maintain, resetCatalog } from '../../src/index.ts';
import { Delivery, seq } from '../support/delivery.ts';
import { afterLoss, lostAndRestored, restoreAll } from '../support/lost.ts';
import { closeWorlds, openWorld, type World } from '../support/world.ts';

afterAll(closeWorlds, 60_000);

const COLUMNS = [
  { name: 'ID', type: 'INT4', key: 1 },
  { name: 'AMT', type: 'NUMERIC', precision: 14, scale: 4 },
];
const HISTORY = 'edw_x_history';

interface Begun {
  readonly world: World;
  /** A file of changes; each is a version of the history. */
  readonly change: (id: number) => Promise<string>;
}

const noteTypes = ({ pool }: World, from: string, to: string) =>
  pool.query('UPDATE ledger.files SET types = replace(types::text, $1, $2)::json', [from, to]);
/** As if the contract had become another since the files were written: queries cast, and Iceberg's readers do not. */
const mixUp = (world: World) => noteTypes(world, 'decimal(14,4)', 'decimal(10,2)');
const setRight = (world: World) => noteTypes(world, 'decimal(10,2)', 'decimal(14,4)');

/** Version 1 is shown, 2 and 3 are not. */
async function passedOver(): Promise<Begun> {
  const world = await openWorld();
  const delivery = new Delivery(world.delivered, 'EDW.X', COLUMNS);
  await delivery.snapshot(
    'LOAD1',
    ['1', '2', '3', '4'].map((id) => [id, '1.5']),
    { start: '2026-01-01T00:00:00' },
  );
  const contract = await world.addTable('EDW.X');
  world.contracts.set('edw_x', { ...contract, layout: { segmentRows: 1 } });
  await world.ingest();
  await mixUp(world);
  const change = (id: number) =>
    delivery.changes(`2026010${id}-000000000`, [{ seq: seq(id), oper: 'U', row: [String(id), '2.5'] }], {
      end: `2026-03-0${id}T00:00:00`,
    });
  for (const id of [2, 3]) {
    await change(id);
    await world.ingest();
  }
  expect([await newest(world), await shown(world)]).toEqual([3, 1]);
  return { world, change };
}

const number = async ({ pool }: World, sql: string): Promise<number | null> =>
  (await pool.query<{ n: number | null }>(sql, [HISTORY])).rows[0]?.n ?? null;
const newest = (world: World) => number(world, 'SELECT max(version) AS n FROM ledger.versions WHERE table_name = $1');
const shown = (world: World) => number(world, 'SELECT version AS n FROM ledger.pointers WHERE table_name = $1');

/** Versions of which journals lie on stage. */
const journals = async ({ folder }: World): Promise<number[]> =>
  (await readdir(path.join(folder, 'stage', HISTORY, 'metadata')))
    .filter((file) => file.endsWith('.journal.json'))
    .map((file) => Number(file.slice(0, 5)))
    .sort();

const NOW = { grace: 0, retention: 0, dryRun: false };

it('a restored ledger goes on above versions that no snapshot showed, however often it is lost', async () => {
  const { world } = await passedOver();
  const once = await lostAndRestored(world);
  expect(await newest(once)).toBe(1);
  const twice = await lostAndRestored(once);
  expect(await newest(twice)).toBe(1);
  expect((await twice.ingest()).troubled).toEqual([]);
  expect([await newest(twice), await shown(twice)]).toEqual([4, 4]);
  expect(await twice.rows('SELECT amt::VARCHAR AS amt FROM edw_x ORDER BY id')).toEqual(
    ['1.5000', '2.5000', '2.5000', '1.5000'].map((amt) => ({ amt })),
  );
  expect(await newest(await lostAndRestored(twice))).toBe(4);
});

it('what is passed over again after a restore is told once more, above', async () => {
  const { world } = await passedOver();
  const restored = await lostAndRestored(world);
  await mixUp(restored);
  await restored.ingest();
  expect([await newest(restored), await shown(restored)]).toEqual([4, 1]);
  const again = await lostAndRestored(restored);
  await again.ingest();
  expect(await newest(again)).toBe(5);
});

it('metadata that is written anew after a restore keeps the number', async () => {
  const { world } = await passedOver();
  const restored = await lostAndRestored(world);
  await rm(path.join(world.folder, 'stage', HISTORY, 'metadata'), {
    recursive: true,
  });
  expect(await resetCatalog(restored, restored.contracts.get('edw_x')!)).toMatchObject([{}, { done: 'rebuilt' }]);
  await restored.ingest();
  expect(await newest(restored)).toBe(4);
});

it('a version is told of once, however often it is passed over; the highest stays through maintenance', async () => {
  const { world } = await passedOver();
  const attempts = () => number(world, 'SELECT count(*) AS n FROM ledger.attempts WHERE $1::text IS NOT NULL');
  const [before, files] = [await attempts(), await readdir(path.join(world.folder, 'stage', HISTORY, 'metadata'))];
  expect(await journals(world)).toEqual([1, 2, 3]);
  await world.ingest();
  await world.ingest();
  expect(await attempts()).toBe(before);
  expect(await readdir(path.join(world.folder, 'stage', HISTORY, 'metadata'))).toEqual(files);
  await maintain(world, NOW);
  expect(await journals(world)).toEqual([1, 3]);
  expect(await maintain(world, NOW)).toMatchObject({ metadata: { files: 0 }, unknown: { files: 0 } });
  const restored = await lostAndRestored(world);
  await maintain(restored, NOW);
  expect(await journals(world)).toEqual([1, 3]);
});

it('once a version above is shown, its journal goes with the next maintenance', async () => {
  const { world } = await passedOver();
  await setRight(world);
  await world.ingest();
  expect(await shown(world)).toBe(3);
  await maintain(world, NOW);
  // That of the version itself, which all files are told of by, and the first.
  expect(await journals(world)).toEqual([1, 3]);
  const { rows } = await world.pool.query(
    `SELECT version_added AS v, first_version AS f FROM ledger.metadata_files
     WHERE table_name = '${HISTORY}' AND kind = 'journal' AND removed_at IS NULL ORDER BY 1`,
  );
  expect(rows).toEqual([
    { v: 1, f: 1 },
    { v: 3, f: 2 },
  ]);
  expect(await newest(await lostAndRestored(world))).toBe(3);
});

it('a commit that is passed over and dies leaves a number out at most', async () => {
  const { world, change } = await passedOver();
  await world.pool.query(
    `CREATE FUNCTION ledger.refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE 'killed'; END $$;
     CREATE TRIGGER refuse BEFORE INSERT ON ledger.metadata_files FOR EACH ROW EXECUTE FUNCTION ledger.refuse()`,
  );
  await change(4);
  expect((await world.ingest()).troubled).toHaveLength(1);
  await world.pool.query('DROP TRIGGER refuse ON ledger.metadata_files');
  expect(Math.max(...(await journals(world)))).toBe(4);
  const next = await afterLoss(world);
  expect((await restoreAll(next, { dryRun: true })).leftOut).toEqual([]);
  // The ledger that is not lost goes on with the number, and clears away what died.
  await setRight(world);
  await world.letTimePass();
  await world.ingest();
  expect([await newest(world), await shown(world)]).toEqual([4, 4]);
  await maintain(world, NOW);
  expect(await newest(await lostAndRestored(world))).toBe(4);
});
