import { listVersions, type ListedVersion } from '@farelake/db';
import { historyName, type Contract } from '@farelake/schema-registry';
import { contractOf, contractOfHistory, findContract } from '../find-contract.ts';
import { count, counted, formatTable } from '../output/table.ts';
import { UsageError } from '../output/problem.ts';
import { withWorkspace, type Context } from '../session.ts';

export interface VersionsFlags {
  readonly history?: boolean;
  readonly limit: string;
  readonly json?: boolean;
}

/** Versions of a table, the newest first: when they were committed, what made them, whether they can still be read. */
export async function tableVersionsCommand(context: Context, name: string, flags: VersionsFlags): Promise<number> {
  const limit = parseLimit(flags.limit);
  return withWorkspace(context, async (workspace) => {
    // The name that `query` and `catalog list` have of a history says as much as the flag.
    const history =
      contractOf(workspace.contracts, name) === undefined ? contractOfHistory(workspace.contracts, name) : undefined;
    const table = tableOf(history ?? findContract(workspace, name), history !== undefined || flags.history === true);
    // One more than is shown, to say that there are more.
    const versions = await listVersions(workspace.pool, table, limit + 1);
    const shown = versions.slice(0, limit);
    if (flags.json === true) context.terminal.print(JSON.stringify(shown));
    else for (const line of asText(table, shown)) context.terminal.print(line);
    if (versions.length > limit) context.terminal.note(`older ones are not shown: --limit ${limit * 10} shows more`);
    return 0;
  });
}

function tableOf({ dataset, feed }: Contract, ofHistory: boolean): string {
  if (!ofHistory) return dataset;
  if (feed === 'qlik') return historyName(dataset);
  throw new UsageError({
    code: 'no-history',
    problem: `${dataset} has no history: it is a table of ${feed === 'dmap' ? 'datasets' : 'records of a topic'}.`,
    remedy: 'Leave --history out.',
  });
}

function parseLimit(text: string): number {
  const limit = Number(text);
  if (Number.isInteger(limit) && limit >= 1 && limit <= 100_000) return limit;
  throw new UsageError({
    code: 'bad-limit',
    problem: `--limit is ${JSON.stringify(text)}.`,
    remedy: 'Give a number from 1 to 100000.',
  });
}

function asText(table: string, versions: readonly ListedVersion[]): string[] {
  if (versions.length === 0) return [`${table}: nothing was ever committed to it`];
  const withGenerations = versions.some(({ generation }) => generation !== null);
  const head = ['version', 'committed at', 'rows', 'files', 'came of', ...(withGenerations ? ['snapshot'] : []), ''];
  const rows = versions.map((one) => [
    String(one.version),
    one.committedAt,
    count(one.rows),
    `${count(one.files)} (+${count(one.filesAdded)} −${count(one.filesRemoved)})`,
    originText(one),
    ...(withGenerations ? [one.generation ?? ''] : []),
    one.readable ? '' : 'not to be read any more',
  ]);
  return [formatTable(head, rows, [0, 2])];
}

function originText({ origin, loads, repair }: ListedVersion): string {
  if (repair !== null) return `repair by ${repair.by}: ${repair.why}`;
  switch (origin) {
    case 'load':
      return loads === null ? 'load' : `load of ${counted(loads, 'file')}`;
    case 'exchange':
      return 'exchange of snapshots';
    case 'records':
      return 'records of the topic';
    case 'retry':
      return 'refused records taken in';
    case 'repair':
    case 'fold':
    case 'compaction':
      return origin;
  }
}
