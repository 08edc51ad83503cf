import { readdir, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { Client } from 'pg';
import { SUPERUSER } from './cluster.ts';
import { errorCode } from './errors.ts';
import { unique } from './private-file.ts';

export const DATABASE = 'farelake';
export const HOST = '127.0.0.1';

/**
 * Who answers at a port: `ours`, and whether it has our database; `not-yet`: a server that starts, stops or is full;
 * `stranger`: whatever else, or nobody.
 */
export type Answer =
  | { readonly who: 'ours'; readonly hasDatabase: boolean }
  | { readonly who: 'not-yet' | 'stranger'; readonly cause: unknown };

/** Starting up, shutting down, recovering (57P03); all connections taken (53300). */
const NOT_YET = new Set(['57P03', '53300']);

const PROBE = 'farelake.probe-';

/** Removes the files of questions that were killed; for when no server runs, so that no question can be open. */
export async function sweepProbes(dataFolder: string): Promise<void> {
  const left = (await readdir(dataFolder)).filter((name) => name.startsWith(PROBE));
  for (const name of left) await rm(path.join(dataFolder, name), { force: true });
}

/**
 * Asks the server at `port` whether it works on `dataFolder`: a file just made there, of a name nobody can know, must be
 * there for the server too. Port, password, system identifier and even the folder's name can be those of a copy or of a
 * home since moved; this cannot.
 */
export async function identify(dataFolder: string, port: number, password: string): Promise<Answer> {
  const name = unique(PROBE);
  const file = path.join(dataFolder, name);
  await writeFile(file, '');
  try {
    return await ask(name, port, password);
  } finally {
    await rm(file, { force: true });
  }
}

async function ask(name: string, port: number, password: string): Promise<Answer> {
  const client = connection(port, password, 'postgres');
  try {
    await client.connect();
    const { rows } = await client.query<{ ours: boolean; has: boolean }>(
      `SELECT (pg_stat_file($1, true)).size IS NOT NULL AS ours,
              EXISTS (SELECT FROM pg_database WHERE datname = $2) AS has`,
      [name, DATABASE],
    );
    if (rows[0]?.ours) return { who: 'ours', hasDatabase: rows[0].has };
    return { who: 'stranger', cause: undefined };
  } catch (cause) {
    return { who: NOT_YET.has(errorCode(cause) ?? '') ? 'not-yet' : 'stranger', cause };
  } finally {
    // The answer stands, however the farewell goes.
    await client.end().catch(() => undefined);
  }
}

/** Creates our database in a server known to be ours. */
export async function createDatabase(port: number, password: string): Promise<void> {
  const client = connection(port, password, 'postgres');
  try {
    await client.connect();
    await client.query(`CREATE DATABASE ${DATABASE}`);
  } finally {
    await client.end();
  }
}

function connection(port: number, password: string, database: string): Client {
  const client = new Client({
    host: HOST,
    port,
    user: SUPERUSER,
    password,
    database,
    ssl: false,
    application_name: 'farelake',
    connectionTimeoutMillis: 3_000,
    query_timeout: 3_000,
  });
  // A stranger may hang up at any moment; queries in flight are told by themselves.
  client.on('error', () => undefined);
  return client;
}

export const connectionUrl = (port: number, password: string): string =>
  `postgresql://${SUPERUSER}:${password}@${HOST}:${port}/${DATABASE}`;
