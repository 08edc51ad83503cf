/**
 * Unpacked CSV files, or a piece of one, become one typed Parquet file. Streaming: no file is held in memory.
 * One text that does not fit fails the batch and names its place, or its row is set apart, where that is allowed; nothing is
 * rounded, cut or left out in silence.
 */
import { quoteLiteral, UserError, type CsvFormat, type ProjectedColumn } from '@farelake/schema-registry';
import type { Engine } from '../engine/duckdb.ts';
import { quotingKind } from '../engine/quoting-kind.ts';
import { writeParquet, type ParquetField, type WrittenParquet } from '../parquet/write-parquet.ts';
import { findMisfit } from './misfits.ts';
import type { Piece } from './pieces.ts';
import { textLine } from './read-records.ts';
import { setApart, type Refusal, type RefusedRows } from './set-apart.ts';
import { MISFIT, typedSql } from './typed-sql.ts';

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
  /** Rows that may be set apart; absent: none. */
  readonly refusal?: Refusal | undefined;
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
  /** Rows read, refused ones included. */
  readonly counts: RowCounts;
  /** Per load with rows, the lowest `_line`: right when the rows counted before it were. */
  readonly firstLines: ReadonlyMap<number, number>;
  /** Of each load that has any. */
  readonly refused: readonly RefusedRows[];
}

/** @throws SpoiledLoad `bad-value`, `bad-csv` */
export async function loadCsv(engine: Engine, load: CsvLoad): Promise<LoadedCsv> {
  try {
    return await loadWhole(engine, load);
  } catch (error) {
    throw discreet(load, await explain(engine, load, error));
  }
}

async function loadWhole(engine: Engine, load: CsvLoad): Promise<LoadedCsv> {
  try {
    const written = await writeParquet(engine, typedSql(load), load.target, load.parquetFields);
    return { ...written, ...(await countRows(engine, load, written)), refused: [] };
  } catch (error) {
    if (load.refusal === undefined || !Error.isError(error) || !error.message.includes(MISFIT)) throw error;
    return setApart(engine, load, load.refusal);
  }
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
  const kind = load.columns.some((column) => column.hidden) ? quotingKind(error) : undefined;
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
