/**
 * The commit of a batch: its files become history together with its receipts. Of loads that were in history before, the
 * rows that they had go with the same commit.
 */
import {
  correctedBy,
  createReplay,
  endAttempt,
  endBatch,
  markReplaced,
  noteAsked,
  placeInHistory,
  readManifest,
  takeOutOfHistory,
  type Batch,
  type Corrected,
  type Manifest,
  type ManifestFile,
  type Queryable,
} from '@farelake/db';
import type { LoadedPieces } from '@farelake/lake';
import { historyName, type Contract } from '@farelake/schema-registry';
import { commitTable } from '../catalog/commit-table.ts';
import { reach } from '../failpoint.ts';
import { moveLoad } from '../move-load.ts';
import { keepRefusedRows, type KeptRows } from '../quarantine/keep-rows.ts';
import { replaceRows, type ReplacedRows } from '../replay/replace-rows.ts';
import { inTable } from '../table/in-table.ts';
import { thisProcess } from '../who.ts';
import type { Attempt, BatchMember } from './attempt.ts';
import { settleReceipt } from './settle-receipt.ts';

/** What an engine has made of a batch. */
export interface LoadedBatch extends Pick<LoadedPieces, 'counts' | 'refused'> {
  /** In its files. */
  readonly rows: number;
  /** Has the files on stage, under names of the attempt. */
  readonly adopt: () => Promise<readonly ManifestFile[]>;
}

/** @returns rows that came into history */
export async function commitBatch(
  context: Attempt,
  members: readonly BatchMember[],
  loaded: LoadedBatch,
): Promise<number> {
  const { workspace, contract, batch, attempt } = context;
  const base = await readManifest(workspace.pool, historyName(contract.dataset));
  const kept = await keepRefusedRows(context, members, loaded.refused);
  const accepted = members.flatMap(({ load }) => (load.accepted ? [load.id] : []));
  const corrected = await correctedBy(workspace.pool, accepted);
  const replaced = await replaceRows(context, members, corrected, base);
  const adopted = await loaded.adopt();
  // Files adopted for a commit that fails stay behind unlisted: whether a lost COMMIT arrived cannot be told here.
  await inTable(workspace, async (db) => {
    await changeHistory(db, context, base, adopted, replaced, async () => {
      for (const member of members) await settle(db, attempt, member, loaded, kept.get(member.load.id));
      await placeInHistory(
        db,
        batch.id,
        members.map(({ load }) => load.id),
      );
      await markReplaced(db, contract.dataset, replaced.loadIds);
      for (const one of corrected) await giveWay(db, one);
      await endBatch(db, batch.id, 'done');
      await endAttempt(db, attempt, 'committed');
    });
    reach('load:committing');
  });
  reach('load:committed');
  return loaded.rows;
}

/** Of the batch's files, below the stage, without what tells one from the other. */
export const historyStem = ({ dataset }: Contract, { id, folder }: Batch): string =>
  `${historyName(dataset)}/${folder}/b${String(id).padStart(6, '0')}`;

/** Other content of its file took its place, as a person asked for. */
async function giveWay(db: Queryable, one: Corrected): Promise<void> {
  await noteAsked(db, await createReplay(db, thisProcess(), { takesItsPlace: one.by }), one.id);
  if (one.state !== 'superseded')
    await moveLoad(db, one, 'supersede', { reason: `load ${one.by}, the same file delivered again, took its place` });
  await takeOutOfHistory(db, one);
}

async function settle(
  db: Queryable,
  attempt: string,
  { load, dfm }: BatchMember,
  { counts }: LoadedBatch,
  kept: KeptRows | undefined,
): Promise<void> {
  const read = counts.get(load.id) ?? 0;
  await settleReceipt(db, attempt, { loadId: load.id, announced: dfm.recordCount, read }, kept);
  await moveLoad(db, load, 'finish');
}

async function changeHistory(
  db: Queryable,
  { workspace, contract, attempt }: Attempt,
  base: Manifest,
  adopted: readonly ManifestFile[],
  { add, remove }: ReplacedRows,
  also: () => Promise<void>,
): Promise<void> {
  // Files without a row make no version.
  if (adopted.length === 0 && remove.length === 0) return also();
  const rowsOf = (files: readonly { rows: number }[]) => files.reduce((sum, file) => sum + file.rows, 0);
  await commitTable(workspace, db, contract, {
    tableName: historyName(contract.dataset),
    baseVersion: base.version,
    attemptId: attempt,
    contractVersion: contract.version,
    add: [...adopted, ...add],
    remove: remove.map(({ id }) => id),
    rows: base.rows + rowsOf(adopted) + rowsOf(add) - rowsOf(remove),
    fold: null,
    cameOf: 'load',
    also,
  });
}
