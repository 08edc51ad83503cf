import { datasetsOf, type DmapSetOverview, type KnownResult } from '@farelake/db';
import { status, type TableStatus } from '@farelake/ingest';
import { printable } from '@farelake/schema-registry';
import { findContract } from '../find-contract.ts';
import { UsageError } from '../output/problem.ts';
import { issuedText, periodText, standingText } from '../output/results.ts';
import { count, counted, formatTable } from '../output/table.ts';
import { withWorkspace, type Context } from '../session.ts';

export interface ShowFlags {
  /** Every dataset, not the newest periods alone. */
  readonly all?: boolean;
  readonly json?: boolean;
}

/** Datasets that are shown without `--all`. */
const SHOWN = 20;

/** What the ledger knows of a set; the vendor is not asked. */
export async function dmapShowCommand(context: Context, name: string, flags: ShowFlags): Promise<number> {
  return withWorkspace(context, async (workspace) => {
    const { feed, dataset, source } = findContract(workspace, name);
    if (feed !== 'dmap')
      throw new UsageError({
        code: 'no-dmap-set',
        problem: `${name} is a table of the feed ${feed}, not of a DMAP set.`,
        remedy: 'farelake table show shows it.',
      });
    const table = (await status(workspace)).find((one) => one.table === dataset);
    if (table === undefined) throw new Error(`${dataset} has a contract, and status does not tell of it`);
    const datasets = await datasetsOf(workspace.pool, dataset);
    const { terminal } = context;
    if (flags.json === true) {
      const { state, reason, rows, version, givenUp, dmap } = table;
      const facts = { set: source.table, api: source.schema, table: dataset, state, reason, rows, version, givenUp };
      terminal.print(JSON.stringify({ ...facts, ...(dmap ?? NEVER_LISTED), datasets }));
      return 0;
    }
    for (const line of factLines(source.table, table)) terminal.print(line);
    const shown = flags.all === true ? datasets : datasets.slice(0, SHOWN);
    if (shown.length > 0) terminal.print(`\n${datasetsTable(shown)}`);
    if (shown.length < datasets.length)
      terminal.print(`and ${count(datasets.length - shown.length)} more; --all shows them`);
    return 0;
  });
}

/** So that who reads the answer finds the same members of each set. */
const NEVER_LISTED: Readonly<Record<keyof DmapSetOverview, null>> = {
  ...{ watermark: null, listedAt: null, fullAt: null, trouble: null, results: null, waiting: null, failed: null },
};

function factLines(set: string, { table, state, reason, rows, version, givenUp, dmap }: TableStatus): string[] {
  const facts = [
    ['table', `${table}, ${count(rows)} rows, version ${version}`],
    ['state', reason === null ? state : `${state}: ${printable(reason)}`],
    ...(givenUp.files === 0 ? [] : [['given up', counted(givenUp.files, 'dataset')]]),
    ...(dmap === null ? [['listed', 'never: farelake dmap sync']] : overviewFacts(dmap)),
  ];
  return [set, ...facts.map(([name = '', text = '']) => `  ${name.padEnd(12)}${text}`)];
}

function overviewFacts({ watermark, listedAt, fullAt, trouble, results, waiting }: DmapSetOverview): string[][] {
  const counts = Object.entries(results).map(([state, n]) => `${count(n)} ${state}`);
  return [
    ['listed', timeText(listedAt)],
    ['all listed', timeText(fullAt)],
    ['watermark', watermark === null ? 'none yet' : issuedText(watermark)],
    ['results', counts.join(', ') || 'none'],
    ['to fetch', `${count(waiting.new ?? 0)} new, ${count(waiting.slow ?? 0)} in the slow lane`],
    ...(trouble === null ? [] : [['trouble', printable(trouble)]]),
  ];
}

const timeText = (at: Date | null): string =>
  at === null
    ? 'never'
    : at
        .toISOString()
        .replace('T', ' ')
        .replace(/\.\d+Z$/, ' UTC');

const datasetsTable = (datasets: readonly KnownResult[]): string =>
  formatTable(
    ['dataset', 'period', 'issued', 'stands', 'load', 'rows', 'why'],
    datasets.map((one) => [
      printable(one.datasetId),
      periodText(one.startDate, one.endDate),
      issuedText(one.lastUpdated),
      standingText(one),
      one.loadId === null ? '' : String(one.loadId),
      one.inTable ? count(one.rows ?? 0) : '',
      one.inTable ? '' : printable(one.reason ?? ''),
    ]),
    [4, 5],
  );
