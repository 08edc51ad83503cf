/**
 * Lets snapshots go that are older than the retention, of tables that nobody commits to: a commit does so for its own table. Files
 * that only they had are removed by the sweep that follows, and never before.
 */
import { endAttempt, lockAppends, movePointer, staleSnapshots, staleTables, startAttempt } from '@farelake/db';
import { expireSnapshots } from '@farelake/iceberg';
import { inTable, withTable } from '../table/in-table.ts';
import { newAttemptId, type TableWorkspace, type Workspace } from '../workspace.ts';
import { isCatalogTrouble, requireOwn } from './foreign-commit.ts';
import { lockCatalog } from './lock-catalog.ts';
import { MetadataWriter } from './metadata-writer.ts';
import { catalogTable } from './place.ts';

export interface Trimmed {
  readonly snapshots: number;
  /** Datasets that another process works on. */
  readonly busy: readonly string[];
  readonly trouble: readonly CatalogTrouble[];
}

/** A table whose catalog row or metadata is not as farelake left it, or is locked by somebody. */
export interface CatalogTrouble {
  readonly table: string;
  readonly why: string;
}

/** @param retention seconds */
export async function trimSnapshots(workspace: Workspace, retention: number, dryRun: boolean): Promise<Trimmed> {
  const [busy, trouble]: [string[], CatalogTrouble[]] = [[], []];
  let snapshots = 0;
  for (const { dataset, tableName } of await staleTables(workspace.pool, retention)) {
    workspace.signal.throwIfAborted();
    if (dryRun) {
      snapshots += (await staleSnapshots(workspace.pool, tableName, retention)).size;
      continue;
    }
    try {
      const done = await withTable(workspace, dataset, (table) => trim(table, dataset, tableName, retention));
      if (done === undefined) busy.push(dataset);
      else snapshots += done;
    } catch (error) {
      if (!isCatalogTrouble(error)) throw error;
      // One table's trouble: what its snapshots show stays until somebody has decided.
      trouble.push({ table: tableName, why: error.message });
    }
  }
  return { snapshots, busy, trouble };
}

const trim = (workspace: TableWorkspace, dataset: string, tableName: string, retention: number): Promise<number> =>
  inTable(workspace, async (db) => {
    // Appends take no lease.
    await lockAppends(db, dataset, workspace.leaseSeconds);
    const table = catalogTable(workspace, tableName);
    const pointer = await lockCatalog(workspace, db, tableName);
    await requireOwn(workspace, tableName, pointer);
    const stale = await staleSnapshots(db, tableName, retention);
    if (pointer.ours === undefined || stale.size === 0) return 0;
    const { version } = pointer.ours;
    const attemptId = newAttemptId();
    await startAttempt(db, { id: attemptId, dataset, batchId: null });
    const writer = new MetadataWriter(workspace, { tableName, version, attemptId, contractVersion: 0, fold: null });
    const present = await writer.read(pointer.ours);
    const { metadata, expired } = expireSnapshots(present, (one) => !stale.has(one['snapshot-id']), pointer.now);
    const location = await writer.metadata(metadata, { ...pointer.ours, updated: present['last-updated-ms'] });
    const moved = await movePointer(db, table, {
      ...{ tableName, version, attemptId, metadata: location, previous: pointer.found, written: writer.written },
      ...{ dropped: [], expired: expired.map((one) => one['snapshot-id']) },
    });
    if (!moved) await requireOwn(workspace, tableName, { ...pointer, found: null });
    await endAttempt(db, attemptId, 'committed');
    return expired.length;
  });
