/**
 * What every attempt at a batch has in common, whatever its loads are: begun in the ledger, given an engine, ended there. Dies
 * the process anywhere before the commit, nothing is there and the batch is open.
 */
import { endAttempt, endBatch, startAttempt, type Batch, type Load } from '@farelake/db';
import type { HmacKey } from '@farelake/lake';
import type { Contract } from '@farelake/schema-registry';
import { reach } from '../failpoint.ts';
import { nextState } from '../load-state.ts';
import { moveLoad, moveLoads } from '../move-load.ts';
import { failLoad } from '../quarantine/fail-load.ts';
import { inTable } from '../table/in-table.ts';
import { newAttemptId, withEngine, type TableWorkspace } from '../workspace.ts';
import type { Attempt, Spoiled } from './attempt.ts';

export type BatchOutcome =
  /** Of how many loads, and rows of these that were written. */
  | { readonly result: 'done'; readonly loads: number; readonly rows: number }
  /** The batch is closed; its loads are ready again, but for the spoiled ones. */
  | { readonly result: 'spoiled'; readonly spoiled: readonly Spoiled[]; readonly suspects: readonly number[] };

/** `released`: closed without an attempt; its loads are planned again. */
export type BatchEnd = BatchOutcome | { readonly result: 'released' };

/** A load of a batch, with what its feed knows of it. */
export interface Member {
  readonly load: Load;
}

/** What is worked on. */
export interface BatchWork<Own extends Member> {
  readonly contract: Contract;
  readonly batch: Batch;
  readonly members: readonly Own[];
  /** For contracts that hash a column. */
  readonly key: HmacKey | undefined;
}

/** @param work gets the members as they stand once the attempt has begun */
export async function attemptBatch<Own extends Member>(
  workspace: TableWorkspace,
  { contract, batch, members, key }: BatchWork<Own>,
  work: (context: Attempt, members: readonly Own[]) => Promise<BatchOutcome>,
): Promise<BatchOutcome> {
  const attempt = newAttemptId();
  await inTable(workspace, async (db) => {
    await startAttempt(db, { id: attempt, dataset: batch.dataset, batchId: batch.id });
    await moveLoads(
      db,
      members.map(({ load }) => load),
      'start',
    );
  });
  reach('load:started');
  const loading = members.map((one) => ({ ...one, load: { ...one.load, state: nextState(one.load.state, 'start') } }));
  try {
    return await withEngine(workspace, (engine, folder) =>
      work({ workspace, contract, batch, attempt, key, engine, folder }, loading),
    );
  } catch (error) {
    // Only a note; the error is what counts, also when the database is what failed.
    const outcome = workspace.signal.aborted ? 'aborted' : 'failed';
    await inTable(workspace, (db) => endAttempt(db, attempt, outcome)).catch(() => undefined);
    throw error;
  }
}

/** The batch is over: what spoiled it is set apart, the others go to a new batch. */
export async function closeBatch(
  context: Attempt,
  members: readonly Member[],
  spoiled: readonly Spoiled[],
  suspects: readonly number[],
): Promise<BatchOutcome> {
  const { workspace, batch, attempt } = context;
  await inTable(workspace, async (db) => {
    for (const { load } of members) {
      const trouble = spoiled.find((one) => one.load.id === load.id);
      if (trouble === undefined) await moveLoad(db, load, 'release');
      else if (trouble.event === 'wait') {
        const { waitingFor, reason, facts } = trouble;
        await moveLoad(db, load, 'wait', { waitingFor, reason }, facts);
      } else await failLoad(db, context.contract, trouble);
    }
    await endBatch(db, batch.id, 'closed');
    await endAttempt(db, attempt, 'failed');
    reach('close:committing');
  });
  reach('close:committed');
  return { result: 'spoiled', spoiled, suspects };
}

/** Closes a batch that is not worked on: its loads are planned again. */
export async function releaseBatch(
  workspace: TableWorkspace,
  batch: Batch,
  members: readonly Member[],
): Promise<BatchEnd> {
  await inTable(workspace, async (db) => {
    for (const { load } of members) await moveLoad(db, load, 'release');
    await endBatch(db, batch.id, 'closed');
  });
  return { result: 'released' };
}
