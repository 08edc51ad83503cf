/** The plan of a DMAP table, from what the ledger knows: which results have a file, what becomes of each load. */
import {
  claimResults,
  countingAgain,
  resultPlaces,
  unclaimedObjects,
  type BatchSpec,
  type Load,
  type NamedResult,
} from '@farelake/db';
import { parseDatasetKey } from '@farelake/dmap';
import type { Contract } from '@farelake/schema-registry';
import { moveLoads } from '../move-load.ts';
import { inTable } from '../table/in-table.ts';
import type { TableWorkspace } from '../workspace.ts';
import { batchDatasets } from './batch-datasets.ts';
import { datasetLoads, isInTable, type DatasetLoad } from './dataset-load.ts';
import { judgeDatasets, type DatasetVerdict, type JudgedLoad } from './judge-datasets.ts';
import { compareTexts } from './newest-first.ts';

/**
 * Files that were found in a folder, or told of by a bucket, are results as those that were fetched: their names tell all.
 * May be done again at any time.
 */
async function claimDatasets(workspace: TableWorkspace, dataset: string): Promise<void> {
  const unclaimed = await unclaimedObjects(workspace.pool, dataset);
  const results = unclaimed.flatMap(({ objectId, objectKey }): NamedResult[] => {
    const key = parseDatasetKey(objectKey);
    return key === undefined ? [] : [{ ...key, objectId }];
  });
  if (results.length === 0) return;
  await inTable(workspace, (db) => claimResults(db, dataset, results.toSorted(byPlace)));
}

/**
 * Loads that were set apart and count after all are sent back, to be planned as if they had just come. Call it before the loads
 * are read.
 */
export async function takeBackDatasets(workspace: TableWorkspace, dataset: string): Promise<void> {
  const back = await countingAgain(workspace.pool, dataset);
  if (back.length > 0) await inTable(workspace, (db) => moveLoads(db, back, 'replay', { reason: null }));
}

/** The order in which results of one page are registered. */
const byPlace = (a: NamedResult, b: NamedResult): number =>
  compareTexts(a.lastUpdated, b.lastUpdated) ||
  compareTexts(a.startDate, b.startDate) ||
  compareTexts(a.endDate, b.endDate) ||
  compareTexts(a.datasetId, b.datasetId) ||
  a.objectId - b.objectId;

export interface DatasetPlan {
  readonly verdicts: ReadonlyMap<number, DatasetVerdict>;
  /** Batches of the loads that are ready. */
  readonly batchesOf: (ready: readonly Load[]) => BatchSpec[];
}

/** @param loads all of the table's; where none is a dataset, nothing more is asked for */
export async function planDatasets(
  workspace: TableWorkspace,
  dataset: string,
  contract: Contract | undefined,
  loads: readonly Load[],
): Promise<DatasetPlan> {
  const datasets = datasetLoads(loads);
  if (datasets.length === 0) return { verdicts: new Map(), batchesOf: () => [] };
  // After the loads were read: one that came since has its turn in the next plan, none of these is without its result.
  await claimDatasets(workspace, dataset);
  const places = await resultPlaces(workspace.pool, dataset);
  const placeOf = ({ load }: DatasetLoad) => places.get(load.objectId);
  const judged = datasets.map((one): JudgedLoad => {
    const { id, state } = one.load;
    return { id, state, key: one.key, place: placeOf(one), inTable: isInTable(one) };
  });
  return {
    verdicts: judgeDatasets(contract, judged),
    batchesOf: (ready) =>
      batchDatasets(
        dataset,
        datasetLoads(ready).map((one) => ({
          id: one.load.id,
          key: one.key,
          place: placeOf(one),
          size: one.load.size,
          suspect: one.load.state === 'failed' || one.load.waitingFor === 'schema',
        })),
      ),
  };
}
