import { Pool, types } from 'pg';
import type { ClientBase, CustomTypesConfig, PoolClient } from 'pg';
import { DbError } from './errors.ts';
import { signInConfig, type SignIn } from './sign-in.ts';
import { redactUrl } from './url.ts';

export type PoolErrorCode = 'invalid-url' | 'unreachable' | 'unsafe-integer' | 'transaction-aborted';

/** Trouble between us and the database, as opposed to trouble with a statement. */
export class PoolError extends DbError<PoolErrorCode> {}

export interface PoolOptions {
  /** Most connections at once; 10 unless said otherwise. A Lambda wants 1 or 2. */
  readonly max?: number;
  /** Instead of a password in the URL; connections are over TLS only then. */
  readonly signIn?: SignIn;
  /** Told of each idle connection that breaks; the pool has already dropped it. */
  readonly onIdleError?: (error: Error) => void;
}

/**
 * A pool of connections to `url` (`postgresql://…`). Nothing is connected until the first use.
 *
 * Sessions run in UTC as `application_name` farelake. `bigint` comes back as a number and is refused beyond ±(2^53−1);
 * `date` and `timestamp` come back as text, because they have no zone and more digits than a JavaScript Date;
 * `numeric` as text; `timestamptz` as a Date (milliseconds).
 *
 * @throws PoolError `invalid-url`, without the text it was given
 */
export function openPool(url: string, options: PoolOptions = {}): Pool {
  const pool = new Pool({
    ...(options.signIn === undefined
      ? { connectionString: sessionUrl(url) }
      : signInConfig(sessionUrl(url), options.signIn)),
    max: options.max ?? 10,
    connectionTimeoutMillis: 10_000,
    keepAlive: true,
    types: TYPES,
  });
  // Without a listener an idle disconnect (server restarted, `farelake down`) ends the process. Nothing is lost by
  // going on: the pool has dropped the connection, and the next query connects anew or fails with the reason.
  pool.on('error', (error) => options.onIdleError?.(error));
  return pool;
}

/** A connection of the pool for `work`; given back afterwards, thrown away if it broke meanwhile. */
export async function withConnection<T>(pool: Pool, work: (client: PoolClient) => Promise<T>): Promise<T> {
  const client = await connect(pool);
  let broken: Error | undefined;
  // The pool listens only to idle connections: one that breaks between two of our queries would end the process.
  const onError = (error: Error): void => {
    broken = error;
  };
  client.on('error', onError);
  try {
    return await work(client);
  } finally {
    client.off('error', onError);
    client.release(broken);
  }
}

/**
 * Runs `work` in one transaction: committed when it returns, rolled back when it throws, with its own error passed on
 * even where the rollback fails too.
 * @throws PoolError `transaction-aborted` when `work` swallowed the error of a statement, so that nothing was committed
 */
export async function withTransaction<T>(pool: Pool, work: (client: PoolClient) => Promise<T>): Promise<T> {
  return withConnection(pool, (client) => inTransaction(client, () => work(client)));
}

/** As `withTransaction`, on a connection that the caller holds. */
export async function inTransaction<T>(client: ClientBase, work: () => Promise<T>): Promise<T> {
  // Named, because a role may have another default: locks rely on seeing what was committed while they were waited for.
  await client.query('BEGIN ISOLATION LEVEL READ COMMITTED');
  let result: T;
  try {
    result = await work();
  } catch (error) {
    // A rollback that fails means a broken connection, and the server rolls back by itself; what counts is `error`.
    await client.query('ROLLBACK').catch(() => undefined);
    throw error;
  }
  const { command } = await client.query('COMMIT');
  if (command !== 'COMMIT')
    throw new PoolError('transaction-aborted', 'The transaction was rolled back: one of its statements had failed.', {
      remedy: 'Let the error of a failed statement reach withTransaction, or use a savepoint.',
    });
  return result;
}

async function connect(pool: Pool): Promise<PoolClient> {
  try {
    return await pool.connect();
  } catch (cause) {
    const url = redactUrl(pool.options.connectionString ?? '');
    throw new PoolError('unreachable', `No connection to ${url}.`, {
      data: { url },
      remedy: 'Check that the server runs and that DATABASE_URL, where set, names it with the right user and password.',
      cause,
    });
  }
}

/** The URL with our session settings, those named by the caller winning. */
function sessionUrl(url: string): string {
  if (!URL.canParse(url) || !/^postgres(ql)?:$/.test(new URL(url).protocol))
    throw new PoolError(
      'invalid-url',
      'The database URL is not of the form postgresql://user:password@host:port/database.',
      {
        data: { url: redactUrl(url) },
        remedy: 'Correct DATABASE_URL; special characters in the password need percent-encoding.',
      },
    );
  const session = new URL(url);
  const options = session.searchParams.get('options');
  session.searchParams.set('options', ['-c timezone=UTC', options].filter(Boolean).join(' '));
  if (!session.searchParams.has('application_name')) session.searchParams.set('application_name', 'farelake');
  return session.href;
}

type Parser = (text: string) => unknown;

// `bigint[]`, which the driver's list of names leaves out (Postgres, `pg_type.dat`).
const INT8_ARRAY = 1016;
const { INT8, DATE, TIMESTAMP } = types.builtins;

/** The driver's own parser; its typing knows only the types it has names for. */
const usualParser = (oid: number, format?: 'text' | 'binary'): Parser =>
  (types.getTypeParser as (oid: number, format?: string) => Parser)(oid, format);

const PARSERS = new Map<number, Parser>([
  [INT8, safeInteger],
  [INT8_ARRAY, (text) => safeIntegers(usualParser(INT8_ARRAY)(text))],
  [DATE, (text) => text],
  [TIMESTAMP, (text) => text],
]);

const TYPES: CustomTypesConfig = {
  getTypeParser: (oid: number, format?: 'text' | 'binary') =>
    (format === 'binary' ? undefined : PARSERS.get(oid)) ?? usualParser(oid, format),
};

function safeInteger(text: string): number {
  const value = Number(text);
  if (Number.isSafeInteger(value)) return value;
  throw new PoolError('unsafe-integer', `The bigint ${text} does not fit a JavaScript number.`, {
    data: { value: text },
    remedy: 'Select it as text (`column::text`) and use BigInt.',
  });
}

function safeIntegers(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(safeIntegers);
  return typeof value === 'string' ? safeInteger(value) : value;
}
