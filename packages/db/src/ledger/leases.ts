/**
 * Rows of `ledger.leases`: who works on which table, told by a number that only grows.
 *
 * Kept, whatever dies, stalls or loses its connection:
 * - a table's token never falls and is never given twice;
 * - a transaction that begins with `requireLease` commits only while its token is the newest: a takeover (FOR UPDATE) waits
 *   for its KEY SHARE, and afterwards the check fails. The holder's own renewals do not wait for it;
 * - whether a holder lives is told by its advisory lock, which goes with its connection, and by `expires_at`, which it
 *   renews. Both by the database's clock: those of machines may differ.
 */
import type { ClientBase } from 'pg';
import { DbError } from '../errors.ts';
import { inTransaction } from '../pool.ts';
import type { Queryable } from './objects.ts';

export interface LeaseToken {
  readonly dataset: string;
  /** Higher than that of every holder before: the fencing token. */
  readonly token: number;
}

/** Another process works on the table now: whatever this one was about to change there is void. Nothing is lost. */
export class LeaseLost extends DbError<'lease-lost'> {}

export const leaseLost = ({ dataset, token }: LeaseToken): LeaseLost =>
  new LeaseLost('lease-lost', `Another process has taken over the work on ${dataset}.`, {
    data: { dataset, token },
    remedy: 'Nothing is lost: the other process goes on with it.',
  });

/** Advisory lock that the holder's session has. */
const holderKey = ({ dataset, token }: LeaseToken): string => `farelake lease ${dataset} ${token}`;
/** Advisory lock that the holder's transactions share: by it they are found when their process has stalled. */
const workKey = ({ dataset, token }: LeaseToken): string => `farelake work ${dataset} ${token}`;

/**
 * The first statement of each transaction that changes rows of a table: from here to its end nobody can take the table
 * over, and whoever has lost it gets no further.
 *
 * The server ends the transaction when for as long as the lease lasts it hears nothing from us: registration takes no
 * lease, and would wait behind the rows that a stalled process has changed for as long as that sleeps.
 * @throws LeaseLost
 */
export async function requireLease(db: ClientBase, lease: LeaseToken & { readonly seconds?: number }): Promise<void> {
  const { rowCount } = await db.query(
    `WITH own AS MATERIALIZED (
       SELECT 1 FROM ledger.leases WHERE dataset = $1 AND token = $2 AND holder IS NOT NULL FOR KEY SHARE)
     SELECT pg_advisory_xact_lock_shared(hashtextextended($3, 0)),
       set_config('idle_in_transaction_session_timeout', $4::text, true) FROM own`,
    [
      lease.dataset,
      lease.token,
      workKey(lease),
      lease.seconds === undefined ? null : `${Math.round(lease.seconds * 1000)}ms`,
    ],
  );
  if (rowCount !== 1) throw leaseLost(lease);
}

/** `free` nobody works on the table · `held` somebody does · `dead` who did is gone · `stalled` who does gives no sign */
export type LeaseState = 'free' | 'held' | 'dead' | 'stalled';

export interface SeenLease {
  readonly state: LeaseState;
  /** 0: nobody ever worked on the table. */
  readonly token: number;
  readonly holder: string | null;
}

/**
 * After a start of Postgres no holder has its lock; those that live take theirs again within a second, and are not to be
 * taken for dead meanwhile. Seconds.
 */
const AFTER_START = 5;

export async function lookAtLease(db: Queryable, dataset: string): Promise<SeenLease> {
  const { rows } = await db.query<SeenLease>(
    `SELECT l.token, l.holder, CASE
       WHEN l.holder IS NULL THEN 'free'
       WHEN NOT EXISTS (SELECT 1 FROM pg_locks p WHERE ${isLock('p', `'farelake lease ' || l.dataset || ' ' || l.token`)})
         AND (l.expires_at < clock_timestamp() OR pg_postmaster_start_time() < clock_timestamp() - make_interval(secs => ${AFTER_START}))
         THEN 'dead'
       WHEN l.expires_at < clock_timestamp() THEN 'stalled'
       ELSE 'held' END AS state
     FROM ledger.leases l WHERE l.dataset = $1`,
    [dataset],
  );
  return rows[0] ?? { state: 'free', token: 0, holder: null };
}

/** Whether a row of pg_locks is the advisory lock of a text (PostgreSQL, "pg_locks": how its key is shown). */
const isLock = (p: string, text: string): string =>
  `${p}.locktype = 'advisory' AND ${p}.objsubid = 1 AND ${p}.granted
   AND ${p}.database = (SELECT oid FROM pg_database WHERE datname = current_database())
   AND (${p}.classid::bigint << 32) | ${p}.objid::bigint = hashtextextended(${text}, 0)`;

/**
 * Ends transactions of a holder that has stalled in their midst: their locks would keep its successor waiting for as long
 * as it sleeps. They are rolled back, as its fencing would do anyway.
 */
export async function endStalledWork(db: Queryable, lease: LeaseToken): Promise<void> {
  await db.query(
    `SELECT pg_terminate_backend(p.pid, 5000) FROM pg_locks p
     WHERE ${isLock('p', '$1')} AND p.pid <> pg_backend_pid()`,
    [workKey(lease)],
  );
}

/** Whoever takes a table over waits so long for a commit of the holder before, and otherwise tries again later. */
const PATIENCE = '5s';

/**
 * Takes the table's lease for the session of `client`, which is to be closed if that fails.
 * @param holder as people should see it
 * @param seconds until it counts as stalled without renewal
 * @returns the new token; undefined: another one was faster, or holds it after all
 */
export async function claimLease(
  client: ClientBase,
  dataset: string,
  holder: string,
  seconds: number,
): Promise<number | undefined> {
  try {
    return await inTransaction(client, async () => {
      await client.query(`SET LOCAL lock_timeout = '${PATIENCE}'`);
      await client.query(
        `INSERT INTO ledger.leases (dataset, token, expires_at) VALUES ($1, 0, clock_timestamp()) ON CONFLICT DO NOTHING`,
        [dataset],
      );
      await client.query('SELECT 1 FROM ledger.leases WHERE dataset = $1 FOR UPDATE', [dataset]);
      // A statement of its own: only one that begins after the lock was granted sees what the holder before committed.
      const seen = await lookAtLease(client, dataset);
      if (seen.state === 'held') return undefined;
      const token = seen.token + 1;
      if (!(await lockSession(client, { dataset, token }))) return undefined;
      await client.query(
        `UPDATE ledger.leases SET token = $2, holder = $3, acquired_at = clock_timestamp(),
           expires_at = clock_timestamp() + make_interval(secs => $4) WHERE dataset = $1`,
        [dataset, token, holder, seconds],
      );
      return token;
    });
  } catch (error) {
    if (isLockTimeout(error)) return undefined;
    throw error;
  }
}

/** A statement waited for a lock as long as it may: lock_not_available (PostgreSQL 18, appendix "PostgreSQL Error Codes"). */
export const isLockTimeout = (error: unknown): boolean =>
  Error.isError(error) && (error as { code?: unknown }).code === '55P03';

/** Whether the session has the holder's lock now. A session of ours that broke may still have it for a while. */
export async function lockSession(client: ClientBase, lease: LeaseToken): Promise<boolean> {
  const { rows } = await client.query<{ locked: boolean }>(
    'SELECT pg_try_advisory_lock(hashtextextended($1, 0)) AS locked',
    [holderKey(lease)],
  );
  return rows[0]?.locked === true;
}

/** @returns false: it is lost */
export async function renewLease(client: ClientBase, { dataset, token }: LeaseToken, seconds: number) {
  const { rowCount } = await client.query(
    `UPDATE ledger.leases SET expires_at = clock_timestamp() + make_interval(secs => $3)
     WHERE dataset = $1 AND token = $2 AND holder IS NOT NULL`,
    [dataset, token, seconds],
  );
  return rowCount === 1;
}

/** Gives it back. Changes nothing when it is lost. */
export async function returnLease(client: ClientBase, { dataset, token }: LeaseToken): Promise<void> {
  await client.query(
    `UPDATE ledger.leases SET holder = NULL, expires_at = clock_timestamp() WHERE dataset = $1 AND token = $2`,
    [dataset, token],
  );
}
