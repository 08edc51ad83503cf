/** Each data file in the ledger has a load: one whose load is gone gets another, wherever the file lies by now. */
import { addMissingLoads, objectsWithoutLoad } from '@farelake/db';
import { inTable } from '../table/in-table.ts';
import type { TableWorkspace } from '../workspace.ts';

/** May be done again at any time. */
export async function giveMissingLoads(workspace: TableWorkspace, dataset: string): Promise<void> {
  if ((await objectsWithoutLoad(workspace.pool, dataset)).length === 0) return;
  await inTable(workspace, (db) => addMissingLoads(db, dataset));
}
