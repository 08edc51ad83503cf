/** Proves that the readers' login of a home's server can do what readers need and nothing else, and that it is made once. */
import { readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { Client } from 'pg';
import { ensureLocalPostgres, ensureLocalReader, migrate, openPool, withConnection } from '../../src/index.ts';
import { scramOf } from '../../src/local/reader.ts';
import { ask, withHomes } from '../support/homes.ts';

jest.setTimeout(60_000);
const homes = withHomes();

const MIGRATIONS = path.resolve(import.meta.dirname, '../../../../migrations');

/** A home whose database is migrated and has a published table; the superuser's connection string. */
async function opened(): Promise<{ home: string; url: string }> {
  const home = await homes.made();
  const { url } = await ensureLocalPostgres(home);
  const pool = openPool(url, { max: 1 });
  await withConnection(pool, async (client) => {
    await migrate(client, MIGRATIONS);
    await client.query(`CREATE TABLE ods.edw_before AS SELECT 1 AS n`);
  });
  await pool.end();
  return { home, url };
}

test('it is made once, its password is kept in a private file, and a lost one is set anew', async () => {
  const { home, url } = await opened();
  const file = path.join(home, 'postgres/reader.json');
  // At once: one makes it, the others find it.
  const [first, ...others] = await Promise.all([1, 2, 3].map(() => ensureLocalReader(home, url)));
  expect(others).toEqual([first, first]);
  expect(await ensureLocalReader(home, url)).toBe(first);
  expect(new URL(first!).username).toBe('farelake_analyst');
  expect(new URL(first!).host).toBe(new URL(url).host);
  expect(statSync(file).mode & 0o777).toBe(0o600);
  expect(JSON.parse(readFileSync(file, 'utf8'))).toMatchObject({ password: new URL(first!).password });
  expect(await ask(url, `SELECT rolpassword FROM pg_authid WHERE rolname = 'farelake_analyst'`)).toMatch(
    /^SCRAM-SHA-256\$4096:/,
  );
  // What the server wrote down does not hold it.
  expect(readFileSync(path.join(home, 'postgres/postgres.log'), 'utf8')).not.toContain(new URL(first!).password);

  for (const lose of [
    () => {
      rmSync(file);
    },
    () => {
      writeFileSync(file, '{"pass');
    },
    () => {
      writeFileSync(file, '{"password": "another"}');
    },
  ]) {
    const before = await ensureLocalReader(home, url);
    lose();
    const after = await ensureLocalReader(home, url);
    expect(after).not.toBe(before);
    expect(await ask(after, 'SELECT current_user')).toBe('farelake_analyst');
    await expect(ask(before, 'SELECT 1')).rejects.toThrow(/password authentication failed/);
  }
});

test('rights that somebody gave it are taken back', async () => {
  const { home, url } = await opened();
  const reader = await ensureLocalReader(home, url);
  await ask(url, 'ALTER ROLE farelake_analyst SUPERUSER CREATEROLE');
  expect(await ensureLocalReader(home, url)).toBe(reader);
  expect(await ask(reader, `SELECT rolsuper OR rolcreaterole FROM pg_roles WHERE rolname = current_user`)).toBe(false);
});

test('it reads the catalog and published tables, those made later too', async () => {
  const { home, url } = await opened();
  const reader = await ensureLocalReader(home, url);
  await ask(url, `CREATE TABLE ods.edw_later AS SELECT 2 AS n`);
  await ask(
    url,
    `INSERT INTO public.iceberg_tables VALUES ('farelake', 'farelake_local', 'edw_x', 'file:///a.metadata.json', NULL, 'TABLE')`,
  );
  // The JDBC catalog of Iceberg, as its JdbcUtil words it; PyIceberg's SqlCatalog asks the same.
  const queries = [
    `SELECT metadata_location FROM iceberg_tables WHERE catalog_name = 'farelake' AND table_namespace = 'farelake_local'
       AND table_name = 'edw_x' AND (iceberg_type = 'TABLE' OR iceberg_type IS NULL)`,
    `SELECT DISTINCT table_namespace FROM iceberg_tables WHERE catalog_name = 'farelake' LIMIT 1`,
    `SELECT table_namespace FROM iceberg_tables WHERE catalog_name = 'farelake' AND (table_namespace = 'farelake_local'
       OR table_namespace LIKE 'farelake_local.%' ESCAPE '!') LIMIT 1`,
  ];
  expect(await Promise.all(queries.map((sql) => ask(reader, sql)))).toEqual([
    'file:///a.metadata.json',
    'farelake_local',
    'farelake_local',
  ]);
  expect(await ask(reader, `SELECT count(*) FROM iceberg_namespace_properties WHERE catalog_name = 'farelake'`)).toBe(
    '0',
  );
  expect(await ask(reader, 'SELECT n FROM ods.edw_before')).toBe(1);
  expect(await ask(reader, 'SELECT n FROM ods.edw_later')).toBe(2);
});

/** Each is tried in a connection of its own, outside of any transaction that would only read. */
const FORBIDDEN = [
  'SELECT * FROM ledger.versions',
  'SELECT * FROM ledger.migrations',
  'SELECT ledger.note_former_place()',
  `INSERT INTO public.iceberg_tables VALUES ('a', 'b', 'c')`,
  'UPDATE public.iceberg_tables SET metadata_location = NULL',
  'DELETE FROM public.iceberg_tables',
  'SELECT 1 FROM public.iceberg_tables FOR UPDATE',
  'TRUNCATE public.iceberg_namespace_properties',
  'DELETE FROM ods.edw_before',
  'ALTER TABLE ods.edw_before ADD COLUMN m integer',
  'DROP TABLE ods.edw_before',
  'CREATE TABLE public.mine (n integer)',
  'CREATE TABLE ods.mine (n integer)',
  'CREATE TEMP TABLE mine (n integer)',
  'CREATE VIEW public.mine AS SELECT 1',
  'CREATE FUNCTION public.mine() RETURNS integer LANGUAGE sql AS $$SELECT 1$$',
  'CREATE SCHEMA mine',
  'CREATE DATABASE mine',
  'CREATE ROLE mine',
  'SELECT lo_create(0)',
  `SELECT lo_from_bytea(0, 'x')`,
  `COPY (SELECT 1) TO '/tmp/mine'`,
  `SELECT pg_read_file('postgresql.conf')`,
  'SELECT * FROM pg_authid',
  'SET ROLE farelake',
  'GRANT farelake TO farelake_analyst',
  'ALTER ROLE farelake_analyst SUPERUSER',
  // Keys of the ledger's locks are no secret: who could take them would hold everything up.
  'SELECT pg_advisory_lock(1)',
  'SELECT pg_advisory_lock_shared(1, 2)',
  'SELECT pg_try_advisory_lock(1)',
  'SELECT pg_advisory_xact_lock(1)',
  'SELECT pg_try_advisory_xact_lock_shared(1)',
];

test('it reads nothing else, writes nothing, makes nothing and becomes nobody else', async () => {
  const { home, url } = await opened();
  const reader = await ensureLocalReader(home, url);
  const outcomes = await Promise.all(
    FORBIDDEN.map((sql) =>
      ask(reader, sql).then(
        () => `${sql}: was let through`,
        (error: unknown) => `${sql}: ${String((error as { code?: unknown }).code)}`,
      ),
    ),
  );
  // Insufficient privilege, whatever else would be wrong with it.
  expect(outcomes).toEqual(FORBIDDEN.map((sql) => `${sql}: 42501`));
  for (const database of ['postgres', 'template1']) {
    const other = new URL(reader);
    other.pathname = `/${database}`;
    await expect(new Client(other.href).connect()).rejects.toThrow(/permission denied for database/);
  }
});

test('what the server is given of a password is what it makes of one itself', async () => {
  const { url } = await opened();
  await ask(url, `CREATE ROLE other LOGIN PASSWORD 'Pa_ss-w0rd'`);
  const made = (await ask(url, `SELECT rolpassword FROM pg_authid WHERE rolname = 'other'`)) as string;
  const salt = Buffer.from(made.split('$')[1]!.split(':')[1]!, 'base64');
  expect(scramOf('Pa_ss-w0rd', salt)).toBe(made);
});
