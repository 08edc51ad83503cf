/**
 * Works on one table until nothing is left to do: plan, load, fold, publish, archive. Whoever calls it holds the table's
 * lease; what stands in the ledger afterwards says all about it.
 */
import { createBatch, dfmTexts, LeaseLost, loadsOf, openBatches, readHold, type Batch, type Load } from '@farelake/db';
import type { HmacKey } from '@farelake/lake';
import { parseDfm } from '@farelake/qlik';
import { driftOf, UserError, type Contract } from '@farelake/schema-registry';
import { archiveTable, archiveTrouble } from '../archive/archive-table.ts';
import { reach } from '../failpoint.ts';
import { foldGenerations } from '../generation/fold-generations.ts';
import type { BatchMember } from '../load/attempt.ts';
import { releaseBatch, runBatch } from '../load/run-batch.ts';
import { moveLoad } from '../move-load.ts';
import { noteDeliveredAgain } from '../plan/delivered-again.ts';
import { giveMissingLoads } from '../plan/missing-loads.ts';
import { planBatches, type ReadyLoad } from '../plan/plan-batches.ts';
import type { Verdict } from '../plan/plan-loads.ts';
import { noteSameBytes } from '../plan/same-bytes.ts';
import { objectOf, planOf } from '../plan/table-plan.ts';
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
    const key = await hmacKeyFor(contract);
    held = await loadingHold(workspace.pool, contract, key?.id);
    if (held !== undefined) break;
    for (const batch of batches) {
      // Put on hold since: what is committed stays, nothing more is begun.
      if ((await readHold(workspace.pool, dataset)) !== undefined) return { ...tally, trouble: null };
      const rows = await loadBatch(work, contract, batch, tried, key);
      if (rows === undefined) continue;
      tally.loaded += batch.loadIds.length;
      tally.rowsLoaded += rows;
      work.onProgress?.({ step: 'loading', table: work.dataset, files: tally.loaded });
    }
  }
  if (contract !== undefined) held ??= await treatmentHold(workspace.pool, contract);
  const folded = contract === undefined ? undefined : await foldGenerations({ ...work, contract }, held);
  tally.applied += folded?.applied ?? 0;
  if (contract !== undefined && held === undefined) await publishTable(workspace, contract, work.onProgress);
  const troubles = [folded?.trouble ?? null, await archive(work), await refuse(work)].filter((one) => one !== null);
  return { ...tally, trouble: troubles.length === 0 ? null : troubles.join('; ') };
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

/** Carries out the plan's verdicts and fixes new batches, in one transaction. */
async function plan(work: TableWork, tried: Tried): Promise<void> {
  await noteDeliveredAgain(work.workspace, work.dataset);
  await noteSameBytes(work.workspace, work.dataset, work.onProgress);
  const loads = await loadsOf(work.workspace.pool, work.dataset);
  const { verdicts } = await planOf(work.workspace.pool, work.dataset, work.contract, loads);
  await inTable(work.workspace, async (db) => {
    const ready: ReadyLoad[] = [];
    for (const load of loads) {
      const verdict = verdicts.get(load.id);
      // What is in a batch is the batch's; what is in history only stops counting.
      const busy = load.batchId !== null && load.state !== 'loaded';
      if (verdict === undefined || busy) continue;
      const { event } = verdict;
      // What was tried and is spoiled may still turn out to have been replaced meanwhile.
      if (tried.spoiled.has(load.id) && event !== 'supersede') continue;
      if (event === 'supersede') await moveLoad(db, load, event, verdict, verdict.facts);
      else await moveLoad(db, load, event, event === 'wait' ? verdict : {}, verdict.facts);
      if (event === 'prepare') ready.push(readyLoad(load, verdict, tried.alone.has(load.id)));
    }
    for (const spec of planBatches(work.dataset, ready)) await createBatch(db, spec);
    reach('plan:committing');
  });
  reach('plan:committed');
}

function readyLoad(load: Load, verdict: Extract<Verdict, { event: 'prepare' }>, alone: boolean): ReadyLoad {
  const { facts, dfm } = verdict;
  return {
    ...load,
    object: objectOf(load),
    fileTime: facts.fileTime ?? null,
    generation: facts.generation ?? null,
    dfm,
    alone,
  };
}

/** Rows that came into history; undefined: the batch was spoiled and closed. */
async function loadBatch(
  work: TableWork,
  contract: Contract,
  batch: Batch,
  tried: Tried,
  key: HmacKey | undefined,
): Promise<number | undefined> {
  const { workspace } = work;
  const loads = await loadsOf(workspace.pool, work.dataset, batch.id);
  const texts = await dfmTexts(
    workspace.pool,
    loads.flatMap((load) => load.dfmObjectId ?? []),
  );
  const members: BatchMember[] = loads.map((load) => {
    const object = objectOf(load);
    return { load, dfm: parseDfm(texts.get(load.dfmObjectId ?? 0) ?? '', `${object.stem}.dfm`, object) };
  });
  // The contract may be another one than when the batch was fixed, by a process that died since.
  if (members.some((member) => isPlannedOtherwise(contract, member))) {
    await releaseBatch(workspace, batch, members);
    return undefined;
  }
  const outcome = await runBatch(workspace, contract, batch, members, key);
  if (outcome.result === 'done') return outcome.rows;
  for (const { load } of outcome.spoiled) tried.spoiled.add(load.id);
  for (const id of outcome.suspects) tried.alone.add(id);
  return undefined;
}

/** The ledger notes how its columns differ from the contract; a note of another contract has to be made anew. */
function isPlannedOtherwise(contract: Contract, { load, dfm }: BatchMember): boolean {
  const { verdict, differences } = driftOf(contract, dfm.columns);
  return verdict === 'incompatible' || JSON.stringify(differences) !== JSON.stringify(load.drift ?? []);
}
