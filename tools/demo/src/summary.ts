/** The figures that the summary shows, from the ledger and from the views that everybody queries. */
import { existsSync } from 'node:fs';
import path from 'node:path';
import {
  cellText,
  createViews,
  datasetsOf,
  historyName,
  readManifest,
  withEngine,
  type TableStatus,
  type Workspace,
} from '@farelake/cli';
import { BOTH_FEEDS, EXAMPLES, TOPIC_EXAMPLES, type Example } from './examples.ts';
import { TABLE } from './taps/replay.ts';

type Contracts = Workspace['contracts'];
type Engine = Parameters<Parameters<typeof withEngine>[1]>[0];

export interface TableFigures extends TableStatus {
  /** Rows of the history view by operation. */
  readonly operations: ReadonlyMap<string, number>;
}

/** Parquet files in the manifest. */
export interface Files {
  readonly count: number;
  /** Bytes. */
  readonly size: number;
  /** URI of one of them. */
  readonly example: string | undefined;
}

export interface Answer extends Example {
  readonly columns: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

/** A set behind the API, as its table shows it. */
export interface SetFigures extends TableStatus {
  /** In the table. */
  readonly datasets: number;
  /** First and last service day in the table, `YYYY-MM-DD`; empty: none. */
  readonly from: string;
  readonly to: string;
}

export interface Summary {
  readonly tables: readonly TableFigures[];
  /** None: they could not be shown. */
  readonly sets: readonly SetFigures[];
  readonly current: Files;
  readonly history: Files;
  readonly datasets: Files;
  /** Of the topic. */
  readonly records: Files;
  readonly answers: readonly Answer[];
}

/** Contracts of the tables that the feed delivers: the home may hold other tables as well. */
export const sampleContracts = (contracts: Contracts, feed: string): Contracts =>
  new Map(
    [...contracts].filter(([, { source }]) =>
      existsSync(path.join(feed, 'ods_qlik', `${source.schema}.${source.table}`)),
    ),
  );

/** What can be shown: tables of the feed, sets (none: not those), and whether the topic can. */
export interface Showable {
  readonly tables: readonly TableStatus[];
  readonly sets: readonly TableStatus[];
  readonly topic: boolean;
}

export async function gatherSummary(workspace: Workspace, { tables, sets, topic }: Showable): Promise<Summary> {
  const names = tables.map(({ table }) => table);
  const examples = [...EXAMPLES, ...(sets.length === 0 ? [] : [BOTH_FEEDS]), ...(topic ? TOPIC_EXAMPLES : [])];
  return withEngine(workspace, async (engine) => {
    await createViews(engine, workspace.pool, workspace.contracts.values());
    const operations = await countOperations(engine, names);
    const answers: Answer[] = [];
    for (const example of examples) answers.push(await answer(engine, example));
    return {
      tables: tables.map((table) => ({ ...table, operations: operations.get(table.table) ?? new Map() })),
      sets: await Promise.all(sets.map((set) => figuresOf(workspace, set))),
      current: await filesOf(workspace, names),
      history: await filesOf(workspace, names.map(historyName)),
      datasets: await filesOf(
        workspace,
        sets.map(({ table }) => table),
      ),
      records: await filesOf(workspace, topic ? [TABLE] : []),
      answers,
    };
  });
}

async function countOperations(engine: Engine, tables: readonly string[]) {
  const parts = tables.map(
    (name) =>
      `SELECT '${name}' AS name, header__change_oper AS oper, count(*) AS n FROM ${historyName(name)} GROUP BY ALL`,
  );
  const counts = new Map<string, Map<string, number>>();
  for (const { name, oper, n } of await engine.rows(parts.join(' UNION ALL ')))
    counts.set(String(name), (counts.get(String(name)) ?? new Map<string, number>()).set(String(oper), Number(n)));
  return counts;
}

async function figuresOf({ pool }: Workspace, set: TableStatus): Promise<SetFigures> {
  const shown = (await datasetsOf(pool, set.table)).filter(({ inTable }) => inTable);
  const first = shown.map(({ startDate }) => startDate).toSorted();
  const last = shown.map(({ endDate }) => endDate).toSorted();
  return { ...set, datasets: shown.length, from: first[0] ?? '', to: last.at(-1) ?? '' };
}

async function answer(engine: Engine, example: Example): Promise<Answer> {
  const result = await engine.connection.runAndReadAll(example.sql);
  const rows = result.getRows().map((row) => row.map((cell) => cellText(cell) ?? 'NULL'));
  return { ...example, columns: result.deduplicatedColumnNames(), rows };
}

async function filesOf({ pool }: Workspace, tables: readonly string[]): Promise<Files> {
  const manifests = await Promise.all(tables.map((table) => readManifest(pool, table)));
  const files = manifests.flatMap((manifest) => manifest.files);
  return { count: files.length, size: files.reduce((sum, file) => sum + file.size, 0), example: files[0]?.uri };
}
