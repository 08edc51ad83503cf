import type { LoadState, ReplayableLoad, ReplayFilter } from '@farelake/db';
import { replayableLoads } from '@farelake/db';
import {
  isTroubled,
  patiently,
  sendBack,
  status,
  troublesOf,
  workTables,
  type OnProgress,
  type TableStatus,
  type Trouble,
  type Workspace,
} from '@farelake/ingest';
import { findContract } from '../find-contract.ts';
import { parseLoadId } from '../load-id.ts';
import { describeProblem, UsageError } from '../output/problem.ts';
import { progressLine } from '../output/progress.ts';
import { count, formatTable } from '../output/table.ts';
import type { Terminal } from '../output/terminal.ts';
import { withWorkspace, type Context } from '../session.ts';
import { printDone, troubleLines } from './ingest.ts';

export interface ReplayFlags {
  readonly table?: string;
  readonly load?: readonly string[];
  readonly since?: string;
  readonly until?: string;
  readonly reason?: string;
  readonly state?: LoadState;
  readonly all?: boolean;
  readonly dryRun?: boolean;
  readonly json?: boolean;
}

/** States from which loads can be sent back. */
export const REPLAYABLE_STATES = ['failed', 'quarantined', 'loaded', 'applied', 'archived', 'superseded'] as const;

/** @returns 0 all done, or nothing to do; 1 something failed, is held or waits */
export async function replayCommand(context: Context, flags: ReplayFlags): Promise<number> {
  const { terminal } = context;
  const filter = filterOf(flags);
  return withWorkspace(context, async (workspace) => {
    const chosen: ReplayFilter =
      flags.table === undefined
        ? filter
        : { ...filter, datasets: [findContract(workspace.contracts, flags.table).dataset] };
    const onProgress = progressLine((text) => {
      terminal.progress(text);
    });
    const send = flags.dryRun !== true;
    const loads = send ? await sendBack(workspace, chosen, onProgress) : await replayableLoads(workspace.pool, chosen);
    terminal.progress(undefined);
    tellMissing(terminal, chosen, loads);
    if (!flags.json) printLoads(terminal, loads, send);
    const worked = send && loads.length > 0 ? await work(workspace, loads, onProgress) : undefined;
    terminal.progress(undefined);
    if (flags.json) terminal.print(JSON.stringify(asJson(loads, send, worked)));
    else if (worked !== undefined) printWorked(terminal, worked);
    for (const { error } of worked?.troubled ?? []) terminal.note(describeProblem(error));
    return worked?.statuses.some((table) => isTroubled(table, workspace.contracts)) === true ? 1 : 0;
  });
}

function filterOf(flags: ReplayFlags): ReplayFilter {
  const { table, load, since, until, reason, state, all } = flags;
  const given = [table, load, since, until, reason, state].filter((flag) => flag !== undefined);
  if (given.length === 0 && all !== true)
    throw new UsageError({
      code: 'no-replay-filter',
      problem: 'Nothing says which loads to take through again.',
      remedy: 'Name --table, --load, --since, --until, --reason or --state, which all have to fit; or --all.',
    });
  return {
    ...(load === undefined ? {} : { loadIds: load.map(parseLoadId) }),
    ...(since === undefined ? {} : { since: instant('--since', since) }),
    ...(until === undefined ? {} : { until: instant('--until', until) }),
    ...(reason === undefined ? {} : { reason }),
    ...(state === undefined ? {} : { state }),
  };
}

/** In UTC, as everything in the ledger. */
function instant(flag: string, text: string): string {
  const [, day, time = '00:00'] = /^(\d{4}-\d\d-\d\d)(?:[T ](\d\d:\d\d(?::\d\d(?:\.\d{1,6})?)?)Z?)?$/.exec(text) ?? [];
  const found = day === undefined ? undefined : `${day}T${time}Z`;
  // A day that does not exist is moved on by the parser.
  if (found !== undefined && !Number.isNaN(Date.parse(found)) && new Date(found).toISOString().startsWith(day ?? ' '))
    return found;
  throw new UsageError({
    code: 'bad-time',
    problem: `${flag} ${JSON.stringify(text)} is no time.`,
    remedy: 'Write a day or a time in UTC: 2026-01-31 or 2026-01-31T04:05.',
  });
}

interface Worked {
  readonly tables: Awaited<ReturnType<typeof workTables>>['tables'];
  readonly troubled: Awaited<ReturnType<typeof workTables>>['troubled'];
  readonly statuses: readonly TableStatus[];
  readonly troubles: readonly Trouble[];
}

async function work(workspace: Workspace, loads: readonly ReplayableLoad[], onProgress: OnProgress): Promise<Worked> {
  const datasets = [...new Set(loads.map(({ dataset }) => dataset))];
  const done = await workTables(workspace, datasets, { onProgress });
  const mine = ({ table }: { table: string }) => datasets.includes(table);
  return patiently(workspace, 'status', async () => {
    const troubles = await troublesOf(workspace.pool);
    const statuses = await status(workspace.pool, workspace.contracts, troubles);
    return { ...done, statuses: statuses.filter(mine), troubles: troubles.filter(mine) };
  });
}

const asJson = (loads: readonly ReplayableLoad[], sentBack: boolean, worked: Worked | undefined) => ({
  dryRun: !sentBack,
  loads: loads.map(({ dataset, ...load }) => ({ table: dataset, ...load })),
  tables: worked?.statuses ?? [],
  troubles: worked?.troubles ?? [],
});

/** Loads that were named and are not among those that can be sent back. */
function tellMissing(terminal: Terminal, { loadIds = [] }: ReplayFilter, loads: readonly ReplayableLoad[]): void {
  const missing = loadIds.filter((id) => !loads.some((load) => load.id === id));
  if (missing.length === 0) return;
  terminal.note(
    `farelake: load ${missing.join(', ')} cannot be sent back, or does not fit the other filters: there is none of that number, or it waits or is ` +
      `worked on, which any ingest goes on with, or other content took its place before it was loaded.`,
  );
}

/** Lines of loads; more are counted. */
const LINES = 50;

function printLoads(terminal: Terminal, loads: readonly ReplayableLoad[], sentBack: boolean): void {
  if (loads.length === 0) {
    terminal.print('Nothing to take through again.');
    return;
  }
  const cell = (rows: number | null) => (rows === null ? '' : count(rows));
  terminal.print(
    formatTable(
      ['load', 'table', 'object', 'state', 'rows', 'quarantined', 'reason'],
      loads
        .slice(0, LINES)
        .map(({ id, dataset, objectKey, state, written, quarantined, reason }) => [
          String(id),
          dataset,
          objectKey,
          state,
          cell(written),
          cell(quarantined),
          shorten(reason ?? ''),
        ]),
      [0, 4, 5],
    ),
  );
  if (loads.length > LINES) terminal.print(`${count(loads.length - LINES)} more; --json lists all`);
  terminal.print(
    sentBack ? `${count(loads.length)} sent back` : `${count(loads.length)} would be sent back; nothing was changed`,
  );
}

const shorten = (text: string): string => (text.length > 60 ? `${text.slice(0, 60)}…` : text);

function printWorked(terminal: Terminal, { tables, statuses, troubles }: Worked): void {
  printDone(terminal, tables, statuses);
  for (const line of troubleLines(statuses, troubles)) terminal.print(line);
}
