import type { LoadState, ReplayableLoad, ReplayFilter } from '@farelake/db';
import { unfinishedDatasets, unknownLoads } from '@farelake/db';
import {
  chooseLoads,
  isTroubled,
  patiently,
  requireLoads,
  sendBack,
  status,
  troublesOf,
  workTables,
  type LeftLoads,
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

/** @returns 0 all done, or nothing to do; 1 something failed, is held or waits, or was not sent back because its table is held or its contract says otherwise */
export async function replayCommand(context: Context, flags: ReplayFlags): Promise<number> {
  const { terminal } = context;
  const filter = filterOf(flags);
  return withWorkspace(context, async (workspace) => {
    const contract = flags.table === undefined ? undefined : findContract(workspace, flags.table);
    if (contract !== undefined) requireLoads(contract);
    const chosen: ReplayFilter = contract === undefined ? filter : { ...filter, datasets: [contract.dataset] };
    const onProgress = progressLine(terminal);
    const send = flags.dryRun !== true;
    await refuseUnknown(workspace, chosen);
    const sent = send ? await sendBack(workspace, chosen, onProgress) : undefined;
    // Asked for after it: what was sent back cannot be once more, and what was held meanwhile is among those left.
    const { loads: open, left } = await chooseLoads(workspace, chosen);
    const loads = sent ?? open;
    terminal.progress(undefined);
    tellMissing(terminal, chosen, [...loads.map(({ id }) => id), ...left.flatMap(({ loadIds }) => loadIds)]);
    if (!flags.json) printLoads(terminal, loads, left, send);
    const datasets = send ? await datasetsToWork(workspace, chosen, loads) : [];
    const worked = datasets.length > 0 ? await work(workspace, datasets, onProgress) : undefined;
    terminal.progress(undefined);
    if (flags.json) terminal.print(JSON.stringify(asJson(loads, left, send, worked)));
    else if (worked !== undefined) printWorked(terminal, worked);
    for (const { error } of worked?.troubled ?? []) terminal.note(describeProblem(error));
    const troubled = worked?.statuses.some((table) => isTroubled(table)) === true;
    return troubled || left.length > 0 ? 1 : 0;
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
  // In every reason there is an empty text: what a script's variable without a value asks for is everything.
  if (reason?.trim() === '')
    throw new UsageError({
      code: 'empty-filter',
      problem: '--reason is empty, which fits every load.',
      remedy: 'Give the text to look for, or leave it out; --all takes all that can be.',
    });
  return {
    ...(load === undefined ? {} : { loadIds: load.map(parseLoadId) }),
    ...(since === undefined ? {} : { since: instant('--since', since) }),
    ...(until === undefined ? {} : { until: instant('--until', until) }),
    ...(reason === undefined ? {} : { reason }),
    ...(state === undefined ? {} : { state }),
  };
}

/** A number that was mistyped must not pass for work that is done. */
async function refuseUnknown({ pool }: Workspace, { loadIds = [] }: ReplayFilter): Promise<void> {
  const unknown = await unknownLoads(pool, loadIds);
  if (unknown.length > 0)
    throw new UsageError({
      code: 'no-such-load',
      problem: `There is no load ${unknown.join(', ')}.`,
      remedy: 'replay --all --dry-run and ledger.loads show their numbers. Nothing was sent back.',
      data: { loads: unknown },
    });
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

/** Also where loads or a table were named of which nothing was left to send back: the command may have been cut off before. */
async function datasetsToWork(
  { pool }: Workspace,
  { datasets, loadIds }: ReplayFilter,
  sent: readonly ReplayableLoad[],
): Promise<string[]> {
  const named = datasets !== undefined || loadIds !== undefined;
  const unfinished = named ? await unfinishedDatasets(pool, { datasets, loadIds }) : [];
  return [...new Set([...sent.map(({ dataset }) => dataset), ...unfinished])];
}

async function work(workspace: Workspace, datasets: readonly string[], onProgress: OnProgress): Promise<Worked> {
  const done = await workTables(workspace, datasets, { onProgress });
  const mine = ({ table }: { table: string }) => datasets.includes(table);
  return patiently(workspace, 'status', async () => {
    const troubles = await troublesOf(workspace.pool);
    const statuses = await status(workspace, troubles);
    return { ...done, statuses: statuses.filter(mine), troubles: troubles.filter(mine) };
  });
}

const asJson = (
  loads: readonly ReplayableLoad[],
  left: readonly LeftLoads[],
  sentBack: boolean,
  worked: Worked | undefined,
) => ({
  dryRun: !sentBack,
  loads: loads.map(({ dataset, ...load }) => ({ table: dataset, ...load })),
  held: leftBecause('hold', left),
  unfit: leftBecause('contract', left),
  tables: worked?.statuses ?? [],
  troubles: worked?.troubles ?? [],
});

const leftBecause = (why: LeftLoads['because'], left: readonly LeftLoads[]) =>
  left
    .filter(({ because }) => because === why)
    .map(({ dataset: table, reason, loadIds }) => ({ table, reason, loads: loadIds }));

/** Loads that were named and are not among those that can be sent back. @param told of the others */
function tellMissing(terminal: Terminal, { loadIds = [] }: ReplayFilter, told: readonly number[]): void {
  const missing = loadIds.filter((id) => !told.includes(id));
  if (missing.length === 0) return;
  terminal.note(
    `farelake: load ${missing.join(', ')} cannot be sent back, or does not fit the other filters: it waits or is worked on, ` +
      `which is gone on with, or other content took its place before it was loaded.`,
  );
}

/** Lines of loads; more are counted. */
const LINES = 50;

function printLoads(
  terminal: Terminal,
  loads: readonly ReplayableLoad[],
  left: readonly LeftLoads[],
  sentBack: boolean,
): void {
  for (const { dataset, because, reason, loadIds } of left)
    terminal.print(
      `${because === 'hold' ? 'held' : 'left'}: ${dataset}: ${reason}. ${count(loadIds.length)} of its loads ${sentBack ? 'are not' : 'would not be'} sent back`,
    );
  if (loads.length === 0) {
    if (left.length === 0) terminal.print('Nothing to take through again.');
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
