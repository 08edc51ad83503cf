/**
 * Proves what becomes of a published table that people use: grants, views, policies and indexes stay; what others wrote
 * or took away is set right; what farelake did not make is left alone; what cannot be published is said and harms nothing.
 */
import { rm } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { Delivery, seq, type Cell, type Column } from './support/delivery.ts';
import { expectPublished, publish } from './support/published.ts';
import { closeWorlds, openWorld, type World } from './support/world.ts';

const roles: string[] = [];

afterAll(async () => {
  await closeWorlds();
  const world = await openWorld();
  for (const role of roles) await world.pool.query(`DROP ROLE IF EXISTS "${role}"`);
  await closeWorlds();
}, 60_000);

const COLUMNS: readonly Column[] = [
  { name: 'ID', type: 'STRING', key: 1 },
  { name: 'A', type: 'STRING' },
];
const ROWS: readonly (readonly Cell[])[] = [
  ['1', 'a1'],
  ['2', 'a2'],
  [null, 'none'],
];

async function withTable({ rows = ROWS, ingested = true, table = 'EDW.T' } = {}) {
  const world = await openWorld();
  const delivery = new Delivery(world.delivered, table, COLUMNS);
  await delivery.snapshot('LOAD1', rows, { start: '2026-01-01T00:00:00' });
  const contract = publish(world, await world.addTable(table, { segmentRows: 2 }));
  if (ingested) {
    await world.ingest();
    await expectPublished(world, contract);
  }
  /** Changes one row and brings another. */
  const next = (n: number) =>
    delivery.changes(`2026010${n}-000000000`, [
      { seq: seq(2 * n), oper: 'U', row: ['1', `changed ${n}`] },
      { seq: seq(2 * n + 1), oper: 'I', row: [`new ${n}`, null] },
    ]);
  return { world, delivery, contract, next };
}

const oidOf = async (world: World): Promise<number> =>
  (await world.pool.query<{ oid: number }>(`SELECT 'ods.edw_t'::regclass::oid AS oid`)).rows[0]!.oid;

/** Another snapshot in use than the one that was published. */
const inAnotherGeneration = (world: World) =>
  world.pool.query(`UPDATE ledger.publications SET generation = 'an older one'`);

const troubleOf = async (world: World): Promise<string> =>
  (await world.status())[0]?.publication?.trouble ?? 'no trouble';

/** A role of this test alone: roles belong to the server, not to the database. */
async function withRole(world: World, name: string): Promise<string> {
  const { rows } = await world.pool.query<{ name: string }>('SELECT current_database() AS name');
  const role = `${rows[0]!.name}_${name}`;
  roles.push(role);
  await world.pool.query(`CREATE ROLE "${role}"`);
  return role;
}

describe('a new generation', () => {
  it('takes the place of the old table, with its grants and no others', async () => {
    const { world, contract } = await withTable();
    const [reader, author, shut] = [await withRole(world, 'r'), await withRole(world, 'w'), await withRole(world, 's')];
    await world.pool.query(`ALTER DEFAULT PRIVILEGES IN SCHEMA ods GRANT SELECT ON TABLES TO "${shut}"`);
    await world.pool.query(`GRANT SELECT (a) ON ods.edw_t TO "${reader}"`);
    await world.pool.query(`GRANT SELECT, REFERENCES ON ods.edw_t TO "${author}" WITH GRANT OPTION`);
    await world.pool.query('GRANT SELECT ON ods.edw_t TO PUBLIC');
    const acls = async () =>
      (
        await world.pool.query<{ table: string; a: string }>(
          `SELECT relacl::text AS table, (SELECT attacl::text FROM pg_attribute WHERE attrelid = c.oid AND attname = 'a') AS a
           FROM pg_class c WHERE oid = 'ods.edw_t'::regclass`,
        )
      ).rows;
    const before = await acls();
    const made = await oidOf(world);
    await inAnotherGeneration(world);
    await world.ingest();
    await expectPublished(world, contract);
    expect(await oidOf(world)).not.toBe(made);
    expect(await acls()).toEqual(before);
    await world.pool.query(`ALTER DEFAULT PRIVILEGES IN SCHEMA ods REVOKE SELECT ON TABLES FROM "${shut}"`);
  }, 60_000);

  it.each([
    ['a view', 'CREATE VIEW seen AS SELECT * FROM ods.edw_t'],
    ['a policy', 'CREATE POLICY p ON ods.edw_t USING (true)'],
    ['row level security', 'ALTER TABLE ods.edw_t ENABLE ROW LEVEL SECURITY'],
    ['an index', 'CREATE INDEX further ON ods.edw_t (a)'],
    ['a function of its rows', `CREATE FUNCTION f(ods.edw_t) RETURNS text LANGUAGE sql AS 'SELECT $1.a'`],
    [
      'a logical publication',
      'ALTER TABLE ods.edw_t REPLICA IDENTITY FULL; CREATE PUBLICATION pub FOR TABLE ods.edw_t',
    ],
  ])(
    'replaces the rows where %s hangs on the table',
    async (_, sql) => {
      const { world, contract, next } = await withTable();
      await world.pool.query(sql);
      const made = await oidOf(world);
      await inAnotherGeneration(world);
      await world.pool.query(`UPDATE ods.edw_t SET a = 'written by hand'`);
      await world.ingest();
      await expectPublished(world, contract);
      await next(2);
      await world.ingest();
      await expectPublished(world, contract);
      expect(await oidOf(world)).toBe(made);
    },
    60_000,
  );
});

describe('a table that others changed', () => {
  it.each([
    ['put a row that comes later into', `INSERT INTO ods.edw_t (id) VALUES ('new 2')`],
    ['took the changed row from', `DELETE FROM ods.edw_t WHERE id = '1'`],
    ['emptied', 'TRUNCATE ods.edw_t'],
    ['dropped', 'DROP TABLE ods.edw_t'],
    ['took a column from', 'ALTER TABLE ods.edw_t DROP COLUMN a'],
    ['changed a type of', 'ALTER TABLE ods.edw_t ALTER COLUMN a TYPE varchar(40)'],
    ['put a column into', 'ALTER TABLE ods.edw_t ADD COLUMN mine integer'],
    ['forgot the record of', 'DELETE FROM ledger.publications'],
  ])(
    'is right again when somebody %s it',
    async (_, sql) => {
      const { world, contract, next } = await withTable();
      await world.pool.query(sql);
      await next(2);
      await world.ingest();
      await expectPublished(world, contract);
    },
    60_000,
  );

  it('is copied whole when files of the published version are gone', async () => {
    const { world, contract, next } = await withTable();
    await world.pool.query('ALTER TABLE ledger.publications RENAME TO away');
    // Without the ledger's table nothing can be published, and the fold goes on all the same.
    await next(2);
    await expect(world.ingest()).resolves.toMatchObject({ troubled: [{ dataset: 'edw_t' }] });
    await world.pool.query('ALTER TABLE ledger.away RENAME TO publications');
    const { rows } = await world.pool.query<{ uri: string }>(
      `SELECT uri FROM ledger.files WHERE table_name = 'edw_t' AND version_removed IS NOT NULL`,
    );
    expect(rows).not.toEqual([]);
    for (const { uri } of rows) await rm(fileURLToPath(uri));
    await world.ingest();
    await expectPublished(world, contract);
  }, 60_000);
});

describe('what cannot be published', () => {
  it.each([
    ['table', `CREATE TABLE ods.edw_t AS SELECT 'mine' AS id`],
    ['view', `CREATE VIEW ods.edw_t AS SELECT 'mine' AS id`],
  ])(
    'a %s that farelake did not make is left alone, with a remedy; the lake goes on',
    async (kind, sql) => {
      const { world, contract } = await withTable({ ingested: false });
      await world.pool.query(sql);
      const { troubled } = await world.ingest();
      expect(troubled).toEqual([]);
      expect((await world.status())[0]).toMatchObject({
        state: 'failing',
        rows: 3,
        publication: { version: 0, rows: 0 },
      });
      expect(await troubleOf(world)).toMatch(/^ods\.edw_t is there already, and farelake did not make it.*Rename/);
      expect((await world.pool.query('SELECT * FROM ods.edw_t')).rows).toEqual([{ id: 'mine' }]);
      await world.pool.query(`ALTER ${kind} ods.edw_t RENAME TO mine`);
      await world.ingest();
      await expectPublished(world, contract);
    },
    30_000,
  );

  it('a NUL from before the table was published is told with table and column, and without the value', async () => {
    const { world, contract } = await withTable({ ingested: false, rows: [['1', 'secret\0value']] });
    world.contracts.set('edw_t', { ...contract, publish: { postgres: false } });
    await world.ingest();
    publish(world, contract);
    await world.ingest();
    expect((await world.status())[0]).toMatchObject({ state: 'failing', rows: 1 });
    expect(await troubleOf(world)).toBe(
      'ods.edw_t: Postgres cannot hold the NUL character that stands in column a. ' +
        'Have the rows delivered without it, or set publish.postgres to false in its contract.',
    );
  }, 30_000);

  it('a key that no index takes is told without it', async () => {
    // Random, or Postgres would compress it.
    const long = Array.from({ length: 9000 }, () => Math.floor(Math.random() * 36).toString(36)).join('');
    const { world } = await withTable({ ingested: false, rows: [[long, 'a']] });
    await world.ingest();
    expect((await world.status())[0]).toMatchObject({ state: 'failing', rows: 1 });
    expect(await troubleOf(world)).toMatch(/^ods\.edw_t: a key is too long .*publish\.postgres to false/);
  }, 30_000);

  it('a contract without key, and names that Postgres would cut off', async () => {
    const { world, contract } = await withTable({ ingested: false });
    world.contracts.set('edw_t', { ...contract, key: [] });
    await world.ingest();
    expect(await troubleOf(world)).toMatch(/edw_t has no key.*publish\.postgres to false/);
    const long = await withTable({ ingested: false, table: `EDW.${'T'.repeat(60)}` });
    await long.world.ingest();
    expect(await troubleOf(long.world)).toMatch(/cannot be published: Postgres cuts names/);
    const taken = await withTable({ ingested: false });
    const columns = taken.contract.columns.map((column, at) => (at === 1 ? { ...column, name: 'xmin' } : column));
    taken.world.contracts.set('edw_t', { ...taken.contract, columns });
    await taken.world.ingest();
    expect(await troubleOf(taken.world)).toMatch(/Postgres keeps the column name xmin for itself/);
  }, 30_000);

  it("another table's trouble is not this one's", async () => {
    const { world, contract } = await withTable({ ingested: false });
    const other = new Delivery(world.delivered, 'EDW.A', COLUMNS);
    await other.snapshot('LOAD1', ROWS, { start: '2026-01-01T00:00:00' });
    publish(world, await world.addTable('EDW.A'));
    await world.pool.query('CREATE TABLE ods.edw_a (mine integer)');
    await world.ingest();
    await expectPublished(world, contract);
  }, 30_000);

  it('a table in use by a statement that does not end is told; readers are not kept waiting for ever', async () => {
    const { world, contract } = await withTable();
    const reader = await world.pool.connect();
    try {
      await reader.query('BEGIN');
      await reader.query('SELECT * FROM ods.edw_t');
      await inAnotherGeneration(world);
      await world.ingest();
      expect(await troubleOf(world)).toMatch(/^ods\.edw_t is in use by somebody/);
    } finally {
      await reader.query('ROLLBACK');
      reader.release();
    }
    await world.ingest();
    await expectPublished(world, contract);
  }, 60_000);
});
