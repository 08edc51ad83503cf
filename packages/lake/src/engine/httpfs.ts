/**
 * Reading files of buckets where they lie, by DuckDB's extension `httpfs`. The engine gets the same credentials as the
 * stores, as a secret of this connection that is never written anywhere.
 */
import { quoteLiteral, UserError } from '@farelake/schema-registry';
import { openS3 } from '../store/s3-client.ts';
import { parseS3Uri } from '../store/s3-uri.ts';
import { s3Problem } from '../store/s3-errors.ts';

export type RunSql = (sql: string) => Promise<void>;

/** The engine takes `*`, `?` and `[` for patterns and parameters, so only names without such characters are left to it. */
const PLAIN = /^s3:\/\/[A-Za-z0-9._/=-]+$/;

/** @returns a function that answers which of the URIs the engine can open as they are; it is asked before each use of them */
export function createInPlace(
  run: RunSql,
  extension: string | undefined,
): (uris: readonly string[]) => Promise<ReadonlySet<string>> {
  let loaded: Promise<boolean> | undefined;
  let secret: string | undefined;
  return async (uris) => {
    const plain = uris.filter((uri) => PLAIN.test(uri));
    const [first] = plain;
    if (first === undefined || !(await (loaded ??= load(run, extension)))) return new Set();
    const wanted = await secretSql(first);
    if (wanted === undefined) return new Set();
    if (wanted !== secret) await runQuietly(run, wanted);
    secret = wanted;
    return new Set(plain);
  };
}

/** @throws UserError `bad-httpfs` when a file was named and cannot be loaded */
async function load(run: RunSql, extension: string | undefined): Promise<boolean> {
  try {
    await run(extension === undefined ? 'LOAD httpfs' : `LOAD ${quoteLiteral(extension)}`);
    return true;
  } catch (cause) {
    if (extension === undefined) return false;
    throw new UserError({
      code: 'bad-httpfs',
      problem: `${extension} cannot be loaded as DuckDB's extension httpfs.`,
      remedy: 'Set FARELAKE_HTTPFS to the extension file of this version of DuckDB and this platform, or leave it out.',
      cause,
    });
  }
}

/** Undefined: the engine cannot reach a server of such an address. */
async function secretSql(uri: string): Promise<string | undefined> {
  const { client, endpoint } = await openS3();
  const url = endpoint === undefined ? undefined : new URL(endpoint);
  if (url !== undefined && url.pathname !== '/') return undefined;
  try {
    const { accessKeyId, secretAccessKey, sessionToken } = await client.config.credentials();
    const settings: Record<string, string | undefined> = {
      KEY_ID: quoteLiteral(accessKeyId),
      SECRET: quoteLiteral(secretAccessKey),
      SESSION_TOKEN: sessionToken === undefined ? undefined : quoteLiteral(sessionToken),
      REGION: quoteLiteral(await client.config.region()),
      ENDPOINT: url === undefined ? undefined : quoteLiteral(url.host),
      URL_STYLE: url === undefined ? undefined : "'path'",
      USE_SSL: url === undefined ? undefined : String(url.protocol === 'https:'),
    };
    const given = Object.entries(settings).flatMap(([name, value]) => (value === undefined ? [] : `${name} ${value}`));
    return `CREATE OR REPLACE TEMPORARY SECRET farelake_s3 (TYPE s3, ${given.join(', ')})`;
  } catch (error) {
    throw s3Problem(error, { location: parseS3Uri(uri), endpoint });
  }
}

/** The engine's errors quote the statement, and this one holds a secret: nothing of them is told on. */
async function runQuietly(run: RunSql, sql: string): Promise<void> {
  try {
    await run(sql);
  } catch {
    throw new Error("DuckDB does not take the store's credentials");
  }
}
