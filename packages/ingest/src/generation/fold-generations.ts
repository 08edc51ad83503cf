/** Brings a table's generations up to date: what is in history and not yet in the current table. */
import { loadsOf, writeTable, type Load } from '@farelake/db';
import type { Contract } from '@farelake/schema-registry';
import { CHANGES_ONLY, foldTable, type FoldOutcome } from '../fold/fold-table.ts';
import { planOf } from '../plan/table-plan.ts';
import type { OnProgress } from '../progress.ts';
import { inTable } from '../table/in-table.ts';
import type { TableWorkspace } from '../workspace.ts';

export interface GenerationWork {
  readonly workspace: TableWorkspace;
  readonly dataset: string;
  readonly contract: Contract;
  readonly onProgress: OnProgress | undefined;
}

/**
 * Loads that came into the current table.
 * @param held why the table is held, whatever there may be to fold
 */
export async function foldGenerations(work: GenerationWork, held: string | undefined): Promise<number> {
  const { contract, workspace, dataset } = work;
  const loads = await loadsOf(workspace.pool, dataset);
  const planned = await planOf(workspace.pool, dataset, contract, loads);
  const { generation = contract.snapshot === 'none' ? CHANGES_ONLY : undefined } = planned;
  const drifted = loads.find((load) => load.waitingFor === 'schema');
  const outcome: FoldOutcome =
    drifted !== undefined || held !== undefined
      ? { result: 'held', reason: held ?? incompatible(drifted) }
      : generation === undefined
        ? { result: 'nothing' }
        : await foldTable(workspace, contract, generation, work.onProgress);
  await inTable(workspace, (db) =>
    writeTable(db, dataset, {
      heldReason: outcome.result === 'held' ? outcome.reason : null,
      waitingReason: outcome.result === 'waiting' ? outcome.reason : null,
    }),
  );
  return outcome.result === 'committed' ? outcome.applied : 0;
}

const incompatible = (load: Load | undefined): string =>
  `${load?.path ?? ''}: ${load?.reason ?? ''}. Deliver it again under the same name with columns that fit, or revise the contract (farelake table add)`;
