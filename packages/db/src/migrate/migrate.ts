/**
 * Applies numbered SQL files to a database.
 * - One session-level advisory lock is held throughout: processes that migrate at once queue up, the later find nothing to do.
 * - Each migration and its row in `ledger.migrations` are one transaction: both are there or neither.
 * - Forward only: nothing here undoes a migration.
 */
import { createHash } from 'node:crypto';
import { readFile, readdir } from 'node:fs/promises';
import path from 'node:path';
import { DatabaseError, Pool } from 'pg';
import type { ClientBase } from 'pg';
import { inTransaction, withConnection } from '../pool.ts';
import { MigrationError } from './errors.ts';
import { migrationName, planMigrations } from './plan.ts';
import type { AppliedMigration, Migration } from './plan.ts';

export interface MigrateResult {
  /** File names, in the order applied; empty when there was nothing to do. */
  readonly applied: string[];
  /** The version the database stands at now; 0 without migrations. */
  readonly version: number;
}

/** `farelake` in ASCII: the advisory lock's key, the same in every process. */
const LOCK_KEY = 0x66617265n * 0x100000000n + 0x6c616b65n;

/**
 * Brings the database to the newest migration of `folder` (files `0001_name.sql`). Safe to run twice and from several
 * processes at once.
 * A connection handed in has its session settings reset after each migration.
 * @throws MigrationError, DatabaseNewerThanCode
 */
export async function migrate(database: Pool | ClientBase, folder: string): Promise<MigrateResult> {
  const files = await readMigrations(folder);
  if (database instanceof Pool) return withConnection(database, (client) => migrateLocked(client, files));
  return migrateLocked(database, files);
}

/** The migrations of a folder in the order of their numbers; files that are no `.sql` are passed over. */
export async function readMigrations(folder: string): Promise<Migration[]> {
  const names = (await readdir(folder)).toSorted();
  const found = names.flatMap((file) => {
    const name = migrationName(file);
    return name === undefined ? [] : [{ file, ...name }];
  });
  return Promise.all(
    found.map(async (migration) => {
      const sql = await readFile(path.join(folder, migration.file), 'utf8');
      return { ...migration, sql, checksum: checksum(sql) };
    }),
  );
}

// A checkout with CRLF line ends is the same migration.
const checksum = (sql: string): string => createHash('sha256').update(sql.replaceAll('\r\n', '\n')).digest('hex');

/** Delivered text may hold any character, and so may our own. */
async function requireUtf8(client: ClientBase): Promise<void> {
  const { rows } = await client.query<{ server_encoding: string }>('SHOW server_encoding');
  const encoding = rows[0]?.server_encoding ?? '';
  if (encoding === 'UTF8') return;
  throw new MigrationError(
    'not-utf8',
    `The database's encoding is ${encoding}; only UTF8 holds every delivered text.`,
    {
      data: { encoding },
      remedy: "Make another one (CREATE DATABASE … ENCODING 'UTF8' TEMPLATE template0) and name it in DATABASE_URL.",
    },
  );
}

async function migrateLocked(client: ClientBase, files: readonly Migration[]): Promise<MigrateResult> {
  await client.query('SELECT pg_advisory_lock($1)', [LOCK_KEY]);
  try {
    await requireUtf8(client);
    await createLedger(client);
    const before = await readApplied(client);
    const pending = planMigrations(files, before);
    for (const migration of pending) await apply(client, migration);
    return { applied: pending.map(({ file }) => file), version: before.length + pending.length };
  } finally {
    // On a broken connection this fails, and the lock went with the connection: the first error is the one to see.
    await client.query('SELECT pg_advisory_unlock($1)', [LOCK_KEY]).catch(() => undefined);
  }
}

async function createLedger(client: ClientBase): Promise<void> {
  // Asked first because CREATE … IF NOT EXISTS wants the right to create even when there is nothing to do.
  const { rows } = await client.query<{ there: boolean }>(
    `SELECT to_regclass('ledger.migrations') IS NOT NULL AS there`,
  );
  if (rows[0]?.there) return;
  await inTransaction(client, () =>
    client.query(`
      CREATE SCHEMA IF NOT EXISTS ledger;
      CREATE TABLE ledger.migrations (
        version    integer PRIMARY KEY,
        name       text NOT NULL,
        checksum   text NOT NULL,
        applied_at timestamptz NOT NULL DEFAULT clock_timestamp()
      )`),
  );
}

async function readApplied(client: ClientBase): Promise<AppliedMigration[]> {
  const { rows } = await client.query<AppliedMigration>(
    'SELECT version, name, checksum FROM ledger.migrations ORDER BY version',
  );
  return rows;
}

async function apply(client: ClientBase, migration: Migration): Promise<void> {
  const { version, name, file, sql, checksum } = migration;
  try {
    await inTransaction(client, async () => {
      await client.query(sql);
      await client.query('INSERT INTO ledger.migrations (version, name, checksum) VALUES ($1, $2, $3)', [
        version,
        name,
        checksum,
      ]);
    });
    // A SET (search_path above all) must not reach the next migration: alone or in a row, each runs the same.
    await client.query('RESET ALL');
  } catch (cause) {
    const line = cause instanceof DatabaseError ? lineOf(sql, cause.position) : undefined;
    const place = line === undefined ? file : `${file}:${line}`;
    throw new MigrationError('failed', `${place}: ${(cause as Error).message}`, {
      data: { file, line },
      remedy: 'Nothing of this file was applied. Correct it and migrate again; earlier files stay applied.',
      cause,
    });
  }
}

/** The server counts positions in characters from 1. */
function lineOf(sql: string, position: string | undefined): number | undefined {
  if (position === undefined) return undefined;
  return (
    Array.from(sql)
      .slice(0, Number(position) - 1)
      .filter((character) => character === '\n').length + 1
  );
}
