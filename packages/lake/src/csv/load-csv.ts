/**
 * Unpacked CSV files, or a piece of one, become one typed Parquet file. Streaming: no file is held in memory.
 * One text that does not fit fails the batch and names its place; nothing is rounded, cut or left out in silence.
 */
import {
  fieldName,
  quoteIdentifier,
  quoteLiteral,
  UserError,
  type CsvFormat,
  type ProjectedColumn,
} from '@farelake/schema-registry';
import type { Engine, EngineRow } from '../engine/duckdb.ts';
import { writeParquet, type ParquetField, type WrittenParquet } from '../parquet/write-parquet.ts';
import type { Piece } from './pieces.ts';
import { readCsvSql } from './read-csv.ts';
import { textLine } from './read-records.ts';

/** Plain text in a file made by this program: a delivered file, or a piece of it. */
export interface CsvInput extends Piece {
  readonly loadId: number;
}

export interface CsvLoad {
  readonly inputs: readonly CsvInput[];
  /** Fields of every record. */
  readonly fields: number;
  readonly format: CsvFormat;
  readonly columns: readonly ProjectedColumn[];
  readonly parquetFields: readonly ParquetField[];
  /** Local path to write. */
  readonly target: string;
}

/** A file of the batch that cannot be loaded; the others may be. */
export class SpoiledLoad extends UserError {
  override readonly name = 'SpoiledLoad';
  /** Undefined: the engine did not say which file it was. */
  readonly loadId: number | undefined;
  /** Every load of the batch that is known to be spoiled, this one first. */
  all: readonly SpoiledLoad[] = [this];

  constructor(loadId: number | undefined, parts: ConstructorParameters<typeof UserError>[0]) {
    super(parts);
    this.loadId = loadId;
  }
}

/** Rows found per load; a load without rows is absent. */
export type RowCounts = ReadonlyMap<number, number>;

export interface LoadedCsv extends WrittenParquet {
  readonly counts: RowCounts;
  /** Per load with rows, the lowest `_line`: right when the rows counted before it were. */
  readonly firstLines: ReadonlyMap<number, number>;
}

const MISFIT = 'farelake: a value does not fit its type';

/** @throws SpoiledLoad `bad-value`, `bad-csv` */
export async function loadCsv(engine: Engine, load: CsvLoad): Promise<LoadedCsv> {
  try {
    const written = await writeParquet(engine, typedSql(load), load.target, load.parquetFields);
    return { ...written, ...(await countRows(engine, load, written)) };
  } catch (error) {
    throw discreet(load, await explain(engine, load, error));
  }
}

/**
 * Every value is worked out once, below, and looked at above: `bad` repeats its column's value, and the copy becomes a
 * mention of the column. The guard stands in a column, not in WHERE: a filter would be pushed below and bring the values
 * with it, to be worked out twice.
 */
function typedSql(load: CsvLoad): string {
  const texts = Array.from({ length: load.fields }, (_, index) => quoteIdentifier(fieldName(index + 1)));
  const values = load.columns.map((column) => `${column.value} AS ${quoteIdentifier(column.name)}`);
  const misfits = load.columns.flatMap(({ name, value, bad }) =>
    bad === undefined || bad === 'false' ? [] : [`(${bad.replaceAll(value, quoteIdentifier(name))})`],
  );
  const names = load.columns.map(({ name }) => quoteIdentifier(name));
  const last = names.pop() ?? 'NULL';
  const guarded =
    misfits.length === 0
      ? last
      : `CASE WHEN ${misfits.join(' OR ')} THEN error(${quoteLiteral(MISFIT)}) ELSE ${last} END AS ${last}`;
  return `SELECT ${[...names, guarded].join(', ')} FROM (SELECT ${[...values, ...texts].join(', ')} FROM (${textSql(load)}) t) v`;
}

/** Delivered text with `_load_id` and `_line`: the record's number in its delivered file, the header being 1. */
function textSql(load: CsvLoad): string {
  const csv = readCsvSql(
    load.inputs.map((input) => input.file),
    load.fields,
    load.format,
    Math.max(...load.inputs.map((input) => input.longestRecord)),
  );
  const [only, ...others] = load.inputs;
  if (only !== undefined && others.length === 0)
    return `SELECT *, CAST(${only.loadId} AS BIGINT) AS "_load_id", row_number() OVER () + ${only.rowsBefore + 1} AS "_line" FROM ${csv}`;
  let before = 0;
  const files = load.inputs.map(({ file, loadId, rows, rowsBefore }) => {
    const row = `(${quoteLiteral(file)}, CAST(${loadId} AS BIGINT), CAST(${before - rowsBefore} AS BIGINT))`;
    before += rows;
    return row;
  });
  return `SELECT c.*, f.load_id AS "_load_id", c."@row" - f.rows_before + 1 AS "_line"
FROM (SELECT *, row_number() OVER () AS "@row" FROM ${csv}) c
JOIN (VALUES ${files.join(', ')}) f(file, load_id, rows_before) ON c."@file" = f.file`;
}

async function countRows(
  engine: Engine,
  { inputs, target }: CsvLoad,
  { rows: total }: WrittenParquet,
): Promise<Pick<LoadedCsv, 'counts' | 'firstLines'>> {
  const [only, ...others] = inputs;
  if (total === 0) return { counts: new Map(), firstLines: new Map() };
  if (only !== undefined && others.length === 0)
    return { counts: new Map([[only.loadId, total]]), firstLines: new Map([[only.loadId, only.rowsBefore + 2]]) };
  const rows = await engine.rows(
    `SELECT "_load_id" AS id, count(*) AS n, min("_line") AS line
     FROM read_parquet([${quoteLiteral(target)}], hive_partitioning = false) GROUP BY 1`,
  );
  return {
    counts: new Map(rows.map(({ id, n }) => [Number(id), Number(n)])),
    firstLines: new Map(rows.map(({ id, line }) => [Number(id), Number(line)])),
  };
}

/** Errors of the engine that quote values: of loads with hidden columns their words stay untold, and the error with them. */
function discreet(load: CsvLoad, error: unknown): unknown {
  if (!Error.isError(error) || error instanceof UserError || !load.columns.some((column) => column.hidden))
    return error;
  const kind = /^(Conversion|Invalid Input|Out of Range|Mismatch Type|INTERNAL) Error:/.exec(error.message)?.[1];
  if (kind === undefined) return error;
  return new Error(
    `The engine stopped with a fault of kind '${kind}'; its words may quote hidden values and are not told.`,
  );
}

/** From the engine's error to the place in the delivered file. */
async function explain(engine: Engine, load: CsvLoad, error: unknown): Promise<unknown> {
  if (!Error.isError(error)) return error;
  if (!error.message.includes(MISFIT)) return (await brokenCsv(load, error)) ?? error;
  try {
    return (await findMisfit(engine, load)) ?? error;
  } catch (again) {
    // Another file of the batch is broken, too: either fault is a good answer.
    return Error.isError(again) ? ((await brokenCsv(load, again)) ?? again) : again;
  }
}

/**
 * The first text that does not fit, in file order, of each load that has one: the engine's own error may come from any
 * row. Lines are counted from each file's own first row: what the files before it announce may be wrong.
 */
async function findMisfit(engine: Engine, load: CsvLoad): Promise<SpoiledLoad | undefined> {
  const checked = load.columns.filter((column) => column.bad !== undefined);
  const which = checked.map(({ bad = 'false' }, index) => `WHEN ${bad} THEN ${index}`).join(' ');
  // What is hidden does not even leave the engine.
  const text = checked
    .map(({ source, hidden }, index) => `WHEN ${index} THEN ${hidden === true ? 'NULL' : (source?.text ?? 'NULL')}`)
    .join(' ');
  const earlier = Array.from({ length: load.fields }, (_, index) => newlinesSql(index + 1)).join(' + ');
  const rows = await engine.rows(
    `SELECT "_load_id" AS load_id, line, "@which" AS which, CASE "@which" ${text} END AS found,
       line + coalesce("@earlier", 0) AS text_line
     FROM (SELECT *, "_line" - min("_line") OVER (PARTITION BY "_load_id") + 2 AS line, CASE ${which} END AS "@which",
         sum(${earlier}) OVER (PARTITION BY "_load_id" ORDER BY "_line" ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS "@earlier"
       FROM (${textSql(load)}) t) marked
     WHERE "@which" IS NOT NULL
     QUALIFY row_number() OVER (PARTITION BY "_load_id" ORDER BY line) = 1 ORDER BY load_id`,
  );
  const all = rows.flatMap((row) => misfit(load, row, checked[Number(row['which'])]) ?? []);
  const [first] = all;
  if (first !== undefined) first.all = all;
  return first;
}

function misfit(load: CsvLoad, row: EngineRow, column: ProjectedColumn | undefined): SpoiledLoad | undefined {
  if (column === undefined) return undefined;
  const input = load.inputs.find(({ loadId }) => loadId === Number(row['load_id']));
  const line = Number(row['line']) + (input?.rowsBefore ?? 0);
  const textLine = Number(row['text_line']) + (input?.linesBefore ?? 0);
  const shown = row['found'] === null ? 'NULL' : shorten(JSON.stringify(row['found']));
  const found = column.hidden === true ? 'the value (hidden)' : shown;
  const name = column.source?.name ?? column.name;
  return new SpoiledLoad(Number(row['load_id']), {
    code: 'bad-value',
    problem: `Line ${textLine}, column ${name}: ${found} is not ${column.allowed ?? 'allowed'}.`,
    remedy: column.remedy ?? 'Deliver the file again with a value that fits, or correct the contract.',
    data: { record: line, line: textLine, column: name, allowed: column.allowed },
  });
}

const newlinesSql = (ordinal: number): string => {
  const field = quoteIdentifier(fieldName(ordinal));
  return `coalesce(length(${field}) - length(replace(${field}, chr(10), '')), 0)`;
};

const shorten = (text: string): string => (text.length > 80 ? `${text.slice(0, 80)}…` : text);

const CSV_FAULTS: readonly (readonly [RegExp, (found: RegExpExecArray) => string])[] = [
  [
    /Expected Number of Columns: (\d+) Found: (\d+)/g,
    (m) => `has ${m[2] ?? '?'} fields where ${m[1] ?? '?'} are announced`,
  ],
  [/unterminated quote/gi, () => 'has a quote that is never closed, or text behind a closing quote'],
  [/invalid unicode|not utf-8/gi, () => 'is not UTF-8'],
  [/maximum line size|max_line_size/gi, () => 'is longer than a record may be'],
  [/invalid state/gi, () => 'mixes line endings or quotes in a way that cannot be read without guessing'],
];

/** The engine quotes the line at fault; that may hold anything, so only its number and the kind of fault are told on. */
async function brokenCsv(load: CsvLoad, { message }: Error): Promise<SpoiledLoad | undefined> {
  if (!/^Invalid Input Error: (CSV Error|The CSV Parser)/.test(message)) return undefined;
  // What the engine itself says of file and fault stands behind the line that it quotes: the last mention counts.
  const settings = message.slice(message.lastIndexOf('\n  file = '));
  const input = load.inputs.find(({ file }) => settings.startsWith(`\n  file = ${file}\n`));
  const record = /^Invalid Input Error: CSV Error on Line: (\d+)/.exec(message)?.[1];
  const recordNumber = record === undefined ? undefined : Number(record) + (input?.rowsBefore ?? 0);
  const line =
    record === undefined || input === undefined
      ? undefined
      : await textLine(input.file, load.format, Number(record)).then(
          (found) => found + input.linesBefore,
          () => undefined,
        );
  const place = line !== undefined ? `Line ${line}` : record !== undefined ? `Record ${recordNumber}` : 'A record';
  return new SpoiledLoad(input?.loadId ?? (load.inputs.length === 1 ? load.inputs[0]?.loadId : undefined), {
    code: 'bad-csv',
    problem: `${place} ${faultOf(message) ?? 'cannot be read as CSV'}.`,
    remedy: 'Deliver the file again, written as its .dfm says.',
    data: { line, record: recordNumber },
  });
}

function faultOf(message: string): string | undefined {
  const mentions = CSV_FAULTS.flatMap(([pattern, say]) => [...message.matchAll(pattern)].map((m) => ({ m, say })));
  const last = mentions.sort((a, b) => a.m.index - b.m.index).at(-1);
  return last?.say(last.m);
}
