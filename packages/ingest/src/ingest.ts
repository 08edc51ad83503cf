/**
 * Everything delivered below a folder becomes tables: register, then the tables side by side, each until nothing is left
 * to do. One table's failure, hold or huge file neither stops nor delays the others.
 */
import os from 'node:os';
import { deliveredTables, pendingBytes } from '@farelake/db';
import type { ObjectStore } from '@farelake/lake';
import { byDataset } from './by-dataset.ts';
import { lostAmong, requireLedger } from './catalog/lost-ledger.ts';
import type { OnProgress } from './progress.ts';
import { register, type Registered } from './register.ts';
import { patiently } from './retry/patiently.ts';
import { inLanes } from './table/lanes.ts';
import { laneCount } from './table/share.ts';
import { newJob, tryTable } from './table/try-table.ts';
import type { TableDone } from './table/work-table.ts';
import { sweepScratch, type Workspace } from './workspace.ts';

export interface IngestOptions {
  /** Only this dataset. */
  readonly dataset?: string;
  readonly onProgress?: OnProgress;
  /**
   * For who ingests while the vendor still writes: a snapshot counts as whole when a change file later than its last write
   * has come, or nothing of it for so many milliseconds. Absent: what is there is all there is.
   */
  readonly quietTime?: number;
}

export interface Worked {
  /** By name. */
  readonly tables: readonly ({ readonly dataset: string } & TableDone)[];
  /** Tables whose work ended with an error, which the ledger keeps as their trouble; by name. */
  readonly troubled: readonly { readonly dataset: string; readonly error: unknown }[];
}

export interface Ingested extends Worked {
  readonly registered: Registered;
}

/** @throws UserError `ledger-lost`, `ledger-behind` nothing was changed: stage has what this ledger has not committed */
export async function ingest(workspace: Workspace, store: ObjectStore, options: IngestOptions = {}): Promise<Ingested> {
  const { dataset, onProgress } = options;
  await sweepScratch(workspace.scratch);
  await patiently(workspace, workspace.stage.uri, () => requireLedger(workspace), onProgress);
  const registered = await register(workspace, store, options);
  const { tables, troubled } = await workTables(workspace, dataset === undefined ? undefined : [dataset], options);
  const told = new Set(troubled.map((one) => one.dataset));
  const lost = registered.lost.filter((one) => !told.has(one.dataset));
  return { registered, tables, troubled: [...troubled, ...lost].toSorted(byDataset) };
}

/**
 * Works on tables side by side, each until nothing is left to do.
 * @param only datasets; undefined: all of which anything was delivered
 */
export async function workTables(
  workspace: Workspace,
  only: readonly string[] | undefined,
  { onProgress, quietTime }: Pick<IngestOptions, 'onProgress' | 'quietTime'> = {},
): Promise<Worked> {
  const { datasets, lost } = await patiently(
    workspace,
    'the list of tables',
    () => datasetsToDo(workspace, only),
    onProgress,
  );
  const tables: ({ dataset: string } & TableDone)[] = [];
  const troubled: { dataset: string; error: unknown }[] = [...lost];
  const atOnce = Math.min(laneCount(os.availableParallelism(), os.totalmem()), datasets.length);
  const jobs = datasets.map((dataset) =>
    newJob({
      workspace: { ...workspace, atOnce },
      dataset,
      contract: workspace.contracts.get(dataset),
      onProgress,
      quietTime,
    }),
  );
  const turn = async (job: (typeof jobs)[number]): Promise<number | undefined> => {
    const { dataset } = job;
    const outcome = await tryTable(job);
    if (outcome.result === 'later') return outcome.pause;
    if (outcome.result === 'done') tables.push({ dataset, ...outcome.done });
    else troubled.push({ dataset, error: outcome.error });
    return undefined;
  };
  await inLanes(jobs, atOnce, turn, workspace.signal);
  return { tables: tables.toSorted(byDataset), troubled: troubled.toSorted(byDataset) };
}

interface ToDo {
  readonly datasets: readonly string[];
  /** Whose tables on stage are another ledger's: refused before anything is loaded. */
  readonly lost: readonly { readonly dataset: string; readonly error: unknown }[];
}

async function datasetsToDo(workspace: Workspace, only: readonly string[] | undefined): Promise<ToDo> {
  const delivered = await deliveredDatasets(workspace, only);
  const lost = await lostAmong(workspace, delivered);
  return {
    datasets: delivered.filter((dataset) => !lost.has(dataset)),
    lost: [...lost].map(([dataset, error]) => ({ dataset, error })),
  };
}

/** Those with little to load first: what is quickly done does not wait for what takes long. */
async function deliveredDatasets({ pool, faulty }: Workspace, only: readonly string[] | undefined): Promise<string[]> {
  const delivered = await deliveredTables(pool);
  const bytes = await pendingBytes(pool);
  return (
    delivered
      .map((table) => table.dataset)
      .filter((name) => only === undefined || only.includes(name))
      // What its contract says cannot be known: all of it waits until that is mended, and status says so.
      .filter((name) => faulty?.has(name) !== true)
      .toSorted((a, b) => (bytes.get(a) ?? 0) - (bytes.get(b) ?? 0) || (a < b ? -1 : 1))
  );
}
