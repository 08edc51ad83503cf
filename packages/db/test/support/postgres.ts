import { randomBytes } from 'node:crypto';
import type { Pool } from 'pg';
import { ensureLocalPostgres, migrate, openPool } from '../../src/index.ts';
import { runHome } from './test-home.ts';

export interface TestDatabase {
  /** Connection string of the file's own database; from `beforeAll` on. */
  readonly url: string;
  /** A pool on it, closed after the file's last test. */
  readonly pool: Pool;
}

/**
 * A database of the test file's own, on the run's one server: call at the top of the file or of a `describe`.
 * It is empty, or migrated from the folder named, and dropped afterwards.
 */
export function withTestDatabase({ migrations }: { readonly migrations?: string } = {}): TestDatabase {
  let database: { url: string; drop: () => Promise<void> } | undefined;
  let pool: Pool | undefined;
  beforeAll(async () => {
    database = await createTestDatabase();
    pool = openPool(database.url);
    if (migrations !== undefined) await migrate(pool, migrations);
  }, 30_000);
  afterAll(async () => {
    await pool?.end();
    await database?.drop();
  });
  return {
    get url() {
      return there(database).url;
    },
    get pool() {
      return there(pool);
    },
  };
}

/** As `withTestDatabase`, for a test that wants several: the caller drops it. */
export async function createTestDatabase(): Promise<{ url: string; drop: () => Promise<void> }> {
  const server = await ensureLocalPostgres(runHome());
  const name = `test_${randomBytes(6).toString('hex')}`;
  await administer(server.url, `CREATE DATABASE ${name}`);
  const url = new URL(server.url);
  url.pathname = `/${name}`;
  return { url: url.href, drop: () => administer(server.url, `DROP DATABASE ${name} WITH (FORCE)`) };
}

async function administer(url: string, sql: string): Promise<void> {
  const pool = openPool(url, { max: 1 });
  try {
    await pool.query(sql);
  } finally {
    await pool.end();
  }
}

function there<T>(value: T | undefined): T {
  if (value === undefined) throw new Error('The test database is there only inside of tests and hooks.');
  return value;
}
