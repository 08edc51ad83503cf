/** Waits for whoever has a table's row of the catalog locked, and not without end: somebody may have left a transaction open. */
import { isLockTimeout, lockPointer, type LockedPointer, type Queryable } from '@farelake/db';
import { UserError } from '@farelake/schema-registry';
import type { Workspace } from '../workspace.ts';
import { catalogTable } from './place.ts';

/** Seconds. Writers of the catalog hold a row for moments, and the work of a table is not to be thrown away for these. */
export const CATALOG_PATIENCE = 60;

/** @throws UserError `catalog-locked` */
export async function lockCatalog(
  workspace: Pick<Workspace, 'environment' | 'catalogPatience'>,
  db: Queryable,
  tableName: string,
): Promise<LockedPointer> {
  const patience = workspace.catalogPatience ?? CATALOG_PATIENCE;
  try {
    return await lockPointer(db, catalogTable(workspace, tableName), tableName, patience);
  } catch (error) {
    if (!isLockTimeout(error)) throw error;
    throw new UserError({
      code: 'catalog-locked',
      problem: `${tableName}: somebody has its row of the Iceberg catalog, public.iceberg_tables, locked for longer than ${patience} seconds. Nothing was changed.`,
      remedy: `Find out who (farelake psql -- -c "${WHO}"), and have that transaction ended. What waits comes in with the next run.`,
      data: { table: tableName, seconds: patience },
      cause: error,
    });
  }
}

/** SQL: with our transaction its waiting is gone, so that `pg_blocking_pids` has nothing to tell. */
const WHO =
  'SELECT pid, usename, state, xact_start, query FROM pg_stat_activity WHERE pid IN (SELECT pid FROM pg_locks ' +
  "WHERE relation = 'public.iceberg_tables'::regclass AND mode <> 'AccessShareLock')";
