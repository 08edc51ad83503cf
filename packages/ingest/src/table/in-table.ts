/** The one way in which a table's rows of the ledger change. */
import { requireLease, withLease, withTransaction } from '@farelake/db';
import type { PoolClient } from 'pg';
import { reach } from '../failpoint.ts';
import { thisProcess } from '../who.ts';
import type { TableWorkspace, Workspace } from '../workspace.ts';

/**
 * Runs `work` in one transaction that begins with the check that this process still holds the table's lease, and during
 * which nobody can take it over. Everything that changes rows of a table goes by it: states of loads, batches, attempts,
 * receipts, versions, applications, publication, archive, what is told of the table.
 * @throws LeaseLost nothing was changed
 */
export const inTable = <T>(
  { pool, lease }: Pick<TableWorkspace, 'pool' | 'lease'>,
  work: (db: PoolClient) => Promise<T>,
): Promise<T> =>
  withTransaction(pool, async (db) => {
    await requireLease(db, lease);
    return work(db);
  });

/**
 * Runs `work` while no other process works on the table; undefined: another one does.
 * @throws LeaseLost another process took the table over meanwhile; what was committed before stays
 */
export const withTable = <T>(
  workspace: Workspace,
  dataset: string,
  work: (workspace: TableWorkspace) => Promise<T>,
): Promise<T | undefined> =>
  withLease(workspace.pool, dataset, { holder: thisProcess(), seconds: workspace.leaseSeconds }, (lease) => {
    reach('table:taken');
    return work({ ...workspace, lease, signal: AbortSignal.any([workspace.signal, lease.signal]) });
  });
