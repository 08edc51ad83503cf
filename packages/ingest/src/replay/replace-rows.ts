/**
 * What becomes of the rows that loads have in history, when they are loaded once more: the commit of the new rows takes
 * the old ones away. A file that holds rows of other loads too is written again without them.
 */
import path from 'node:path';
import {
  historyBatches,
  type Corrected,
  type HistoryBatch,
  type ListedFile,
  type Manifest,
  type ManifestFile,
} from '@farelake/db';
import { rewriteParquet, type ColumnStatistics, type Engine } from '@farelake/lake';
import { historyName, quoteIdentifier as q, UserError } from '@farelake/schema-registry';
import { historyColumns, tellableStatistics } from '../columns.ts';
import { reach } from '../failpoint.ts';
import type { Attempt, BatchMember } from '../load/attempt.ts';

export interface ReplacedRows {
  /** Files of history with what stays of the old ones. */
  readonly add: readonly ManifestFile[];
  readonly remove: readonly ListedFile[];
  /** Loads that had rows in history. */
  readonly loadIds: readonly number[];
}

/**
 * @param corrected loads whose place members take
 * @param history as it stands
 */
export async function replaceRows(
  context: Attempt,
  members: readonly BatchMember[],
  corrected: readonly Corrected[],
  history: Manifest,
): Promise<ReplacedRows> {
  const own = members.flatMap(({ load: { id, historyBatchId: batch } }) => (batch === null ? [] : [{ id, batch }]));
  const former = [...own, ...corrected.map(({ id, historyBatchId: batch }) => ({ id, batch }))];
  const loadIds = former.map(({ id }) => id);
  const batches = await historyBatches(context.workspace.pool, [...new Set(former.map(({ batch }) => batch))]);
  const files = batches.flatMap((batch) => history.files.filter(({ batchId }) => batchId === batch.id));
  const add: ManifestFile[] = [];
  const remove: ListedFile[] = [];
  for (const batch of batches) {
    for (const file of files.filter(({ batchId }) => batchId === batch.id)) {
      const left = await withoutLoads(context, batch, file, loadIds, add.length + 1);
      if (left === file) continue;
      remove.push(file);
      if (left !== undefined) add.push(left);
    }
  }
  return { add, remove, loadIds };
}

/** The file as it is: it has no rows of them. Undefined: it has no others. */
async function withoutLoads(
  context: Attempt,
  batch: HistoryBatch,
  file: ListedFile,
  loadIds: readonly number[],
  number: number,
): Promise<ManifestFile | undefined> {
  const { workspace, contract, attempt, engine, folder } = context;
  if (batch.loadIds.every((id) => loadIds.includes(id))) return undefined;
  if (!mayHold(file.statistics as ColumnStatistics, loadIds)) return file;
  const proven = await isProven(engine, batch, file);
  const [source = ''] = await engine.files.open([{ ...file, ...(proven ? {} : { sha256: null }) }]);
  const theirs = `${q('_load_id')} IN (${loadIds.join(', ')})`;
  const local = path.join(folder, `left-${number}.parquet`);
  const written = await rewriteParquet(engine, source, `NOT ${theirs}`, local, listedColumns(context.contract));
  await engine.files.release([file]);
  if (written.rows === file.rows) return file;
  if (written.rows === 0) return undefined;
  const name = `b${String(batch.id).padStart(6, '0')}-${attempt}-r${String(number).padStart(4, '0')}.parquet`;
  const target = `${historyName(contract.dataset)}/${batch.folder}/${name}`;
  const { sha256 } = await workspace.stage.adopt(local, target);
  reach('load:rewritten');
  return {
    uri: workspace.stage.uriOf(target),
    size: written.size,
    sha256: proven ? sha256 : null,
    rows: written.rows,
    statistics: boundsTold(tellableStatistics(contract, written.statistics), file.statistics as ColumnStatistics),
    contractVersion: file.contractVersion,
    batchId: batch.id,
    segment: null,
    lowestKey: null,
    treatments: file.treatments ?? null,
    columnIds: file.columnIds ?? null,
    types: file.types ?? null,
  };
}

/**
 * Rows of other loads are written once more: a damage among them would get a checksum by which it is right.
 * @returns false: it is damaged, and all that it holds is on its way out
 */
async function isProven(engine: Engine, { loadIds, lastingIds }: HistoryBatch, file: ListedFile): Promise<boolean> {
  try {
    await engine.files.prove([file]);
    return true;
  } catch (cause) {
    if (!(cause instanceof UserError) || cause.code !== 'file-damaged') throw cause;
    if (lastingIds.length === 0) return false;
    throw new UserError({
      code: 'shared-file-damaged',
      problem: `${cause.problem} What it holds of other loads cannot be kept so.`,
      remedy: `Restore the file from a backup; or send all of its loads back: farelake replay ${loadIds.map((id) => `--load ${id}`).join(' ')}.`,
      data: { ...cause.data, loads: loadIds },
      cause,
    });
  }
}

const listedColumns = (contract: Attempt['contract']): string[] =>
  historyColumns(contract).flatMap(({ name, listed }) => (listed === true ? [name] : []));

/** A file's rows are of loads between two numbers. */
function mayHold(statistics: ColumnStatistics, loadIds: readonly number[]): boolean {
  const { min, max } = statistics['_load_id'] ?? {};
  return min === undefined || max === undefined || loadIds.some((id) => id >= Number(min) && id <= Number(max));
}

/** A bound that was not told of the old file, by the contract of then, is not told of the new one either. */
const boundsTold = (statistics: ColumnStatistics, former: ColumnStatistics): ColumnStatistics =>
  Object.fromEntries(
    Object.entries(statistics).map(([name, { min, max, ...rest }]) => {
      const { min: least, max: most } = former[name] ?? {};
      return [
        name,
        {
          ...rest,
          ...(min === undefined || least === undefined ? {} : { min }),
          ...(max === undefined || most === undefined ? {} : { max }),
        },
      ];
    }),
  );
