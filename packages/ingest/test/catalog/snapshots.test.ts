/** Proves that what the catalog shows is the manifest, version by version, and that nothing but a commit of ours moves it. */
import { mkdtemp, readFile, readdir, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import {
  liveFiles,
  parseMetadata,
  reachableFiles,
  schemaOf,
  tableUuid,
  type FileIo,
  type TableMetadata,
} from '@farelake/iceberg';
import { folderStore } from '@farelake/lake';
import type { Contract } from '@farelake/schema-registry';
import { audit, ingest, maintain, resetCatalog, rollBack } from '../../src/index.ts';
import { icebergPath } from '../../src/catalog/place.ts';
import { Delivery, seq } from '../support/delivery.ts';
import { closeWorlds, openWorld, type World } from '../support/world.ts';

afterAll(closeWorlds, 60_000);

const COLUMNS = [
  { name: 'ID', type: 'INT4', key: 1 },
  { name: 'S', type: 'STRING' },
];
const AFTER = { end: '2026-03-01T00:00:00' };
const DAY = 24 * 3600;

const io: FileIo = {
  read: (file) => readFile(file.replace(/^file:\/\//, '')),
  write: () => Promise.reject(new Error('a test reads')),
};

interface Row {
  readonly table_name: string;
  readonly metadata_location: string;
  readonly previous_metadata_location: string | null;
  readonly iceberg_type: string;
}

const catalogOf = async ({ pool }: World): Promise<Map<string, Row>> => {
  const { rows } = await pool.query<Row>(
    `SELECT * FROM iceberg_tables WHERE catalog_name = 'farelake' AND table_namespace = 'farelake_local'`,
  );
  return new Map(rows.map((row) => [row.table_name, row]));
};

async function metadataOf(world: World, table: string): Promise<TableMetadata> {
  const row = (await catalogOf(world)).get(table);
  if (row === undefined) throw new Error(`${table} is not in the catalog`);
  return parseMetadata(await io.read(row.metadata_location));
}

/** URIs of the files of a version, as Iceberg writes them. */
async function manifestAt({ pool }: World, table: string, version: number): Promise<string[]> {
  const { rows } = await pool.query<{ uri: string }>(
    `SELECT uri FROM ledger.files WHERE table_name = $1 AND version_added <= $2 AND (version_removed IS NULL OR version_removed > $2)`,
    [table, version],
  );
  return rows.map(({ uri }) => icebergPath(uri)).sort();
}

/** Every snapshot of the newest metadata lists what the manifest had at its version. @returns versions */
async function expectSame(world: World, table: string): Promise<number[]> {
  const metadata = await metadataOf(world, table);
  const versions: number[] = [];
  for (const snapshot of metadata.snapshots) {
    const version = Number(snapshot.summary['farelake.version']);
    const live = (await liveFiles(io, snapshot)).map(({ path: file }) => file).sort();
    expect(live).toEqual(await manifestAt(world, table, version));
    const { rows } = await world.pool.query<{ rows: number }>(
      'SELECT rows FROM ledger.versions WHERE table_name = $1 AND version = $2',
      [table, version],
    );
    expect(snapshot.summary['total-records']).toBe(String(rows[0]?.rows));
    versions.push(version);
  }
  return versions;
}

const change = (n: number, id: string, s = 'x') => ({ seq: seq(n), oper: 'I', row: [id, s] });

async function begun(zones?: string): Promise<{ world: World; delivery: Delivery; contract: Contract }> {
  const world = await openWorld(zones);
  const delivery = new Delivery(world.delivered, 'EDW.X', COLUMNS);
  await delivery.snapshot('LOAD1', [['1', 'a']], { start: '2026-01-01T00:00:00' });
  const contract = await world.addTable('EDW.X');
  await world.ingest();
  return { world, delivery, contract };
}

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

describe("another writer's commit", () => {
  const foreign = async (world: World) => {
    await world.pool.query(
      `UPDATE iceberg_tables SET previous_metadata_location = metadata_location, metadata_location = 's3://elsewhere/x.metadata.json' WHERE table_name = 'edw_x'`,
    );
  };

  it('is refused, nothing overwritten; other tables go on; reset shows ours again, and what waited comes in', async () => {
    const { world, delivery, contract } = await begun();
    const other = new Delivery(world.delivered, 'EDW.Y', COLUMNS);
    await other.snapshot('LOAD1', [['1', 'a']], { start: '2026-01-01T00:00:00' });
    await world.addTable('EDW.Y');
    await foreign(world);
    await delivery.changes('20260102-000000000', [change(2, '2')], AFTER);
    const before = await world.rows('SELECT * FROM edw_x');
    await world.ingest();
    expect((await catalogOf(world)).get('edw_x')?.metadata_location).toBe('s3://elsewhere/x.metadata.json');
    expect(await world.rows('SELECT * FROM edw_x')).toEqual(before);
    expect(await world.rows('SELECT count(*) AS n FROM edw_y')).toEqual([{ n: '1' }]);
    const [told] = (await world.status()).filter(({ table }) => table === 'edw_x');
    expect(told?.reason).toContain('another writer has committed');
    expect((await audit(world, folderStore(world.delivered))).findings.map(({ kind }) => kind)).toContain(
      'foreign-commit',
    );
    expect(await reset(world, contract)).toEqual([
      { table: 'edw_x', done: 'taken back' },
      { table: 'edw_x_history', done: 'nothing' },
    ]);
    await world.ingest();
    expect(await world.rows('SELECT count(*) AS n FROM edw_x')).toEqual([{ n: '2' }]);
    await expectSame(world, 'edw_x');
  });

  it('a table that somebody dropped, and one of our name that is not ours, are foreign too', async () => {
    const { world, delivery, contract } = await begun();
    await world.pool.query(`DELETE FROM iceberg_tables WHERE table_name = 'edw_x'`);
    await delivery.changes('20260102-000000000', [change(2, '2')], AFTER);
    await world.ingest();
    expect((await world.status())[0]?.reason).toContain('dropped the table');
    expect(await reset(world, contract)).toContainEqual({ table: 'edw_x', done: 'taken back' });
    await world.ingest();
    await expectSame(world, 'edw_x');
    await world.pool.query(
      `INSERT INTO iceberg_tables VALUES ('farelake', 'farelake_local', 'edw_y', 's3://elsewhere/y.metadata.json', NULL, 'TABLE')`,
    );
    await new Delivery(world.delivered, 'EDW.Y', COLUMNS).snapshot('LOAD1', [['1', 'a']], {
      start: '2026-01-01T00:00:00',
    });
    const y = await world.addTable('EDW.Y');
    await world.ingest();
    expect((await world.status()).find(({ table }) => table === 'edw_y')?.reason).toContain('farelake did not make');
    expect(await reset(world, y)).toEqual([
      { table: 'edw_y', done: 'removed' },
      { table: 'edw_y_history', done: 'nothing' },
    ]);
    await world.ingest();
    await expectSame(world, 'edw_y');
  });
});

it('a command that says it is another environment is refused: tables under two names would be two', async () => {
  const { world, delivery, contract } = await begun();
  const before = await catalogOf(world);
  await delivery.changes('20260102-000000000', [change(2, '2')], AFTER);
  const other = { ...world, environment: 'dev' };
  await ingest(other, folderStore(world.delivered));
  expect((await world.status())[0]?.reason).toContain('farelake_local.edw_x');
  await expect(resetCatalog(other, contract)).rejects.toMatchObject({ code: 'other-environment' });
  expect(await catalogOf(world)).toEqual(before);
  await world.ingest();
  expect(await world.rows('SELECT count(*) AS n FROM edw_x')).toEqual([{ n: '2' }]);
});

it.each(['metadata', 'manifest-list', 'manifest'])(
  'a lost file of metadata (%s) is told, and reset writes all anew',
  async (kind) => {
    const { world, delivery, contract } = await begun();
    const { rows } = await world.pool.query<{ uri: string }>(
      `SELECT uri FROM ledger.metadata_files WHERE table_name = 'edw_x' AND kind = $1 AND removed_at IS NULL`,
      [kind],
    );
    await rm(fileURLToPath(rows[0]!.uri));
    expect((await audit(world, folderStore(world.delivered))).findings).toMatchObject([
      { kind: 'metadata-gone', object: rows[0]!.uri },
    ]);
    await delivery.changes('20260102-000000000', [change(1, '1')], AFTER);
    await world.ingest();
    expect(await world.rows('SELECT s FROM edw_x')).toEqual([{ s: 'a' }]);
    expect((await world.status())[0]?.reason).toContain('catalog reset');
    expect(await reset(world, contract)).toContainEqual({ table: 'edw_x', done: 'rebuilt' });
    await world.ingest();
    expect(await world.rows('SELECT s FROM edw_x')).toEqual([{ s: 'x' }]);
    await expectSame(world, 'edw_x');
    expect((await audit(world, folderStore(world.delivered))).findings).toEqual([]);
  },
);

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
    ['edw_x', 'edw_x_history'].map(async (table) => [...(await reachableFiles(io, await metadataOf(world, table)))]),
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

const reset = (world: World, contract: Contract) => resetCatalog(world, contract);

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
