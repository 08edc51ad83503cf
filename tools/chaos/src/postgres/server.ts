/**
 * One Postgres for the whole run, with a database for each home: copies of a migrated one, because making a server for each
 * would cost more than all kills in it.
 */
import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { ensureLocalPostgres, localPostgresStatus, migrate, openPool, stopLocalPostgres } from '@farelake/db';
import { quoteIdentifier as q } from '@farelake/schema-registry';
import { REPOSITORY } from '../repository.ts';

const TEMPLATE = 'chaos_template';

export interface Server {
  /** Makes a migrated database. @returns its name */
  newDatabase(): Promise<string>;
  /** Connection string of a database, as the server listens now: after a restart at another port. */
  url(database: string): string;
  drop(database: string): Promise<void>;
  /** Ends it as a crash would: connections break, the next start recovers. */
  crash(): Promise<void>;
  start(): Promise<void>;
  close(): Promise<void>;
}

export async function startServer(folder: string): Promise<Server> {
  const home = path.join(folder, 'postgres-home');
  await mkdir(home, { recursive: true });
  let { url } = await ensureLocalPostgres(home);
  let made = 0;
  const administer = (sql: string) => withPool(url, (pool) => pool.query(sql));
  await administer(`CREATE DATABASE ${q(TEMPLATE)}`);
  await withPool(urlOf(url, TEMPLATE), (pool) => migrate(pool, path.join(REPOSITORY, 'migrations')));
  // Two copies of one template at once are refused.
  let copying: Promise<unknown> = Promise.resolve();
  return {
    newDatabase: async () => {
      const name = `chaos_${String((made += 1))}`;
      const copied = copying.then(() => administer(`CREATE DATABASE ${q(name)} TEMPLATE ${q(TEMPLATE)}`));
      copying = copied.catch(() => undefined);
      await copied;
      return name;
    },
    url: (database) => urlOf(url, database),
    drop: async (database) => {
      await administer(`DROP DATABASE IF EXISTS ${q(database)} WITH (FORCE)`);
    },
    crash: async () => {
      const status = await localPostgresStatus(home);
      if (status.state !== 'running') throw new Error('Postgres does not run');
      process.kill(status.pid, 'SIGQUIT');
      while ((await localPostgresStatus(home)).state !== 'stopped') await sleep(20);
    },
    start: async () => {
      ({ url } = await ensureLocalPostgres(home));
    },
    close: async () => {
      await stopLocalPostgres(home);
    },
  };
}

function urlOf(server: string, database: string): string {
  const url = new URL(server);
  url.pathname = `/${database}`;
  return url.href;
}

async function withPool<T>(url: string, work: (pool: ReturnType<typeof openPool>) => Promise<T>): Promise<T> {
  const pool = openPool(url, { max: 1 });
  try {
    return await work(pool);
  } finally {
    await pool.end();
  }
}
