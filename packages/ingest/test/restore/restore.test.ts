/** Proves that a lost ledger comes back from stage: equal tables, nothing taken in twice, versions and snapshots that go on. */
import { rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { currentSnapshot, liveFiles } from '@farelake/iceberg';
import { folderStore } from '@farelake/lake';
import { maintain, verifyTable } from '../../src/index.ts';
import { AFTER, findings, tables, withChanges } from '../support/before-loss.ts';
import { afterLoss, lostAndRestored, restoreAll } from '../support/lost.ts';
import { metadataReader } from '../support/metadata-reader.ts';
import { change } from '../support/one-row.ts';
import { catalogOf, metadataOf } from '../support/shown-by-catalog.ts';
import { closeWorlds, openWorld, type World } from '../support/world.ts';

afterAll(closeWorlds, 60_000);

/** What of the ledger has to be as it was. */
const LEDGER: Readonly<Record<string, string>> = {
  loads: `SELECT l.id, l.state, l.file_time, l.end_write, l.last_transaction, l.generation, l.history_batch_id, o.object_key, o.content_hash,
    d.object_key AS dfm FROM ledger.loads l JOIN ledger.objects o ON o.id = l.object_id LEFT JOIN ledger.objects d ON d.id = l.dfm_object_id ORDER BY l.id`,
  receipts: 'SELECT * FROM ledger.receipts ORDER BY load_id',
  generations: 'SELECT dataset, name, start, state, cause FROM ledger.generations ORDER BY 1, 2',
  cores: 'SELECT * FROM ledger.generation_cores ORDER BY load_id',
  files: `SELECT table_name, uri, size, rows, sha256, contract_version, statistics::text AS statistics, batch_id, load_id, segment, lowest_key::text AS lowest,
    treatments::text AS treatments, column_ids, types::text AS types FROM ledger.files WHERE version_removed IS NULL AND table_name NOT LIKE '%@%' ORDER BY uri`,
  versions: `SELECT DISTINCT ON (table_name) table_name, version, attempt_id, contract_version, rows, generation, fold_rules, watermark, orphans, conflicts
    FROM ledger.versions WHERE table_name NOT LIKE '%@%' ORDER BY table_name, version DESC`,
  tables: 'SELECT dataset, live_generation FROM ledger.tables ORDER BY 1',
  pointers: 'SELECT table_name, metadata, version FROM ledger.pointers ORDER BY 1',
  catalog: 'SELECT table_namespace, table_name, metadata_location FROM public.iceberg_tables ORDER BY 1, 2',
  snapshots: 'SELECT * FROM ledger.snapshots WHERE expired_at IS NULL ORDER BY 1, 2',
};

async function ledgerOf({ pool }: World): Promise<Record<string, unknown>> {
  const facts: Record<string, unknown> = {};
  for (const [name, sql] of Object.entries(LEDGER)) facts[name] = (await pool.query(sql)).rows;
  return facts;
}

/** States as they are before the archive's step has run once more. */
const asApplied = (facts: Record<string, unknown>): unknown =>
  JSON.parse(JSON.stringify(facts).replaceAll('"archived"', '"applied"'));

it('an equal ledger, equal tables at once; the same folder again changes nothing, new files come in once', async () => {
  const { world, delivery } = await withChanges();
  const [before, ledger] = [await tables(world), await ledgerOf(world)];
  const restored = await afterLoss(world);
  expect(await restoreAll(restored)).toEqual({
    restored: [
      {
        dataset: 'edw_x',
        tables: [
          { table: 'edw_x', version: 4, rows: 4, files: 1, versions: 4 },
          { table: 'edw_x_history', version: 4, rows: 5, files: 4, versions: 4 },
        ],
        loads: 4,
        notes: [],
      },
    ],
    before: [],
    leftOut: [],
    withoutContract: [],
  });
  expect(await tables(restored)).toEqual(before);
  expect(asApplied(await ledgerOf(restored))).toEqual(asApplied(ledger));
  expect(await findings(restored)).toEqual([]);
  const again = await restored.ingest();
  expect(again.registered).toMatchObject({ fresh: 0 });
  expect(again.tables).toMatchObject([{ loaded: 0, applied: 0, archived: 0, trouble: null }]);
  expect(await ledgerOf(restored)).toEqual(ledger);
  await delivery.changes('20260105-000000000', [change(5, '9', 'late')], AFTER);
  expect((await restored.ingest()).tables).toMatchObject([{ loaded: 1, applied: 1 }]);
  expect(await restored.rows('SELECT s FROM edw_x WHERE id = 9')).toEqual([{ s: 'late' }]);
  const { rows } = await restored.pool.query(
    `SELECT table_name, max(version) AS version FROM ledger.versions GROUP BY 1 ORDER BY 1`,
  );
  expect(rows).toEqual([
    { table_name: 'edw_x', version: 5 },
    { table_name: 'edw_x_history', version: 5 },
  ]);
  const numbers = await restored.pool.query<{ id: number }>('SELECT id FROM ledger.loads ORDER BY id');
  expect(numbers.rows.at(-1)?.id).toBeGreaterThan(4);
  const contract = restored.contracts.get('edw_x')!;
  expect(await verifyTable(restored, contract, 'history')).toMatchObject({ equal: true });
  expect(await findings(restored)).toEqual([]);
});

it('the objects of loads that are in history need not be where they came from any more', async () => {
  const { world } = await withChanges();
  await rm(world.delivered, { recursive: true });
  const restored = await lostAndRestored(world);
  const done = await restored.ingest();
  expect(done.tables).toMatchObject([{ loaded: 0, archived: 0, trouble: null }]);
  const { rows } = await restored.pool.query('SELECT state, count(*) AS n FROM ledger.loads GROUP BY 1');
  expect(rows).toEqual([{ state: 'archived', n: 4 }]);
});

it('the Iceberg table goes on with its snapshots: those of before the loss are in the metadata of the next commit', async () => {
  const { world, delivery } = await withChanges();
  const before = await metadataOf(world, 'edw_x');
  const restored = await lostAndRestored(world);
  await delivery.changes('20260105-000000000', [change(5, '9', 'late')], AFTER);
  await restored.ingest();
  const after = await metadataOf(restored, 'edw_x');
  expect(after.snapshots.slice(0, -1)).toEqual(before.snapshots);
  expect(after['metadata-log'].at(-1)?.['metadata-file']).toBe(
    (await catalogOf(world)).get('edw_x')?.metadata_location,
  );
  const old = before.snapshots[1]!;
  expect((await liveFiles(metadataReader, old)).length).toBeGreaterThan(0);
  expect(currentSnapshot(after)?.summary['farelake.version']).toBe('5');
  // As it stood, by the ledger.
  const { rows } = await restored.pool.query('SELECT version FROM ledger.versions WHERE table_name = $1 ORDER BY 1', [
    'edw_x',
  ]);
  expect(rows.map((row: { version: number }) => row.version)).toEqual([1, 2, 3, 4, 5]);
});

it('what was loaded and not folded yet is folded by the next ingest, and nothing else', async () => {
  const { world, delivery } = await withChanges(2);
  await delivery.changes('20260103-000000000', [change(3, '7', 'new')], AFTER);
  // The fold after the load fails.
  await world.pool.query(
    `CREATE FUNCTION ledger.refuse_fold() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF NEW.table_name = 'edw_x' THEN RAISE 'no fold'; END IF; RETURN NEW; END $$`,
  );
  await world.pool.query(
    `CREATE TRIGGER refuse_fold BEFORE INSERT ON ledger.versions FOR EACH ROW EXECUTE FUNCTION ledger.refuse_fold()`,
  );
  expect((await world.ingest()).troubled).toHaveLength(1);
  const restored = await lostAndRestored(world);
  const { rows } = await restored.pool.query('SELECT id, state FROM ledger.loads ORDER BY id');
  expect(rows.map((row: { state: string }) => row.state)).toEqual(['applied', 'applied', 'applied', 'loaded']);
  expect((await restored.ingest()).tables).toMatchObject([{ loaded: 0, applied: 1 }]);
  expect(await restored.rows('SELECT s FROM edw_x WHERE id = 7')).toEqual([{ s: 'new' }]);
});

it('twice is refused, and a ledger that knows the table; a dry run changes nothing', async () => {
  const { world } = await withChanges();
  const next = await afterLoss(world);
  const dry = await restoreAll(next, { dryRun: true });
  expect(dry.restored).toMatchObject([{ dataset: 'edw_x', loads: 4 }]);
  expect((await next.pool.query('SELECT count(*) AS n FROM ledger.objects')).rows).toEqual([{ n: 0 }]);
  expect((await next.pool.query('SELECT count(*) AS n FROM public.iceberg_tables')).rows).toEqual([{ n: 0 }]);
  await restoreAll(next);
  const ledger = await ledgerOf(next);
  expect(await restoreAll(next)).toMatchObject({ restored: [], before: ['edw_x'], leftOut: [] });
  expect((await restoreAll(next, { datasets: ['edw_x'] })).leftOut).toMatchObject([
    { dataset: 'edw_x', code: 'already-restored' },
  ]);
  expect((await restoreAll(world)).leftOut).toMatchObject([
    {
      dataset: 'edw_x',
      code: 'ledger-not-empty',
      problem: expect.stringMatching(
        /: edw_x has 4 versions, edw_x_history has 4 versions, 8 delivered objects\.$/,
      ) as string,
    },
  ]);
  expect(await ledgerOf(next)).toEqual(ledger);
});

it('tables without a contract are told; nothing on stage is an error', async () => {
  const { world } = await withChanges(1);
  const next = await afterLoss(world);
  next.contracts.clear();
  expect(await restoreAll(next)).toMatchObject({ restored: [], withoutContract: ['edw_x', 'edw_x_history'] });
  await expect(restoreAll(next, { datasets: ['edw_x'] })).rejects.toMatchObject({ code: 'nothing-on-stage' });
  await expect(restoreAll(await openWorld())).rejects.toMatchObject({ code: 'nothing-on-stage' });
});

it('what maintenance leaves and takes: files of before the loss that nothing needs go after the grace period and the retention', async () => {
  const { world, delivery } = await withChanges(3);
  const restored = await lostAndRestored(world);
  const stage = folderStore(path.join(world.folder, 'stage'));
  const left = async () => {
    const paths: string[] = [];
    for await (const { path: file } of stage.list()) paths.push(file);
    return paths;
  };
  const before = await left();
  await writeFile(
    path.join(world.folder, 'stage/edw_x/base', `000001-${'c'.repeat(20)}.parquet`),
    'of an attempt that died',
  );
  await maintain(restored, { grace: 0, retention: 1e9, dryRun: false });
  expect((await left()).filter((file) => !before.includes(file))).toHaveLength(1);
  const third = await lostAndRestored(world);
  const done = await maintain(third, { grace: 0, retention: 0, dryRun: false });
  expect(done).toMatchObject({ unknown: { files: 0 }, dead: { files: 1 } });
  expect(await tables(third)).toEqual(await tables(world));
  expect(await findings(third)).toEqual([]);
  await delivery.changes('20260105-000000000', [change(5, '9', 'late')], AFTER);
  await third.ingest();
  // Of what is left a ledger can be restored again.
  const fourth = await lostAndRestored(third);
  expect(await tables(fourth)).toEqual(await tables(third));
  expect(await findings(fourth)).toEqual([]);
});
