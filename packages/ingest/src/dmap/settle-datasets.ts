/** What a DMAP table as a whole waits for, once its datasets are loaded. */
import { loadsOf, writeTable, type Load } from '@farelake/db';
import type { Contract } from '@farelake/schema-registry';
import { inTable } from '../table/in-table.ts';
import type { TableWorkspace } from '../workspace.ts';

/** @param held why nothing could be loaded */
export async function settleDatasets(
  workspace: TableWorkspace,
  { dataset }: Contract,
  held: string | undefined,
): Promise<void> {
  const unfit = (await loadsOf(workspace.pool, dataset)).find((load) => load.waitingFor === 'schema');
  const heldReason = held ?? (unfit === undefined ? null : incompatible(unfit));
  await inTable(workspace, (db) => writeTable(db, dataset, { heldReason, waitingReason: null }));
}

const incompatible = ({ path, reason }: Load): string =>
  `${path}: ${reason ?? ''}. The other datasets are in the table. Ask the vendor for it with the columns that are missing, or revise the contract`;
