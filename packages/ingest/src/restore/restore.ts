/**
 * A ledger that was lost, made again from what lies beside the tables: one after the other, each whole or not at all. From then on it is
 * the ledger of these tables; versions and numbers go on where they were.
 */
import { reserveNumbers } from '@farelake/db';
import { isStoreTrouble } from '@farelake/lake';
import { historyName, UserError, type Contract } from '@farelake/schema-registry';
import type { OnProgress } from '../progress.ts';
import { whenFree } from '../table/when-free.ts';
import { patiently } from '../retry/patiently.ts';
import type { TableWorkspace, Workspace } from '../workspace.ts';
import { newestJournal } from './read-journals.ts';
import { restoreDataset, type RestoredDataset } from './restore-dataset.ts';
import { listStage, type Staged } from './stage-tables.ts';

export interface RestoreOptions {
  /** Only these datasets. */
  readonly datasets?: readonly string[];
  /** `user@host`. */
  readonly by: string;
  /** Only tells what would be restored: the transaction is taken back. */
  readonly dryRun?: boolean;
  readonly onProgress?: OnProgress;
}

export interface LeftOut {
  readonly dataset: string;
  /** Code of the error. */
  readonly code: string;
  readonly problem: string;
  readonly remedy: string | null;
}

export interface Restored {
  /** By name. */
  readonly restored: readonly ({ readonly dataset: string } & RestoredDataset)[];
  /** Datasets that were not asked for by name and that an earlier restore brought back: they were left alone. */
  readonly before: readonly string[];
  /** Datasets on stage that were not restored, and why. */
  readonly leftOut: readonly LeftOut[];
  /** Tables on stage that no contract is of. */
  readonly withoutContract: readonly string[];
}

/** @throws UserError `nothing-on-stage` */
export async function restore(workspace: Workspace, options: RestoreOptions): Promise<Restored> {
  const staged = await patiently(
    workspace,
    workspace.stage.uri,
    () => listStage(workspace, options.onProgress),
    options.onProgress,
  );
  const contracts = [...workspace.contracts.values()].filter((contract) => isOnStage(staged, contract));
  const asked = contracts.filter(({ dataset }) => options.datasets?.includes(dataset) ?? true);
  for (const dataset of options.datasets ?? [])
    if (!asked.some((contract) => contract.dataset === dataset)) throw nothing(workspace, dataset);
  if (staged.tables.size === 0) throw nothing(workspace, undefined);
  if (options.dryRun !== true)
    await patiently(workspace, 'numbers', () => reserveAll(workspace, staged), options.onProgress);
  const restored: Restored['restored'][number][] = [];
  const before: string[] = [];
  const leftOut: LeftOut[] = [];
  const numbers = new Set<string>();
  for (const contract of asked.toSorted((a, b) => (a.dataset < b.dataset ? -1 : 1))) {
    const { dataset } = contract;
    try {
      const { by, dryRun = false, onProgress } = options;
      const work = (own: TableWorkspace) =>
        restoreDataset({ workspace: own, contract, staged, by, dryRun, numbers, onProgress });
      const one = await patiently(
        workspace,
        dataset,
        () => whenFree(workspace, dataset, work, { onProgress }),
        onProgress,
      );
      restored.push({ dataset, ...one });
    } catch (error) {
      workspace.signal.throwIfAborted();
      // A store out of reach is no matter of one table.
      if (!(error instanceof UserError) || isStoreTrouble(error)) throw error;
      if (error.code === 'already-restored' && options.datasets === undefined) before.push(dataset);
      else leftOut.push({ dataset, code: error.code, problem: error.problem, remedy: error.remedy ?? null });
    }
  }
  return { restored, before, leftOut, withoutContract: strangers(workspace, staged) };
}

const isOnStage = ({ tables }: Staged, { dataset }: Contract): boolean =>
  tables.has(dataset) || tables.has(historyName(dataset));

function strangers({ contracts }: Workspace, { tables }: Staged): string[] {
  const known = new Set([...contracts.values()].flatMap(({ dataset }) => [dataset, historyName(dataset)]));
  return [...tables.keys()].filter((name) => !known.has(name));
}

/** Also of tables that are not restored now: their numbers stand in rows, and are theirs when they are. */
async function reserveAll({ pool, signal }: Workspace, { tables }: Staged): Promise<void> {
  for (const table of tables.values()) {
    signal.throwIfAborted();
    const journal = await newestJournal(table, signal);
    if (journal?.standing !== undefined) await reserveNumbers(pool, journal.standing.ids);
  }
}

const nothing = ({ stage }: Workspace, dataset: string | undefined): UserError =>
  new UserError({
    code: 'nothing-on-stage',
    problem: `${dataset === undefined ? 'No table' : `Nothing of ${dataset}`} lies at ${stage.uri} that could be restored: there is no metadata of it.`,
    remedy: 'Set FARELAKE_STAGE to where the tables lie. What was never committed is taken in by farelake ingest.',
    data: { table: dataset ?? null, stage: stage.uri },
  });
