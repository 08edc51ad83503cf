/**
 * Works on one table until nothing is left to do: plan, load, fold, publish, archive. Whoever calls it holds the table's
 * lease; what stands in the ledger afterwards says all about it.
 */
import { createBatch, LeaseLost, loadsOf, openBatches, readHold, type Batch, type Load } from '@farelake/db';
import type { HmacKey } from '@farelake/lake';
import { historyName, UserError, type Contract } from '@farelake/schema-registry';
import { archiveTable, archiveTrouble } from '../archive/archive-table.ts';
import { catchUp } from '../catalog/catch-up.ts';
import { reach } from '../failpoint.ts';
import { foldGenerations, type GenerationsFolded, type GenerationWork } from '../generation/fold-generations.ts';
import { loadDatasetBatch } from '../dmap/load-batch.ts';
import { planDatasets, takeBackDatasets } from '../dmap/plan-datasets.ts';
import { settleDatasets } from '../dmap/settle-datasets.ts';
import { loadFileBatch } from '../load/load-batch.ts';
import { publishPointers } from '../catalog/glue/publish-pointers.ts';
import { moveLoad } from '../move-load.ts';
import { noteDeliveredAgain } from '../plan/delivered-again.ts';
import { giveMissingLoads } from '../plan/missing-loads.ts';
import { noteSameBytes } from '../plan/same-bytes.ts';
import { planFiles } from '../plan/plan-files.ts';
import type { OnProgress } from '../progress.ts';
import { publishTable } from '../publish/publish-table.ts';
import { refuseFiles } from '../quarantine/refuse-files.ts';
import { isPassing } from '../retry/passing.ts';
import { patiently } from '../retry/patiently.ts';
import { hmacKeyFor } from '../treatment/hmac-key.ts';
import { loadingHold, treatmentHold } from '../treatment/hold.ts';
import type { TableWorkspace } from '../workspace.ts';
import { inTable } from './in-table.ts';

export interface TableWork {
  readonly workspace: TableWorkspace;
  readonly dataset: string;
  readonly contract: Contract | undefined;
  readonly onProgress: OnProgress | undefined;
  /** Added to as work is committed. */
  readonly tally: Tally;
  /** Added to as loads turn out not to go with their batch. */
  readonly tried: Tried;
  /** Asks for a proof that a snapshot is whole: see `IngestOptions`. */
  readonly quietTime?: number | undefined;
}

export interface TableDone {
  /** Loads that came into history, and rows of them. */
  readonly loaded: number;
  readonly rowsLoaded: number;
  /** Loads that came into the current table. */
  readonly applied: number;
  /** Objects that came into the archive. */
  readonly archived: number;
  /** What went wrong after the table itself was right: it does not undo the rest, and is tried again. */
  readonly trouble: string | null;
}

/** Loads that this run need not try again, or only by themselves; also when trouble that passes gives it another turn. */
export interface Tried {
  readonly spoiled: Set<number>;
  readonly alone: Set<number>;
}

/** What a run has done for a table so far, counted up as it is committed. */
export interface Tally {
  loaded: number;
  rowsLoaded: number;
  applied: number;
  archived: number;
}

export const newTried = (): Tried => ({ spoiled: new Set(), alone: new Set() });

export const newTally = (): Tally => ({ loaded: 0, rowsLoaded: 0, applied: 0, archived: 0 });

export async function workTable(work: TableWork): Promise<TableDone> {
  const { contract, dataset, workspace, tally, tried } = work;
  await giveMissingLoads(workspace, dataset);
  let held = contract === undefined ? undefined : await loadingHold(workspace.pool, contract);
  for (;;) {
    await plan(work, tried);
    const batches = contract === undefined || held !== undefined ? [] : await openBatches(workspace.pool, dataset);
    if (contract === undefined || batches.length === 0) break;
    const key = await hmacKeyFor(contract, workspace.keyFile);
    held = await loadingHold(workspace.pool, contract, key?.id);
    if (held !== undefined) break;
    for (const batch of batches) {
      // Put on hold since: what is committed stays, nothing more is begun.
      if ((await readHold(workspace.pool, dataset)) !== undefined) return { ...tally, trouble: null };
      await loadBatch(work, contract, batch, key);
    }
  }
  if (contract !== undefined) held ??= await treatmentHold(workspace.pool, contract);
  const folded = contract === undefined ? undefined : await settle({ ...work, contract }, held);
  tally.applied += folded?.applied ?? 0;
  if (contract !== undefined && held === undefined) await catchUp(workspace, contract);
  if (contract !== undefined && held === undefined) await publishTable(workspace, contract, work.onProgress);
  // Whatever is committed is right, also of a table that is held.
  await publishPointers(workspace, { tables: [dataset, historyName(dataset)], onProgress: work.onProgress });
  const troubles = [folded?.trouble ?? null, await archive(work), await refuse(work)].filter((one) => one !== null);
  return { ...tally, trouble: troubles.length === 0 ? null : troubles.join('; ') };
}

/** What is left to do when everything is loaded. */
async function settle(work: TableWork & GenerationWork, held: string | undefined): Promise<GenerationsFolded> {
  if (work.contract.feed === 'qlik') return foldGenerations(work, held);
  await settleDatasets(work.workspace, work.contract, held);
  return { applied: 0, trouble: null };
}

/** An archive out of reach is told as such: the table itself is right. */
async function archive({ workspace, dataset, tally, onProgress }: TableWork): Promise<string | null> {
  try {
    const { archived, failed } = await patiently(
      workspace,
      dataset,
      () => archiveTable(workspace, dataset, onProgress),
      onProgress,
    );
    tally.archived += archived;
    return archiveTrouble(failed);
  } catch (error) {
    if (isOfTheTable(workspace, error)) throw error;
    return `not archived in ${workspace.archive.uri}: ${Error.isError(error) ? error.message : String(error)}`;
  }
}

/** An error zone out of reach is told as such: what failed stays failed, with its reason. */
async function refuse({ workspace, dataset, onProgress }: TableWork): Promise<string | null> {
  try {
    return await patiently(workspace, dataset, () => refuseFiles(workspace, dataset), onProgress);
  } catch (error) {
    if (isOfTheTable(workspace, error)) throw error;
    return `not copied to the error zone ${workspace.error.uri}: ${Error.isError(error) ? error.message : String(error)}`;
  }
}

/** Not of the zone that something was copied to. */
const isOfTheTable = ({ signal }: TableWorkspace, error: unknown): boolean =>
  signal.aborted ||
  !Error.isError(error) ||
  error instanceof LeaseLost ||
  // The database, not the zone.
  (isPassing(error) && !(error instanceof UserError));

/** Carries out the plans' verdicts and fixes new batches, in one transaction. */
async function plan({ workspace, dataset, contract, onProgress }: TableWork, tried: Tried): Promise<void> {
  await noteDeliveredAgain(workspace, dataset);
  await noteSameBytes(workspace, dataset, onProgress);
  if (contract?.feed === 'dmap') await takeBackDatasets(workspace, dataset);
  const loads = await loadsOf(workspace.pool, dataset);
  const files = await planFiles(workspace.pool, dataset, contract, loads);
  const datasets = await planDatasets(workspace, dataset, contract, loads);
  await inTable(workspace, async (db) => {
    const ready: Load[] = [];
    for (const load of loads) {
      const verdict = files.verdicts.get(load.id) ?? datasets.verdicts.get(load.id);
      // What is in a batch is the batch's; what is in history only stops counting.
      const busy = load.batchId !== null && load.state !== 'loaded';
      if (verdict === undefined || busy) continue;
      const { event, facts } = verdict;
      // What was tried and is spoiled may still turn out to have been replaced meanwhile.
      if (tried.spoiled.has(load.id) && event !== 'supersede') continue;
      if (event === 'prepare') ready.push(load);
      await moveLoad(db, load, event, event === 'prepare' ? {} : verdict, facts);
    }
    for (const spec of [...files.batchesOf(ready, tried.alone), ...datasets.batchesOf(ready)])
      await createBatch(db, spec);
    reach('plan:committing');
  });
  reach('plan:committed');
}

async function loadBatch(
  { workspace, tally, onProgress, dataset, tried }: TableWork,
  contract: Contract,
  batch: Batch,
  key: HmacKey | undefined,
): Promise<void> {
  const ofDatasets = batch.kind === 'datasets';
  const load = ofDatasets ? loadDatasetBatch : loadFileBatch;
  const outcome = await load(workspace, contract, batch, key, onProgress);
  if (outcome.result === 'released') return;
  if (outcome.result === 'spoiled') {
    for (const one of outcome.spoiled) tried.spoiled.add(one.load.id);
    for (const id of outcome.suspects) tried.alone.add(id);
    return;
  }
  tally.loaded += outcome.loads;
  tally.rowsLoaded += outcome.rows;
  // A table of datasets has nothing to fold: what is loaded is in it.
  if (ofDatasets) tally.applied += outcome.loads;
  onProgress?.({ step: 'loading', table: dataset, files: tally.loaded });
}
