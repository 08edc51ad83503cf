/**
 * Shows in the catalog what was committed and is not there: versions from before there were snapshots, and such as could not be shown
 * when they were committed.
 */
import { endAttempt, readVersion, startAttempt, tablesBehind } from '@farelake/db';
import type { Contract } from '@farelake/schema-registry';
import { inTable } from '../table/in-table.ts';
import { newAttemptId, type TableWorkspace } from '../workspace.ts';
import { shownTables } from './place.ts';
import { publishSnapshot } from './publish-snapshot.ts';

/** @throws UserError `foreign-commit`, `metadata-damaged` */
export async function catchUp(workspace: TableWorkspace, contract: Contract): Promise<void> {
  for (const tableName of await tablesBehind(workspace.pool, shownTables(contract)))
    await show(workspace, contract, tableName);
}

/** A version that stays as it was is not written of by each run: the transaction is taken back. */
class NothingNew extends Error {}

const show = (workspace: TableWorkspace, contract: Contract, tableName: string): Promise<void> =>
  inTable(workspace, async (db) => {
    const { version, fold } = await readVersion(db, tableName);
    const attemptId = newAttemptId();
    await startAttempt(db, { id: attemptId, dataset: contract.dataset, batchId: null });
    const shown = { tableName, version, attemptId, contractVersion: contract.version, fold };
    if ((await publishSnapshot(workspace, db, contract, shown)) === 'passed over before') throw new NothingNew();
    await endAttempt(db, attemptId, 'committed');
  }).catch((error: unknown) => {
    if (!(error instanceof NothingNew)) throw error;
  });
