/**
 * The login of a home's own server for readers: made once, with a random password in a private file of the home. The server is never
 * told the password, so that no log of it can have it: it gets what SCRAM compares with.
 */
import { createHash, createHmac, pbkdf2Sync, randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { Client } from 'pg';
import { READER, READER_LOGIN, readerGrants } from '../readers.ts';
import { SUPERUSER } from './cluster.ts';
import { errorCode } from './errors.ts';
import { existingPaths } from './find.ts';
import { DATABASE } from './identify.ts';
import { withLock } from './lock.ts';
import type { LocalPaths } from './paths.ts';
import { giveToOwnerOf, writePrivate } from './private-file.ts';

const LOCK_MS = 120_000;

/**
 * The connection string of the readers' login, password included. Safe to call again and at once: a login that works stays as it is;
 * one whose password nobody knows any more gets another.
 * @param url the superuser's, of a database that has been migrated
 */
export async function ensureLocalReader(home: string, url: string): Promise<string> {
  const paths = await existingPaths(home);
  if (paths === undefined) throw new Error(`${home} is not there, and its server is`);
  return withLock(paths.lock, { waitMs: LOCK_MS }, async () => {
    await giveToOwnerOf(paths.folder, paths.lock);
    await withClient(url, prepareRoles);
    const known = await readPassword(paths);
    if (known !== undefined && (await signsIn(readerUrl(url, known)))) return readerUrl(url, known);
    const password = randomBytes(24).toString('base64url');
    // First the file: died in between, it does not work, and the next call comes here again.
    await writePrivate(fileOf(paths), `${JSON.stringify({ user: READER_LOGIN, password })}\n`);
    await giveToOwnerOf(paths.folder, fileOf(paths));
    await withClient(url, (client) => client.query(`ALTER ROLE ${READER_LOGIN} PASSWORD '${scramOf(password)}'`));
    return readerUrl(url, password);
  });
}

/** Whatever somebody made of the roles meanwhile, afterwards they may do what is meant, and no more. */
async function prepareRoles(client: Client): Promise<void> {
  for (const sql of readerGrants({ database: DATABASE, owner: SUPERUSER })) await client.query(sql);
  const { rows } = await client.query<{ there: boolean }>(
    'SELECT EXISTS (SELECT FROM pg_roles WHERE rolname = $1) AS there',
    [READER_LOGIN],
  );
  if (rows[0]?.there !== true) await client.query(`CREATE ROLE ${READER_LOGIN}`);
  const rights = 'LOGIN INHERIT NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS';
  await client.query(`ALTER ROLE ${READER_LOGIN} WITH ${rights}`);
  await client.query(`GRANT ${READER} TO ${READER_LOGIN}`);
  for (const sql of OURS_ALONE) await client.query(sql);
}

/**
 * What a server lets everybody do, and nobody needs here: to enter its other databases, and to make large objects. On a server that
 * is not the home's own others may rely on it.
 */
const OURS_ALONE = [
  'REVOKE CONNECT ON DATABASE postgres, template1 FROM PUBLIC',
  'REVOKE EXECUTE ON FUNCTION pg_catalog.lo_create(oid), pg_catalog.lo_creat(integer), pg_catalog.lo_from_bytea(oid, bytea) FROM PUBLIC',
];

const fileOf = (paths: LocalPaths): string => path.join(paths.folder, 'reader.json');

/** Undefined: it is not there, or does not hold one. */
async function readPassword(paths: LocalPaths): Promise<string | undefined> {
  try {
    const { password } = JSON.parse(await readFile(fileOf(paths), 'utf8')) as { password?: unknown };
    return typeof password === 'string' && password !== '' ? password : undefined;
  } catch (error) {
    if (errorCode(error) === 'ENOENT' || (Error.isError(error) && error.name === 'SyntaxError')) return undefined;
    throw error;
  }
}

function readerUrl(url: string, password: string): string {
  const own = new URL(url);
  own.username = READER_LOGIN;
  own.password = password;
  return own.href;
}

/** Wrong password (28P01). Anything else is no reason to give it another. */
async function signsIn(url: string): Promise<boolean> {
  try {
    await withClient(url, (client) => client.query('SELECT 1'));
    return true;
  } catch (error) {
    if (errorCode(error) === '28P01') return false;
    throw error;
  }
}

async function withClient(url: string, work: (client: Client) => Promise<unknown>): Promise<void> {
  const client = new Client({ connectionString: url, ssl: false, connectionTimeoutMillis: 10_000 });
  // Told by the query in flight.
  client.on('error', () => undefined);
  try {
    await client.connect();
    await work(client);
  } finally {
    await client.end().catch(() => undefined);
  }
}

const ITERATIONS = 4096;

/** As Postgres keeps it (PostgreSQL 18, "pg_authid"; RFC 5803). The password is plain ASCII, so that SASLprep leaves it as it is. */
export function scramOf(password: string, salt = randomBytes(16)): string {
  const salted = pbkdf2Sync(password, salt, ITERATIONS, 32, 'sha256');
  const keyOf = (what: string) => createHmac('sha256', salted).update(what).digest();
  const stored = createHash('sha256').update(keyOf('Client Key')).digest('base64');
  return `SCRAM-SHA-256$${ITERATIONS}:${salt.toString('base64')}$${stored}:${keyOf('Server Key').toString('base64')}`;
}
