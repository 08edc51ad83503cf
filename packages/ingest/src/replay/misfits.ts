/** Which loads the contract, as it is now, would not let be taken through again. */
import { asIfSentBack, loadsOf, type ReplayableLoad } from '@farelake/db';
import type { ClientBase } from 'pg';
import { judgeMisfits } from '../dmap/judge-misfits.ts';
import { planOf } from '../plan/table-plan.ts';
import { contractTrouble } from '../status/contract.ts';
import type { Workspace } from '../workspace.ts';

export interface Misfits {
  readonly loadIds: readonly number[];
  /** Of the first of them, and what to do. */
  readonly reason: string;
}

/**
 * Sent back, they would only wait, and hold a table that is well: what they have in it would be what it was, and whatever is
 * delivered next would wait, too. The plan itself is asked, as if they had been sent back.
 * @param db in a transaction; nothing is changed
 * @param loads of one table
 * @returns undefined: all of them fit
 */
export async function misfitsOf(
  workspace: Pick<Workspace, 'contracts' | 'faulty'>,
  db: ClientBase,
  dataset: string,
  loads: readonly ReplayableLoad[],
): Promise<Misfits | undefined> {
  const ids = loads.map(({ id }) => id);
  const contract = workspace.contracts.get(dataset);
  if (contract === undefined)
    return { loadIds: ids, reason: (await contractTrouble(workspace, db, dataset)) ?? 'it has no contract' };
  if (contract.feed === 'dmap') {
    const left = judgeMisfits(contract, await loadsOf(db, dataset), new Set(ids));
    return left.length === 0 ? undefined : misfits(left);
  }
  const { verdicts } = await asIfSentBack(db, ids, async () =>
    planOf(db, dataset, contract, await loadsOf(db, dataset)),
  );
  const unfit = loads.flatMap(({ id, objectKey }) => {
    const verdict = verdicts.get(id);
    const waits = verdict?.event === 'wait' && (verdict.waitingFor === 'schema' || verdict.waitingFor === 'contract');
    return waits ? [{ id, text: `${objectKey}: ${verdict.reason}` }] : [];
  });
  return unfit.length === 0 ? undefined : misfits(unfit);
}

function misfits(unfit: readonly { readonly id: number; readonly text: string }[]): Misfits {
  return {
    loadIds: unfit.map(({ id }) => id),
    reason: `they do not fit its contract as it is now (${unfit[0]?.text ?? ''}); revise the contract, or deliver them again with columns that fit it`,
  };
}
