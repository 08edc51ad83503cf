/** What a DMAP table as a whole waits for, once its datasets are loaded. */
import { filesOfOtherContracts, loadsOf, writeTable, type Load } from '@farelake/db';
import type { Contract } from '@farelake/schema-registry';
import { inTable } from '../table/in-table.ts';
import { datasetColumns } from '../columns.ts';
import { typesOtherwise } from '../treatment/written-types.ts';
import { withEngine, type TableWorkspace } from '../workspace.ts';

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

/** Why nothing can be shown: files of another version of the contract. Only for a table that has such is an engine opened. */
export async function typesHold(workspace: TableWorkspace, contract: Contract): Promise<string | undefined> {
  const { pool } = workspace;
  if ((await filesOfOtherContracts(pool, contract.dataset, contract.version)).length === 0) return undefined;
  return withEngine(workspace, (engine) =>
    typesOtherwise(engine, pool, contract, contract.dataset, datasetColumns(contract)),
  );
}

const incompatible = ({ path, reason }: Load): string =>
  `${path}: ${reason ?? ''}. The other datasets are in the table. Ask the vendor for it with the columns that are missing, or revise the contract`;
