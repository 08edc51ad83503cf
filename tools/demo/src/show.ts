/** The summary as a person reads it. Colour only on a terminal that wants it (`NO_COLOR` is respected). */
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { styleText } from 'node:util';
import { count, formatTable, periodText, type Ingested, type Terminal } from '@farelake/cli';
import type { Fetched } from './dmap/sync.ts';
import { EVENTS, type TopicFigures } from './taps/replay.ts';
import type { Answer, Files, SetFigures, Summary, TableFigures } from './summary.ts';

export interface Shown extends Summary {
  readonly done: Ingested;
  /** Milliseconds that registering, loading and folding took. */
  readonly worked: number;
  /** Undefined: there is nothing to show of the API. */
  readonly fetched: Fetched | undefined;
  /** Undefined: there is nothing to show of the topic. */
  readonly topic: TopicFigures | undefined;
  /** Folder of the feed. */
  readonly sample: string;
  /** Folder of the tables. */
  readonly stage: string;
}

/** Tried by hand and by the test: each works as it stands, from the root of the repository. */
const NEXT = [
  ['how every table stands', 'npx farelake status'],
  ['a set behind the API, and its datasets', 'npx farelake dmap show agg_daily_fareprod'],
  ['how far the topic is taken, and what was refused', 'npx farelake taps status'],
  ['the same tables for Spark, DuckDB and PyIceberg', 'npx farelake catalog list'],
  ['a table as it stood before its last commit', 'npx farelake table versions EDW.CARD'],
  ['the contracts', 'npx farelake table list'],
  ['ask yourself', 'npx farelake query "SELECT status, count(*) AS cards FROM edw_card GROUP BY ALL ORDER BY ALL"'],
  ['for a program', 'npx farelake query "SELECT * FROM edw_product ORDER BY price DESC LIMIT 3" --format json'],
  ['stop Postgres; the data stays', 'npx farelake down'],
] as const;

/** With a table and a folder of one's own put in. */
const OWN = ['npx farelake table add EDW.X --from FOLDER', 'npx farelake ingest FOLDER'] as const;

/** In a home of its own, since the sets are called the same there. */
const API = [
  'export FARELAKE_HOME=.farelake/dmap DMAP_BASE_URL=https://HOST DMAP_PUBLIC_KEY=KEY',
  'npx farelake dmap sync --set agg_daily_fareprod',
] as const;

const style = (format: 'bold' | 'dim' | 'cyan' | 'green', text: string): string =>
  styleText(format, text, { stream: process.stdout });

export function showSummary(terminal: Terminal, shown: Shown): void {
  const print = (text = ''): void => {
    terminal.print(text);
  };
  print(opening(shown));
  if (shown.fetched !== undefined) print(fetchedText(shown.fetched, shown.sets));
  if (shown.topic !== undefined) print(handedText(shown.topic));
  print(style('dim', `  ${(performance.now() / 1000).toFixed(1)} s with start-up`));
  print();
  print(heading('Tables'));
  print(indent(tablesText(shown.tables)));
  print(
    indent(
      style(
        'dim',
        'L snapshot rows; changes: I insert, U update, D delete, B before image, T truncate of the whole table.',
      ) +
        '\n' +
        style('dim', 'Each counts once, however often it was delivered. Orphans: updates of rows that are not there.'),
    ),
  );
  if (shown.fetched !== undefined && shown.sets.length > 0) {
    print();
    print(heading("Sets behind the vendor's API"));
    print(indent(setsText(shown.sets, shown.fetched)));
    print(indent(style('dim', SETS_REMARK)));
  }
  if (shown.topic !== undefined) {
    print();
    print(heading('Records of the topic that are no taps, in quarantine'));
    print(indent(refusedText(shown.topic)));
    print(indent(style('dim', TOPIC_REMARK)));
  }
  for (const answer of shown.answers) print(`\n${answerText(answer)}`);
  print();
  print(heading('Where it lies'));
  print(indent(filesText(shown)));
  print();
  print(heading('What to try next'));
  for (const [what, command] of NEXT) print(`  ${style('cyan', command)}  ${style('dim', `# ${what}`)}`);
  print('  With your own Qlik folder, your table and folder put in for EDW.X and FOLDER:');
  for (const command of OWN) print(`  ${style('cyan', command)}`);
  print("  With the vendor's real API, in a home of its own so that invented rows and real ones do not mix:");
  for (const command of API) print(`  ${style('cyan', command)}`);
}

const heading = (text: string): string => style('bold', text);

const indent = (text: string): string =>
  text
    .split('\n')
    .map((line) => (line === '' ? line : `  ${line}`))
    .join('\n');

/** Relative to where the person is, unless that leads away from there. */
function shortPath(target: string): string {
  const relative = path.relative(process.cwd(), target);
  return relative.startsWith('..') ? target : relative || '.';
}

function opening({ done, worked, sample }: Shown): string {
  const { found, fresh } = done.registered;
  const loaded = sum(done.tables.map((table) => table.loaded));
  const rows = sum(done.tables.map((table) => table.rowsLoaded));
  const what =
    fresh === 0 && loaded === 0
      ? `${count(found)} objects found, all known already: nothing new, nothing loaded`
      : `${count(found)} objects found, ${count(fresh)} new; ${count(loaded)} data files with ${count(rows)} rows loaded`;
  return `${style('green', '✔')} ${heading(shortPath(sample))}: ${what} (${seconds(worked)})`;
}

const seconds = (milliseconds: number): string => `${(milliseconds / 1000).toFixed(1)} s`;

const sum = (numbers: readonly number[]): number => numbers.reduce((total, n) => total + n, 0);

function fetchedText({ synced, worked }: Fetched, sets: readonly SetFigures[]): string {
  const listed = sum(synced.sets.map((set) => set.listed));
  const fetched = sum(synced.sets.map((set) => set.fetched));
  const rows = sum(synced.tables.map((table) => table.rowsLoaded));
  const what =
    fetched === 0 && rows === 0
      ? `${count(sum(sets.map(({ datasets }) => datasets)))} datasets known already: nothing new, nothing downloaded`
      : `${count(listed)} datasets listed, ${count(fetched)} downloaded; ${count(rows)} rows loaded`;
  return `${style('green', '✔')} ${heading("a stand-in of the vendor's API")}: ${what} (${seconds(worked)})`;
}

function handedText({ events, tables, worked }: TopicFigures): string {
  const of = (count: (landed: TopicFigures['tables'][number]) => number) => sum(tables.map(count));
  const [records, repeated] = [of((one) => one.records), of((one) => one.repeated)];
  const what =
    repeated === records
      ? `${count(records)} records known already: nothing new, nothing written`
      : `${count(records)} records, ${count(repeated)} of them known already; ${count(of((one) => one.written))} rows, ${count(of((one) => one.quarantined))} in quarantine, ${count(of((one) => one.tombstones))} tombstones`;
  return `${style('green', '✔')} ${heading(shortPath(EVENTS))}: ${count(events)} recorded events of a Kafka topic, handed to the Lambda function's code: ${what} (${seconds(worked)})`;
}

const TOPIC_REMARK =
  'Each record counts once, however often it is handed over. What is no tap lies in the error zone whole, with its place\n' +
  'and the reason; nothing waits for it.';

function refusedText({ refused, partitions, missing }: TopicFigures): string {
  const rows = refused.map(({ reason, records }) => [reason, count(records)]);
  const taken = `${count(partitions)} partitions; ${count(missing)} offsets between others never came`;
  return `${underlined(formatTable(['reason', 'records'], rows, [1]))}\n${taken}`;
}

const SETS_REMARK =
  'A dataset is a file with some days of a set, here a week. When the vendor issues it anew, its rows are replaced by one\n' +
  'commit. The stand-in is a server on this machine, over a real blob service, and has ended; all data is invented.';

function setsText(sets: readonly SetFigures[], { synced }: Fetched): string {
  const rows = sets.map(({ table, datasets, from, to, rows }) => {
    const done = synced.sets.find(({ dataset }) => dataset === table);
    return [done?.set ?? '', count(datasets), count(done?.fetched ?? 0), count(rows), periodText(from, to), table];
  });
  return underlined(formatTable(['set', 'datasets', 'downloaded', 'rows', 'service days', 'table'], rows, [1, 2, 3]));
}

function tablesText(tables: readonly TableFigures[]): string {
  const operations = ['L', 'I', 'U', 'D', 'B', 'T'] as const;
  const cell = (n: number | undefined): string => (n === undefined || n === 0 ? '·' : count(n));
  const rows = tables.map((one) => [
    one.table,
    count(one.rows),
    ...operations.map((oper) => cell(one.operations.get(oper))),
    cell(one.orphans),
  ]);
  return underlined(formatTable(['table', 'rows', ...operations, 'orphans'], rows, [1, 2, 3, 4, 5, 6, 7, 8]));
}

/** The head of a table stands out, its rule stands back. */
function underlined(table: string): string {
  const [head = '', rule = '', ...rows] = table.split('\n');
  return [style('bold', head), style('dim', rule), ...rows].join('\n');
}

const answerText = ({ title, sql, columns, rows, remark }: Answer): string => {
  const numeric = columns.flatMap((_, place) =>
    rows.every((row) => /^(-?[\d.]+|NULL)$/.test(row[place] ?? '')) ? [place] : [],
  );
  return [
    heading(title),
    indent(style('cyan', sql)),
    '',
    indent(underlined(formatTable(columns, rows, numeric))),
    indent(style('dim', remark)),
  ].join('\n');
};

/** A bucket's files have no shorter name. */
const shortPlace = (uri: string): string => (uri.startsWith('file:') ? shortPath(fileURLToPath(uri)) : uri);

function filesText({ current, history, datasets, records, stage }: Shown): string {
  const line = (what: string, files: Files): string =>
    `${what} ${count(files.count)} Parquet files, ${count(Math.ceil(files.size / 1000))} kB`;
  const example = current.example === undefined ? '' : `, for example ${shortPlace(current.example)}`;
  return [
    `${line('Current:', current)}${example}`,
    line('History:', history),
    ...(datasets.count === 0 ? [] : [line('Sets:   ', datasets)]),
    ...(records.count === 0 ? [] : [line('Topic:  ', records)]),
    `All below ${stage.startsWith('s3:') ? stage : shortPath(stage)}`,
  ].join('\n');
}
