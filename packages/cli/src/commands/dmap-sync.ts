import {
  isSetTroubled,
  isTroubled,
  patiently,
  status,
  syncSets,
  troublesOf,
  type Synced,
  type SyncedSet,
  type SyncOptions,
  type TableStatus,
  type Trouble,
} from '@farelake/ingest';
import { printable } from '@farelake/schema-registry';
import { openGiveUpNews } from '../give-up-news.ts';
import { describeProblem, UsageError } from '../output/problem.ts';
import { driftLines } from '../output/drift.ts';
import { issuedText, periodText } from '../output/results.ts';
import { laneLines } from '../output/lanes.ts';
import { progressLine } from '../output/progress.ts';
import { givenUpLines, refusedLines } from '../output/quarantined.ts';
import { count, counted, formatTable } from '../output/table.ts';
import type { Terminal } from '../output/terminal.ts';
import { parseSince } from '../parse-since.ts';
import { withWorkspace, type Context } from '../session.ts';
import { keyVariables, withVendor } from '../vendor.ts';
import { troubleLines } from './ingest.ts';

export interface SyncFlags {
  readonly set?: readonly string[];
  /** `YYYY-MM-DD`. */
  readonly since?: string;
  readonly full?: boolean;
  readonly slowLimit?: string;
  readonly dryRun?: boolean;
  readonly json?: boolean;
}

/** @returns 0 all that was asked for is in the tables, 1 something failed, is held or waits, 2 there was no set to sync, or no key of any */
export async function dmapSyncCommand(context: Context, flags: SyncFlags): Promise<number> {
  const options = optionsOf(flags);
  const { terminal } = context;
  return withVendor(context, (vendor) =>
    withWorkspace(context, async (workspace) => {
      const onProgress = progressLine(terminal);
      const news = await openGiveUpNews(workspace);
      const synced = await syncSets(workspace, vendor, { ...options, onProgress });
      terminal.progress(undefined);
      const nothing = nothingDone(synced.sets, context.environment.registry);
      if (options.dryRun === true) return dryRun(terminal, synced, flags, nothing);
      const done = new Set(synced.sets.filter(({ skipped }) => skipped === null).map(({ dataset }) => dataset));
      const { troubles, tables } = await patiently(workspace, 'status', async () => {
        const all = await troublesOf(workspace.pool);
        const every = await status(workspace, all);
        const tables = every.filter((one) => done.has(one.table) || (options.sets === undefined && isLeftOut(one)));
        const names = new Set(tables.map(({ table }) => table));
        return { tables, troubles: all.filter(({ table }) => names.has(table)) };
      });
      if (flags.json === true) terminal.print(JSON.stringify(asJson(synced, tables, troubles)));
      else {
        report(terminal, synced, tables, troubles);
        for (const line of givenUpLines(await news.among(tables))) terminal.note(line);
      }
      for (const { error } of synced.troubled) terminal.note(describeProblem(error));
      const troubled = synced.troubled.length > 0 || synced.sets.some(isSetTroubled);
      if (nothing !== undefined) terminal.note(describeProblem(nothing));
      if (troubled || tables.some((table) => isTroubled(table))) return 1;
      return nothing === undefined ? 0 : 2;
    }),
  );
}

function optionsOf({ set, since, full, slowLimit, dryRun }: SyncFlags): SyncOptions {
  const day = parseSince(since);
  if (since !== undefined && full === true)
    throw new UsageError({
      code: 'since-and-full',
      problem: '--since and --full contradict each other.',
      remedy: '--full asks for everything, --since for what was issued on that day or later.',
    });
  if (slowLimit !== undefined && !/^\d{1,9}$/.test(slowLimit))
    throw new UsageError({
      code: 'bad-slow-limit',
      problem: `--slow-limit ${JSON.stringify(slowLimit)} is no number of datasets.`,
      remedy: 'Write a whole number; 0 fetches none of the slow lanes.',
    });
  return { sets: set, since: day, full, dryRun, ...(slowLimit === undefined ? {} : { slowLimit: Number(slowLimit) }) };
}

/** A set that was to be synced, had it a contract that can be used: its table gets nothing until it has one. */
const isLeftOut = ({ contract, dmap, table }: TableStatus): boolean =>
  (contract === 'gone' && dmap !== null) || (contract === 'faulty' && (dmap !== null || table.startsWith('dmap_')));

const asJson = ({ sets, tables }: Synced, statuses: readonly TableStatus[], troubles: readonly Trouble[]) => ({
  sets: sets.map((set) => ({ ...set, ...loadedOf(tables, set) })),
  tables: statuses,
  troubles,
});

function loadedOf(tables: Synced['tables'], { dataset }: SyncedSet) {
  const done = tables.find((table) => table.dataset === dataset);
  return { loaded: done?.loaded ?? 0, rowsLoaded: done?.rowsLoaded ?? 0 };
}

/** A mistake in what is set, which a timer must not take for a sync; undefined: something was asked of the vendor. */
function nothingDone(sets: readonly SyncedSet[], registry: string): UsageError | undefined {
  if (sets.some(({ skipped }) => skipped === null)) return undefined;
  if (sets.length === 0)
    return new UsageError({
      code: 'nothing-to-sync',
      problem: `No contract in ${registry} is of a DMAP set: nothing was synced.`,
      remedy:
        'Set FARELAKE_REGISTRY to the folder that has them, or draft one: farelake dmap schema <set> --from <file>.',
    });
  const variables = [...new Set(sets.map(({ api }) => api))].map(keyVariables);
  return new UsageError({
    code: 'no-key-of-any-set',
    problem: 'Nothing was synced: there is no key for any of the sets.',
    remedy: `Set ${variables.join(', or ')}.`,
  });
}

function dryRun(
  terminal: Terminal,
  { sets, troubled }: Synced,
  { json }: SyncFlags,
  nothing: UsageError | undefined,
): number {
  if (json === true) terminal.print(JSON.stringify({ sets }));
  else {
    tellSkipped(terminal, sets);
    for (const { set, planned = [] } of sets.filter(({ skipped }) => skipped === null)) {
      const repeated = planned.filter(({ again }) => again).length;
      const fresh = planned.length - repeated;
      const asked = repeated === 0 ? '' : `, ${count(repeated)} asked for again`;
      terminal.print(`${set}: ${counted(fresh, 'dataset')} would be fetched${asked}`);
      for (const { datasetId, startDate, endDate, lastUpdated, lane, again } of planned)
        terminal.print(
          `  ${printable(datasetId)}  ${periodText(startDate, endDate)}  issued ${issuedText(lastUpdated)}  lane ${lane}${again ? ', again' : ''}`,
        );
    }
    tellTroubled(terminal, sets);
  }
  for (const { error } of troubled) terminal.note(describeProblem(error));
  if (nothing !== undefined) terminal.note(describeProblem(nothing));
  if (troubled.length > 0 || sets.some(isSetTroubled)) return 1;
  return nothing === undefined ? 0 : 2;
}

function report(
  terminal: Terminal,
  { sets, tables }: Synced,
  statuses: readonly TableStatus[],
  troubles: readonly Trouble[],
): void {
  tellSkipped(terminal, sets);
  const done = sets.filter(({ skipped }) => skipped === null);
  if (done.length > 0)
    terminal.print(
      formatTable(
        ['set', 'state', 'listed', 'new', 'fetched', 'kB', 'loaded', 'rows loaded', 'rows'],
        done.map((one) => {
          const table = statuses.find(({ table: name }) => name === one.dataset);
          const { loaded, rowsLoaded } = loadedOf(tables, one);
          const numbers = [one.listed, one.fresh, one.fetched, Math.ceil(one.bytes / 1000), loaded, rowsLoaded];
          return [one.set, table?.state ?? '', ...[...numbers, table?.rows ?? 0].map(count)];
        }),
        [2, 3, 4, 5, 6, 7, 8],
      ),
    );
  tellTroubled(terminal, sets);
  const told = new Set(sets.filter(isSetTroubled).map(({ dataset }) => dataset));
  const others = statuses.filter(({ table, state }) => state !== 'empty' && !told.has(table));
  for (const line of troubleLines(others, troubles)) terminal.print(line);
  for (const line of laneLines(statuses)) terminal.print(line);
  for (const line of refusedLines(statuses)) terminal.note(line);
  for (const line of driftLines(statuses)) terminal.note(line);
}

/** Sets of one reason in one line. */
function tellSkipped(terminal: Terminal, sets: readonly SyncedSet[]): void {
  const skipped = Map.groupBy(
    sets.filter((one) => one.skipped !== null),
    (one) => one.skipped ?? '',
  );
  for (const [why, those] of skipped) terminal.note(`passed over: ${those.map(({ set }) => set).join(', ')}: ${why}`);
}

/** Datasets of a set that are told one by one. */
const LINES = 10;

function tellTroubled(terminal: Terminal, sets: readonly SyncedSet[]): void {
  for (const { set, trouble, failed } of sets) {
    if (trouble !== null) terminal.print(printable(`trouble: ${set}: ${trouble}`));
    for (const { datasetId, startDate, endDate, reason } of failed.slice(0, LINES))
      terminal.print(printable(`not fetched: ${set}: ${datasetId} (${periodText(startDate, endDate)}): ${reason}`));
    if (failed.length > LINES)
      terminal.print(`not fetched: ${set}: ${count(failed.length - LINES)} more; status --json and dmap show tell`);
  }
}
