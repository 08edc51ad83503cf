/** Closed service dates of topics' tables are compacted: what came in micro-batches lies in few files afterwards. */
import {
  databaseTime,
  datesOfSmallFiles,
  LeaseLost,
  readHold,
  smallFilesOf,
  treatedFiles,
  type TreatedFiles,
} from '@farelake/db';
import { dayText, serviceDays } from '@farelake/kafka';
import { storedColumns, type Contract, type StreamRules } from '@farelake/schema-registry';
import { describeHold } from '../../hold/hold-table.ts';
import type { OnProgress } from '../../progress.ts';
import { isOutage } from '../../retry/passing.ts';
import { firstLine, patiently } from '../../retry/patiently.ts';
import { discreet } from '../../table/discreet.ts';
import { withTable } from '../../table/in-table.ts';
import { treatmentHold } from '../../treatment/hold.ts';
import type { TableWorkspace, Workspace } from '../../workspace.ts';
import { SMALL } from './choose-files.ts';
import { compactDate, foreseeDate, type MergedDate } from './compact-date.ts';

export interface CompactOptions {
  /** Seconds after its end from which a service date counts as closed, by the clock of the database. */
  readonly tapGrace: number;
  /** Only tells what would be merged. */
  readonly dryRun: boolean;
  readonly onProgress?: OnProgress | undefined;
}

/** What was not merged although it could have been. */
export interface LeftDate {
  readonly table: string;
  /** Null: the table as a whole was left alone, because it is on hold or its contract says other things than its files. */
  readonly date: string | null;
  readonly why: string;
}

export interface Compacted {
  readonly merged: readonly MergedDate[];
  readonly left: readonly LeftDate[];
  /** Tables that another process works on. */
  readonly busy: readonly string[];
}

export async function compactTopics(workspace: Workspace, options: CompactOptions): Promise<Compacted> {
  const done = { merged: [] as MergedDate[], left: [] as LeftDate[], busy: [] as string[] };
  for (const contract of workspace.contracts.values()) {
    const { stream } = contract;
    if (contract.feed !== 'kafka' || stream === undefined) continue;
    workspace.signal.throwIfAborted();
    // What was merged before it failed is merged, and told.
    await patiently(
      workspace,
      contract.dataset,
      () => compactTopic(workspace, contract, stream, options, done),
      options.onProgress,
    );
  }
  return done;
}

interface Done {
  readonly merged: MergedDate[];
  readonly left: LeftDate[];
  readonly busy: string[];
}

async function compactTopic(
  workspace: Workspace,
  contract: Contract,
  stream: StreamRules,
  options: CompactOptions,
  done: Done,
): Promise<void> {
  const dates = await closedDates(workspace, contract, stream, options.tapGrace);
  if (dates.length === 0) return;
  const why = await inTheWay(workspace, contract);
  if (why !== undefined) done.left.push({ table: contract.dataset, date: null, why });
  else if (options.dryRun) done.merged.push(...(await foreseeTable(workspace, contract, dates)));
  else await compactTable(workspace, contract, dates, options, done);
}

/** A date is closed when the service day of the moment that lies the grace behind is a later one. */
async function closedDates(
  { pool }: Pick<Workspace, 'pool'>,
  { dataset }: Contract,
  stream: StreamRules,
  grace: number,
): Promise<string[]> {
  const today = serviceDays(stream)((await databaseTime(pool)) - grace * 1000);
  return datesOfSmallFiles(pool, dataset, dayText(today), SMALL);
}

async function inTheWay({ pool }: Pick<Workspace, 'pool'>, contract: Contract): Promise<string | undefined> {
  const hold = await readHold(pool, contract.dataset);
  if (hold !== undefined) return `it is held: ${describeHold(hold)}`;
  return unknownColumns(contract, await treatedFiles(pool, [contract.dataset])) ?? treatmentHold(pool, contract);
}

/** What the contract does not have would be missing in what is written by it. */
function unknownColumns(contract: Contract, groups: readonly TreatedFiles[]): string | undefined {
  const known = new Set(storedColumns(contract).map(({ id }) => id));
  const unknown = groups.flatMap(({ columnIds }) => columnIds ?? []).find((id) => !known.has(id));
  return unknown === undefined
    ? undefined
    : `its files have a column of id ${unknown}, which the contract does not keep`;
}

async function foreseeTable({ pool }: Pick<Workspace, 'pool'>, contract: Contract, dates: readonly string[]) {
  const foreseen: MergedDate[] = [];
  for (const date of dates)
    foreseen.push(...foreseeDate(contract, date, await smallFilesOf(pool, contract.dataset, date, SMALL)));
  return foreseen;
}

/** One date's trouble does not stop another date. */
async function compactTable(
  workspace: Workspace,
  contract: Contract,
  dates: readonly string[],
  { onProgress }: CompactOptions,
  done: Done,
): Promise<void> {
  const { dataset: table } = contract;
  const oneByOne = async (own: TableWorkspace) => {
    for (const [place, date] of dates.entries()) {
      onProgress?.({ step: 'compacting', table, date, done: place, of: dates.length });
      try {
        await compactDate(own, contract, date, (one) => done.merged.push(one));
      } catch (error) {
        own.signal.throwIfAborted();
        if (error instanceof LeaseLost || isOutage(error)) throw error;
        done.left.push({ table, date, why: firstLine(discreet(contract, error)) });
      }
    }
    return true;
  };
  try {
    if ((await withTable(workspace, table, oneByOne)) === undefined) done.busy.push(table);
  } catch (error) {
    workspace.signal.throwIfAborted();
    // Taken over: the other process, or the next run, goes on.
    if (!(error instanceof LeaseLost)) throw error;
    done.busy.push(table);
  }
}
