/**
 * One attempt at a batch: its objects are unpacked and proven, loaded into Parquet files of history on the way, and
 * committed together with their receipts when every one of them is proven. Dies the process anywhere before the commit, nothing is there and the batch is open.
 */
import path from 'node:path';
import { endAttempt, endBatch, startAttempt, type Batch } from '@farelake/db';
import {
  loadPieces,
  registerHmacKey,
  SpoiledLoad,
  type HmacKey,
  type PieceLoader,
  type PiecesSpec,
} from '@farelake/lake';
import { projectChanges, projectSnapshot } from '@farelake/qlik';
import type { Contract } from '@farelake/schema-registry';
import { historyColumns } from '../columns.ts';
import { reach } from '../failpoint.ts';
import { nextState } from '../load-state.ts';
import { moveLoad } from '../move-load.ts';
import { failLoad } from '../quarantine/fail-load.ts';
import { refusalOf } from '../quarantine/refusal.ts';
import { inTable } from '../table/in-table.ts';
import { newAttemptId, withEngine, type TableWorkspace } from '../workspace.ts';
import type { Attempt, BatchMember, Spoiled } from './attempt.ts';
import { commitBatch } from './commit-batch.ts';
import { countDifference, prove } from './prove.ts';

export type BatchOutcome =
  | { readonly result: 'done'; readonly rows: number }
  /** The batch is closed; its loads are ready again, but for the spoiled ones. */
  | { readonly result: 'spoiled'; readonly spoiled: readonly Spoiled[]; readonly suspects: readonly number[] };

/** @param key for contracts that hash a column */
export async function runBatch(
  workspace: TableWorkspace,
  contract: Contract,
  batch: Batch,
  members: readonly BatchMember[],
  key?: HmacKey,
): Promise<BatchOutcome> {
  const attempt = newAttemptId();
  await inTable(workspace, async (db) => {
    await startAttempt(db, { id: attempt, dataset: batch.dataset, batchId: batch.id });
    for (const { load } of members) await moveLoad(db, load, 'start');
  });
  reach('load:started');
  const loading = members.map(({ load, dfm }) => ({ dfm, load: { ...load, state: nextState(load.state, 'start') } }));
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

async function work(context: Attempt, members: readonly BatchMember[]): Promise<BatchOutcome> {
  const loader = loadPieces(context.engine, specOf(context, members));
  try {
    const spoiled: Spoiled[] = [];
    for (const member of members) spoiled.push(...(await prove(context, member, loader, spoiled.length === 0)));
    reach('load:unpacked');
    if (spoiled.length > 0) return await close(context, members, spoiled, []);
    return await loadAndCommit(context, members, loader);
  } finally {
    await loader.close();
  }
}

/** Every object of the batch is proven: what was made of them may be seen, if their rows are right. */
async function loadAndCommit(
  context: Attempt,
  members: readonly BatchMember[],
  loader: PieceLoader,
): Promise<BatchOutcome> {
  try {
    const written = await loader.finish();
    reach('load:written');
    const misannounced = members.flatMap((member) => countDifference(member, written.counts));
    if (misannounced.length > 0) return await close(context, members, misannounced, []);
    return { result: 'done', rows: await commitBatch(context, members, written) };
  } catch (error) {
    if (!(error instanceof SpoiledLoad)) throw error;
    const culprits = error.all.flatMap((one): Spoiled[] => {
      const load = members.find((member) => member.load.id === one.loadId)?.load;
      return load === undefined ? [] : [{ load, event: 'fail', reason: one.message, code: one.code }];
    });
    if (culprits.length > 0) return close(context, members, culprits, []);
    return close(
      context,
      members,
      [],
      members.map(({ load }) => load.id),
    );
  }
}

function specOf({ contract, batch, folder, key }: Attempt, members: readonly BatchMember[]): PiecesSpec {
  const dfm = members[0]?.dfm;
  if (dfm === undefined) throw new Error(`batch ${batch.id} has no loads`);
  const columns = batch.kind === 'snapshot' ? projectSnapshot(contract, dfm) : projectChanges(contract, dfm);
  return {
    fields: dfm.columns.length,
    format: dfm.format,
    columns,
    refusal: refusalOf(contract, batch.kind, dfm, columns),
    parquetFields: historyColumns(contract),
    targetOf: (portion) => path.join(folder, `history-${portion}.parquet`),
    ...(key === undefined ? {} : { prepare: (lane) => registerHmacKey(lane, key) }),
  };
}

/** The batch is over: what spoiled it is set apart, the others go to a new batch. */
async function close(
  context: Attempt,
  members: readonly BatchMember[],
  spoiled: readonly Spoiled[],
  suspects: readonly number[],
): Promise<BatchOutcome> {
  const { workspace, batch, attempt } = context;
  await inTable(workspace, async (db) => {
    for (const { load } of members) {
      const trouble = spoiled.find((one) => one.load.id === load.id);
      if (trouble === undefined) await moveLoad(db, load, 'release');
      else if (trouble.event === 'wait') {
        const { waitingFor, reason } = trouble;
        await moveLoad(db, load, 'wait', { waitingFor, reason });
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
  members: readonly BatchMember[],
): Promise<void> {
  await inTable(workspace, async (db) => {
    for (const { load } of members) await moveLoad(db, load, 'release');
    await endBatch(db, batch.id, 'closed');
  });
}
