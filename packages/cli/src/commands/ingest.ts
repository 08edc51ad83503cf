import {
  ingest,
  noSpark,
  isTroubled,
  patiently,
  status,
  troublesOf,
  type Ingested,
  type EngineChoice,
  type TableStatus,
  type Trouble,
  type Worked,
} from '@farelake/ingest';
import { formatDatasetKey, type DatasetKey } from '@farelake/dmap';
import { makeFolder, schemeOf } from '@farelake/lake';
import { printable } from '@farelake/schema-registry';
import { openFolder } from '../folder.ts';
import { describedAnewLines } from '../output/described-anew.ts';
import { driftLines } from '../output/drift.ts';
import { progressLine } from '../output/progress.ts';
import { quarantinedLines } from '../output/quarantined.ts';
import { count, formatTable } from '../output/table.ts';
import type { Terminal } from '../output/terminal.ts';
import { withWorkspace, type Context } from '../session.ts';
import { sparkHere } from '../spark.ts';
import { findContract } from '../find-contract.ts';
import { describeProblem } from '../output/problem.ts';
import { parseDuration } from '../parse-duration.ts';

export interface IngestFlags {
  readonly engine: EngineChoice;
  readonly table?: string;
  /** ISO 8601 duration. */
  readonly quietTime?: string;
  readonly json?: boolean;
}

/** @returns 0 all done, 1 something failed, is held or waits */
export async function ingestCommand(context: Context, folder: string | undefined, flags: IngestFlags): Promise<number> {
  const spark = sparkHere();
  if (flags.engine === 'spark' && spark === undefined) throw noSpark();
  const quietTime = flags.quietTime === undefined ? undefined : 1000 * parseDuration('--quiet-time', flags.quietTime);
  const { incoming } = context.environment;
  if (folder === undefined && schemeOf(incoming) === undefined) await makeFolder(incoming, 'FARELAKE_INCOMING');
  const store = await openFolder(folder ?? incoming);
  return withWorkspace(context, async (workspace) => {
    const dataset = flags.table === undefined ? undefined : findContract(workspace, flags.table).dataset;
    const done = await ingest({ ...workspace, engine: flags.engine, spark }, store, {
      ...(dataset === undefined ? {} : { dataset }),
      ...(quietTime === undefined ? {} : { quietTime }),
      onProgress: progressLine(context.terminal),
    });
    context.terminal.progress(undefined);
    if (workspace.contracts.size === 0)
      context.terminal.note(
        `No contracts in ${context.environment.registry}. Draft one with farelake table add EDW.X --from <folder>, or check FARELAKE_REGISTRY.`,
      );
    if (done.registered.found === 0 && done.registered.foreign.length === 0)
      context.terminal.note(`Nothing lies below ${store.uri}. If there should be something, check the name.`);
    const mine = (table: string) => dataset === undefined || table === dataset;
    // Work that waited for a database to come back must not be told as failed because it is away once more.
    const { everyTrouble, everyTable } = await patiently(workspace, 'status', async () => {
      const troubles = await troublesOf(workspace.pool);
      return { everyTrouble: troubles, everyTable: await status(workspace, troubles) };
    });
    const tables = everyTable.filter((one) => mine(one.table));
    const troubles = everyTrouble.filter((one) => mine(one.table));
    if (flags.json) context.terminal.print(JSON.stringify(asJson(done, tables, troubles)));
    else report(context, store.uri, done, tables, troubles);
    for (const { error } of done.troubled) context.terminal.note(describeProblem(error));
    const troubled = tables.some((table) => isTroubled(table));
    return troubled || done.registered.unreadable.length > 0 || done.registered.lost.length > 0 ? 1 : 0;
  });
}

const asJson = ({ registered, tables }: Ingested, statuses: readonly TableStatus[], troubles: readonly Trouble[]) => ({
  found: registered.found,
  fresh: registered.fresh,
  foreign: registered.foreign.length,
  unreadable: registered.unreadable,
  loaded: sum(tables.map((table) => table.loaded)),
  rowsLoaded: sum(tables.map((table) => table.rowsLoaded)),
  applied: sum(tables.map((table) => table.applied)),
  tables: statuses,
  troubles,
});

const sum = (numbers: readonly number[]): number => numbers.reduce((total, n) => total + n, 0);

function report(
  { terminal }: Context,
  place: string,
  { registered, tables }: Ingested,
  statuses: readonly TableStatus[],
  troubles: readonly Trouble[],
): void {
  const { found, fresh, foreign } = registered;
  const known = found - fresh;
  terminal.print(
    `${count(found)} objects found, ${count(fresh)} of them new${known > 0 ? `, ${count(known)} known already` : ''}`,
  );
  if (foreign.length > 0)
    terminal.print(
      `${count(foreign.length)} files are no objects of a feed, left alone: ${foreign
        .slice(0, 3)
        .map((name) => JSON.stringify(name))
        .join(', ')}${foreign.length > 3 ? ', …' : ''}`,
    );
  if (foreign.some((name) => BELOW_DMAP.test(`${place}/${name}`))) terminal.print(DMAP_NAMES);
  const delivered = statuses.filter((table) => table.state !== 'empty');
  printDone(terminal, tables, delivered);
  for (const { path, reason } of registered.unreadable)
    terminal.print(`unreadable: ${JSON.stringify(path)}: ${reason}`);
  for (const line of troubleLines(delivered, troubles)) terminal.print(line);
  for (const line of quarantinedLines(delivered)) terminal.note(line);
  for (const line of describedAnewLines(delivered)) terminal.note(line);
  for (const line of driftLines(delivered)) terminal.note(line);
}

const BELOW_DMAP = /\/dmap\/.*\.csv(?:\.gz)?$/;

const EXAMPLE: DatasetKey = {
  ...{ set: 'agg_trips', datasetId: 'agg_trips_20220517', startDate: '2022-05-17', endDate: '2022-05-17' },
  lastUpdated: '2022-05-18T12:11:24.897363000',
};

/** A dataset's file tells its period and issue by its name alone. */
const DMAP_NAMES =
  'Files of DMAP datasets are taken in as dmap/<set>/<dataset id>/<first day>_<last day>/<time of issue>.csv.gz, such as ' +
  `${formatDatasetKey(EXAMPLE)}. farelake dmap sync fetches them under such names; ` +
  'farelake dmap schema <set> --from <file> drafts a contract from a file of any name.';

/** What a run did for each table, and how it stands. */
export function printDone(terminal: Terminal, tables: Worked['tables'], delivered: readonly TableStatus[]): void {
  const done = new Map(tables.map((table) => [table.dataset, table]));
  if (delivered.length > 0)
    terminal.print(
      formatTable(
        ['table', 'state', 'files loaded', 'rows loaded', 'files applied', 'rows'],
        delivered.map(({ table, state, rows }) => [
          table,
          state,
          count(done.get(table)?.loaded ?? 0),
          count(done.get(table)?.rowsLoaded ?? 0),
          count(done.get(table)?.applied ?? 0),
          count(rows),
        ]),
        [2, 3, 4, 5],
      ),
    );
}

/** Lines about one table; more are counted. */
const LINES_PER_TABLE = 12;

/** A line for each kind of thing that is not done: loads first, then tables that are held or wait as a whole. */
export function troubleLines(tables: readonly TableStatus[], troubles: readonly Trouble[]): string[] {
  const byTable = Object.values(Object.groupBy(troubles, (trouble) => trouble.table)).flatMap((own = []) => {
    const alike = Object.values(
      Object.groupBy(own, ({ state, waitingFor, reason }) => `${waitingFor ?? state} ${reason}`),
    );
    const lines = alike.flatMap((group) => (group?.[0] === undefined ? [] : [troubleLine(group[0], group.length - 1)]));
    const more = lines.length - LINES_PER_TABLE;
    return more > 0
      ? [
          ...lines.slice(0, LINES_PER_TABLE),
          `${own[0]?.table ?? ''}: ${count(more)} more of other kinds; ingest --json lists all`,
        ]
      : lines;
  });
  const whole = tables
    .filter(
      ({ state, table, reason, publication, glue }) =>
        state === 'held' ||
        (state !== 'live' &&
          reason !== publication?.trouble &&
          glue?.some(({ trouble }) => trouble === reason) !== true &&
          !troubles.some((trouble) => trouble.table === table)),
    )
    .map(({ table, state, reason }) => `${state}: ${table}: ${reason ?? ''}`);
  const unpublished = tables.flatMap(({ table, publication }) =>
    publication?.trouble == null ? [] : [`not published: ${table}: ${publication.trouble}`],
  );
  const behind = tables.flatMap(({ glue }) =>
    (glue ?? []).flatMap(({ table, trouble }) => (trouble === null ? [] : [`not in Glue: ${table}: ${trouble}`])),
  );
  // Reasons repeat what was delivered.
  return [...byTable, ...whole, ...unpublished, ...behind].map(printable);
}

function troubleLine({ object, state, waitingFor, reason }: Trouble, more: number): string {
  const what = waitingFor === null ? state : `waiting for ${waitingFor}`;
  return `${what}: ${object}${more > 0 ? ` and ${count(more)} more` : ''}: ${reason}`;
}
