import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { DatabaseNewerThanCode, migrate, openPool, withConnection } from '../../src/index.ts';
import { withTestDatabase } from '../support/postgres.ts';

const database = withTestDatabase();
let folder = '';
const write = (file: string, sql: string): void => {
  writeFileSync(path.join(folder, file), sql);
};

beforeEach(async () => {
  folder = mkdtempSync(path.join(os.tmpdir(), 'farelake-migrations-'));
  await database.pool.query('DROP SCHEMA IF EXISTS ledger CASCADE; DROP TABLE IF EXISTS one, two, three');
  write('0001_one.sql', 'CREATE TABLE one (n integer);\nINSERT INTO one VALUES (1);');
  write('0002_two.sql', 'CREATE TABLE two AS SELECT n + 1 AS n FROM one');
});
afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

const tables = async (): Promise<string[]> => {
  const { rows } = await database.pool.query<{ name: string }>(
    `SELECT relname AS name FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'r' ORDER BY 1`,
  );
  return rows.map(({ name }) => name);
};

test('applies in order, records, and finds nothing to do the second time', async () => {
  expect(await migrate(database.pool, folder)).toEqual({ applied: ['0001_one.sql', '0002_two.sql'], version: 2 });
  expect(await migrate(database.pool, folder)).toEqual({ applied: [], version: 2 });
  write('0003_three.sql', 'CREATE TABLE three ()');
  expect(await withConnection(database.pool, (client) => migrate(client, folder))).toEqual({
    applied: ['0003_three.sql'],
    version: 3,
  });
  expect(await tables()).toEqual(['one', 'three', 'two']);
  const { rows } = await database.pool.query(
    'SELECT version, name, checksum ~ $1 AS sum, applied_at <= now() AS at FROM ledger.migrations ORDER BY 1',
    ['^[0-9a-f]{64}$'],
  );
  expect(rows).toEqual([
    { version: 1, name: 'one', sum: true, at: true },
    { version: 2, name: 'two', sum: true, at: true },
    { version: 3, name: 'three', sum: true, at: true },
  ]);
});

test('many at once apply each file once', async () => {
  write('0002_two.sql', 'SELECT pg_sleep(0.1); CREATE TABLE two ()');
  const pools = Array.from({ length: 5 }, () => openPool(database.url, { max: 1 }));
  const results = await Promise.all(pools.map((pool) => migrate(pool, folder)));
  await Promise.all(pools.map((pool) => pool.end()));
  expect(results.flatMap(({ applied }) => applied).toSorted()).toEqual(['0001_one.sql', '0002_two.sql']);
  expect(results.every(({ version }) => version === 2)).toBe(true);
});

test('a file that fails leaves nothing of itself, keeps the earlier ones, and names its line', async () => {
  write('0002_two.sql', "CREATE TABLE two ();\n-- é 🚌\nSELECT 'ü' || nowhere;");
  await expect(migrate(database.pool, folder)).rejects.toMatchObject({
    code: 'failed',
    message: expect.stringMatching(/^0002_two\.sql:3: .*nowhere/) as string,
    data: { file: '0002_two.sql', line: 3 },
    cause: { code: '42703' },
  });
  expect(await tables()).toEqual(['one']);
  write('0002_two.sql', 'CREATE TABLE two ()');
  expect(await migrate(database.pool, folder)).toEqual({ applied: ['0002_two.sql'], version: 2 });
});

test('an applied file that changed is refused, other line ends are no change', async () => {
  await migrate(database.pool, folder);
  write('0001_one.sql', 'CREATE TABLE one (n integer);\r\nINSERT INTO one VALUES (1);');
  expect(await migrate(database.pool, folder)).toEqual({ applied: [], version: 2 });
  write('0001_one.sql', 'CREATE TABLE one (n bigint);');
  await expect(migrate(database.pool, folder)).rejects.toMatchObject({
    code: 'changed',
    data: { file: '0001_one.sql' },
  });
});

test('a database that newer code migrated is refused and left alone', async () => {
  await migrate(database.pool, folder);
  rmSync(path.join(folder, '0002_two.sql'));
  await expect(migrate(database.pool, folder)).rejects.toThrow(DatabaseNewerThanCode);
  expect(await tables()).toEqual(['one', 'two']);
});

test('settings of one migration do not reach the next, and the lock is let go', async () => {
  write('0001_one.sql', "SET search_path = ''; CREATE TABLE public.one (n integer)");
  await migrate(database.pool, folder);
  expect(await tables()).toEqual(['one', 'two']);
  const { rows } = await database.pool.query(`SELECT count(*) AS locks FROM pg_locks
     WHERE locktype = 'advisory' AND database = (SELECT oid FROM pg_database WHERE datname = current_database())`);
  expect(rows).toEqual([{ locks: 0 }]);
});

test('a database of another encoding than UTF-8 is refused before anything is made', async () => {
  const name = 'latin_for_migrate';
  await database.pool.query(`DROP DATABASE IF EXISTS ${name}`);
  await database.pool.query(`CREATE DATABASE ${name} ENCODING 'LATIN1' LOCALE 'C' TEMPLATE template0`);
  const url = new URL(database.url);
  url.pathname = `/${name}`;
  const latin = openPool(url.href, { max: 1 });
  try {
    await expect(migrate(latin, folder)).rejects.toMatchObject({ code: 'not-utf8', data: { encoding: 'LATIN1' } });
    expect((await latin.query(`SELECT to_regnamespace('ledger') AS made`)).rows).toEqual([{ made: null }]);
  } finally {
    await latin.end();
    await database.pool.query(`DROP DATABASE ${name} WITH (FORCE)`);
  }
});
