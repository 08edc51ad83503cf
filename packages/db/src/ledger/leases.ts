/** Who works on which table: the right to change its rows of the ledger, told by a number that only grows. */
import type { ClientBase, Pool } from 'pg';
import { DbError } from '../errors.ts';
import { withConnection } from '../pool.ts';
import type { Queryable } from './objects.ts';

/** The right to work on one table. */
export interface TableLease {
  readonly dataset: string;
  /** Higher than that of every holder before: the fencing token. */
  readonly token: number;
  /** Aborted with `LeaseLost` as soon as it is known that another process has taken over. */
  readonly signal: AbortSignal;
}

/** Another process works on the table now: whatever this one was about to change there is void. Nothing is lost. */
export class LeaseLost extends DbError<'lease-lost'> {}

export const leaseLost = ({ dataset, token }: Pick<TableLease, 'dataset' | 'token'>): LeaseLost =>
  new LeaseLost('lease-lost', `Another process has taken over the work on ${dataset}.`, {
    data: { dataset, token },
    remedy: 'Nothing is lost: the other process goes on with it.',
  });

/**
 * The first statement of each transaction that changes rows of a table: from here to its end nobody can take the table
 * over, and whoever has lost it gets no further.
 *
 * KEY SHARE: a takeover (FOR UPDATE) waits for it, the holder's own renewals do not.
 * @throws LeaseLost
 */
export async function requireLease(db: ClientBase, lease: Pick<TableLease, 'dataset' | 'token'>): Promise<void> {
  const { rowCount } = await db.query(
    'SELECT 1 FROM ledger.leases WHERE dataset = $1 AND token = $2 AND holder IS NOT NULL FOR KEY SHARE',
    [lease.dataset, lease.token],
  );
  if (rowCount !== 1) throw leaseLost(lease);
}

/** Distinguishes table locks from every other advisory lock of the database. */
const LOCK_SPACE = 0x6661_7265;

/** Runs `work` while no other process works on the table; `undefined`: another one does. */
export async function withLease<T>(
  pool: Pool,
  dataset: string,
  work: (lease: TableLease) => Promise<T>,
): Promise<T | undefined> {
  return withConnection(pool, async (client) => {
    const { rows } = await client.query<{ locked: boolean }>(
      `SELECT pg_try_advisory_lock($1, hashtext($2)) AS locked`,
      [LOCK_SPACE, dataset],
    );
    if (rows[0]?.locked !== true) return undefined;
    try {
      return await work({ dataset, token: await nextToken(client, dataset), signal: new AbortController().signal });
    } finally {
      await client.query('SELECT pg_advisory_unlock($1, hashtext($2))', [LOCK_SPACE, dataset]).catch(() => undefined);
    }
  });
}

async function nextToken(db: Queryable, dataset: string): Promise<number> {
  const { rows } = await db.query<{ token: number }>(
    `INSERT INTO ledger.leases AS l (dataset, token, holder, expires_at) VALUES ($1, 1, 'process', now() + interval '1 minute')
     ON CONFLICT (dataset) DO UPDATE SET token = l.token + 1, holder = excluded.holder, expires_at = excluded.expires_at
     RETURNING token`,
    [dataset],
  );
  return rows[0]?.token ?? 0;
}
