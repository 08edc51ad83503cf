/** Proves that what the catalog shows is the manifest, version by version. */
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { reachableFiles, schemaOf, tableUuid } from '@farelake/iceberg';
import { folderStore } from '@farelake/lake';
import { audit, maintain, rollBack } from '../../src/index.ts';
import { metadataReader } from '../support/metadata-reader.ts';
import { AFTER, begun, change } from '../support/one-row.ts';
import { catalogOf, expectSame, metadataOf } from '../support/shown-by-catalog.ts';
import { closeWorlds, type World } from '../support/world.ts';

afterAll(closeWorlds, 60_000);

const DAY = 24 * 3600;

it('each commit of a table and its history is a snapshot that lists what the manifest lists', async () => {
  const { world, delivery } = await begun();
  for (const day of [2, 3, 4]) {
    await delivery.changes(`2026010${day}-000000000`, [change(day, String(day))], AFTER);
    await world.ingest();
  }
  expect(await expectSame(world, 'edw_x')).toEqual([1, 2, 3, 4]);
  expect(await expectSame(world, 'edw_x_history')).toEqual([1, 2, 3, 4]);
  const metadata = await metadataOf(world, 'edw_x');
  expect(metadata).toMatchObject({
    'table-uuid': tableUuid('local', 'edw_x'),
    location: `file://${path.join(world.folder, 'stage/edw_x')}`,
    properties: { 'gc.enabled': 'false' },
  });
  expect(metadata.snapshots.map(({ summary }) => summary['operation'])).toEqual([
    'append',
    'overwrite',
    'overwrite',
    'overwrite',
  ]);
  expect(schemaOf(metadata).fields.map(({ id, name, type }) => [id, name, type])).toEqual([
    [101, 'id', 'long'],
    [102, 's', 'string'],
    [1, 'header__change_seq', 'string'],
    [3, 'header__timestamp', 'timestamp'],
  ]);
  expect(metadata['metadata-log']).toHaveLength(3);
  expect((await catalogOf(world)).get('edw_x')).toMatchObject({
    iceberg_type: 'TABLE',
    previous_metadata_location: metadata['metadata-log'].at(-1)?.['metadata-file'],
  });
});

it('a version shows what it showed: rollback, a snapshot delivered anew, compaction of nothing', async () => {
  const { world, delivery } = await begun();
  await delivery.changes('20260102-000000000', [change(2, '2')], AFTER);
  await world.ingest();
  await delivery.snapshot(
    'LOAD1',
    [
      ['1', 'b'],
      ['3', 'c'],
    ],
    { start: '2026-02-01T00:00:00' },
  );
  await world.ingest();
  expect(await expectSame(world, 'edw_x')).toEqual([1, 2, 3]);
  const contract = world.contracts.get('edw_x')!;
  await rollBack({ workspace: world, contract, by: 'test', why: 'wrong' });
  expect(await expectSame(world, 'edw_x')).toEqual([1, 2, 3, 4]);
  expect(await catalogOf(world)).toHaveProperty('size', 2);
});

it('columns follow the contract: new, renamed, of more digits; a snapshot keeps those it was made with', async () => {
  const { world, delivery, contract } = await begun();
  const more = {
    ...contract,
    version: 2,
    columns: contract.columns.map((one) => (one.name === 's' ? { ...one, name: 't' } : one)),
  };
  world.contracts.set('edw_x', more);
  await delivery.changes('20260102-000000000', [change(2, '2')], AFTER);
  await world.ingest();
  const metadata = await metadataOf(world, 'edw_x');
  const names = metadata.snapshots.map((one) => schemaOf(metadata, one).fields.map(({ id, name }) => `${id} ${name}`));
  expect(names[0]).toEqual(['101 id', '102 s', '1 header__change_seq', '3 header__timestamp']);
  expect(names.at(-1)).toEqual(['101 id', '102 t', '1 header__change_seq', '3 header__timestamp']);
});

it('a home from before there were snapshots gets one of each table by its next ingest, with all files', async () => {
  const { world, delivery } = await begun();
  await delivery.changes('20260102-000000000', [change(2, '2')], AFTER);
  await world.ingest();
  await world.pool.query('TRUNCATE iceberg_tables, ledger.pointers, ledger.snapshots, ledger.metadata_files');
  await world.ingest();
  expect(await expectSame(world, 'edw_x')).toEqual([2]);
  expect(await expectSame(world, 'edw_x_history')).toEqual([2]);
});

it('maintenance lets snapshots go after the retention, with their files, and nothing that a snapshot needs', async () => {
  const { world, delivery } = await begun();
  for (const day of [2, 3]) {
    await delivery.changes(`2026010${day}-000000000`, [change(day, String(day))], AFTER);
    await world.ingest();
  }
  const files = async () =>
    (await readdir(path.join(world.folder, 'stage'), { recursive: true })).filter((name) => /\.\w+$/.test(name));
  const before = await files();
  await maintain(world, { grace: DAY, retention: 7 * DAY, dryRun: false });
  expect(await files()).toEqual(before);
  await age(world, 8 * DAY);
  // A reader's snapshot of before keeps its files until it is let go.
  expect(await expectSame(world, 'edw_x')).toEqual([1, 2, 3]);
  const done = await maintain(world, { grace: DAY, retention: 7 * DAY, dryRun: false });
  expect(done).toMatchObject({ snapshots: 4, untrimmed: [], expired: { files: 2 }, unknown: { files: 0 } });
  expect(await expectSame(world, 'edw_x')).toEqual([3]);
  await age(world, 8 * DAY);
  await maintain(world, { grace: DAY, retention: 7 * DAY, dryRun: false });
  // What is left is what the newest metadata needs, its journals, and the data.
  const needed = await Promise.all(
    ['edw_x', 'edw_x_history'].map(async (table) => [
      ...(await reachableFiles(metadataReader, await metadataOf(world, table))),
    ]),
  );
  const kept = (await files())
    .map((name) => `file://${path.join(world.folder, 'stage', name)}`)
    .filter((name) => !/\.(parquet|journal\.json|metadata\.json)$/.test(name));
  expect(kept.sort()).toEqual(
    needed
      .flat()
      .filter((name) => name.endsWith('.avro'))
      .sort(),
  );
  expect((await files()).filter((name) => name.endsWith('.metadata.json'))).toHaveLength(2);
  expect((await audit(world, folderStore(world.delivered))).findings).toEqual([]);
});

it('a commit that fails after its metadata is written leaves files that maintenance removes, and no trace in the catalog', async () => {
  const { world, delivery } = await begun();
  const before = await metadataOf(world, 'edw_x');
  await world.pool.query(
    `CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'no'; END $$;
     CREATE TRIGGER refuse BEFORE INSERT ON ledger.snapshots FOR EACH ROW WHEN (NEW.table_name = 'edw_x') EXECUTE FUNCTION refuse()`,
  );
  await delivery.changes('20260102-000000000', [change(2, '2')], AFTER);
  await world.ingest();
  expect(await metadataOf(world, 'edw_x')).toEqual(before);
  const names = await readdir(path.join(world.folder, 'stage/edw_x/metadata'));
  expect(names.length).toBeGreaterThan(4);
  await world.pool.query('DROP TRIGGER refuse ON ledger.snapshots');
  await age(world, 2 * DAY);
  const done = await maintain(world, { grace: DAY, retention: 7 * DAY, dryRun: false });
  expect(done.metadata.files).toBeGreaterThan(0);
  expect(await readdir(path.join(world.folder, 'stage/edw_x/metadata'))).toHaveLength(4);
  await world.letTimePass();
  await world.ingest();
  expect(await expectSame(world, 'edw_x')).toEqual([1, 2]);
});

it('a home whose path has blanks, signs of percent and letters of all kinds is read by its path as it stands', async () => {
  const zones = await mkdtemp(path.join(os.tmpdir(), 'a b%20c ü#'));
  const { world } = await begun(zones);
  expect((await metadataOf(world, 'edw_x')).location).toBe(`file://${zones}/stage/edw_x`);
  expect(await expectSame(world, 'edw_x')).toEqual([1]);
  await rm(zones, { recursive: true });
});

it('a version whose files do not go with the contract is not shown; the next that can be brings all', async () => {
  const { world, delivery } = await begun();
  await world.pool.query(
    `UPDATE ledger.files SET treatments = '{"102": {"treatment": "hmac", "type": "string"}}'::json WHERE table_name = 'edw_x_history'`,
  );
  await delivery.changes('20260102-000000000', [change(2, '2')], AFTER);
  await world.ingest();
  expect(await expectSame(world, 'edw_x_history')).toEqual([1]);
  await world.pool.query(`UPDATE ledger.files SET treatments = NULL WHERE table_name = 'edw_x_history'`);
  await world.ingest();
  const { rows } = await world.pool.query<{ v: number }>(
    `SELECT max(version) AS v FROM ledger.versions WHERE table_name = 'edw_x_history'`,
  );
  expect((await expectSame(world, 'edw_x_history')).at(-1)).toBe(rows[0]!.v);
});

/** Lets time pass for the ledger. */
const age = async ({ pool }: World, seconds: number) => {
  for (const [table, column] of [
    ['versions', 'committed_at'],
    ['attempts', 'started_at'],
    ['attempts', 'ended_at'],
    ['metadata_files', 'removed_at'],
    ['snapshots', 'expired_at'],
  ] as const)
    await pool.query(`UPDATE ledger.${table} SET ${column} = ${column} - make_interval(secs => ${seconds})`);
};
