/**
 * The commit of a batch of datasets: one version of the table that has their files, and none of the loads that they take the
 * place of, be it another issue of the dataset or what a load had there before.
 */
import {
  endAttempt,
  endBatch,
  filesOfLoads,
  placeInHistory,
  readVersion,
  rivalsInTable,
  takeOutOfTable,
  type ManifestFile,
  type Queryable,
} from '@farelake/db';
import { parseDatasetKey, pathPart, type DatasetKey } from '@farelake/dmap';
import type { LoadedPieces } from '@farelake/lake';
import type { Contract, Drift } from '@farelake/schema-registry';
import { commitTable } from '../catalog/commit-table.ts';
import { reach } from '../failpoint.ts';
import { adoptFiles } from '../load/adopt-files.ts';
import type { Attempt } from '../load/attempt.ts';
import { settleReceipt } from '../load/settle-receipt.ts';
import { nextState } from '../load-state.ts';
import { moveLoad, moveLoads } from '../move-load.ts';
import { keepRefusedRows, type KeptRows } from '../quarantine/keep-rows.ts';
import { inTable } from '../table/in-table.ts';
import type { DatasetLoad } from './dataset-load.ts';
import { sideBySide } from '../side-by-side.ts';

/** Files of a bucket that are written at once: each waits for its store more than for anything else. */
const AT_ONCE = 8;

/** A dataset that is proven and typed. */
export interface LoadedDataset extends DatasetLoad {
  readonly drift: Drift;
  readonly written: LoadedPieces;
}

/** @returns rows that came into the table */
export async function commitDatasets(context: Attempt, datasets: readonly LoadedDataset[]): Promise<number> {
  const { workspace, contract, batch, attempt } = context;
  const loads = datasets.map(({ load }) => load);
  const ids = loads.map(({ id }) => id);
  const kept = await keepRefusedRows(
    context,
    datasets,
    datasets.flatMap(({ written }) => written.refused),
  );
  const adopt = ({ load, key, written }: LoadedDataset) =>
    adoptFiles(context, nameOf(contract, key), written.files, load.id);
  const adopted = (await sideBySide(datasets, AT_ONCE, adopt)).flat();
  // Files adopted for a commit that fails stay behind unlisted: whether a lost COMMIT arrived cannot be told here.
  await inTable(workspace, async (db) => {
    const rivals = await rivalsInTable(db, contract.dataset, ids);
    const gone = rivals.map(({ id }) => id);
    await changeTable(db, context, adopted, [...ids, ...gone], async () => {
      for (const one of datasets) await settle(db, attempt, one, kept.get(one.load.id));
      await moveLoads(
        db,
        loads.map((load) => ({ ...load, state: nextState(load.state, 'finish') })),
        'apply',
      );
      await placeInHistory(db, batch.id, ids);
      for (const rival of rivals) await giveWay(db, rival, datasets);
      await takeOutOfTable(db, gone);
      await endBatch(db, batch.id, 'done');
      await endAttempt(db, attempt, 'committed');
    });
    reach('load:committing');
  });
  reach('load:committed');
  return datasets.reduce((sum, { written }) => sum + written.rows, 0);
}

/** Of its files below the stage. */
const nameOf = ({ dataset }: Contract, { startDate, datasetId }: DatasetKey): string =>
  `${dataset}/period=${startDate}/${pathPart(datasetId)}`;

/** @param loadIds loads whose former files go */
async function changeTable(
  db: Queryable,
  { workspace, contract, attempt }: Attempt,
  add: readonly ManifestFile[],
  loadIds: readonly number[],
  also: () => Promise<void>,
): Promise<void> {
  const { dataset: tableName, version: contractVersion } = contract;
  const base = await readVersion(db, tableName);
  const remove = await filesOfLoads(db, tableName, loadIds);
  // A dataset without rows is an answer: the table is there, and empty.
  if (base.version > 0 && add.length === 0 && remove.length === 0) return also();
  const rowsOf = (files: readonly { rows: number }[]) => files.reduce((sum, file) => sum + file.rows, 0);
  await commitTable(workspace, db, contract, {
    tableName,
    baseVersion: base.version,
    attemptId: attempt,
    contractVersion,
    add,
    remove: remove.map(({ id }) => id),
    rows: base.rows + rowsOf(add) - rowsOf(remove),
    fold: null,
    cameOf: 'load',
    also,
  });
}

async function settle(
  db: Queryable,
  attempt: string,
  { load, key, drift, written }: LoadedDataset,
  kept: KeptRows | undefined,
): Promise<void> {
  const read = written.counts.get(load.id) ?? 0;
  await settleReceipt(db, attempt, { loadId: load.id, announced: null, read }, kept);
  const differences = drift.differences.length === 0 ? null : drift.differences;
  await moveLoad(db, load, 'finish', {}, { drift: differences, fileTime: key.lastUpdated });
}

/** @param rival whose rows were in the table until now; it may be on its way through again */
async function giveWay(
  db: Queryable,
  rival: Pick<DatasetLoad['load'], 'id' | 'state' | 'objectKey'>,
  datasets: readonly LoadedDataset[],
): Promise<void> {
  const former = parseDatasetKey(rival.objectKey);
  const by = datasets.find(({ key }) => key.datasetId === former?.datasetId);
  const reason = `load ${by?.load.id ?? '?'}, issued ${by?.key.lastUpdated ?? '?'}, took its place`;
  if (rival.state === 'loading') await moveLoad(db, rival, 'release');
  const state = rival.state === 'loading' ? nextState(rival.state, 'release') : rival.state;
  await moveLoad(db, { id: rival.id, state }, 'supersede', { reason });
}
