/**
 * A portion in which values do not fit, loaded without the rows that hold them. Those go to a text file for each load, as
 * they were delivered, each with its place and the reason. Only where a contract allows it, and only when the portion
 * was found not to fit: it reads the portion three times more.
 */
import { once } from 'node:events';
import { createWriteStream, type WriteStream } from 'node:fs';
import { finished } from 'node:stream/promises';
import { quoteIdentifier as q } from '@farelake/schema-registry';
import type { Engine, EngineRow } from '../engine/duckdb.ts';
import { writeParquet } from '../parquet/write-parquet.ts';
import type { CsvInput, CsvLoad, LoadedCsv } from './load-csv.ts';
import { misfitColumn, misfitReason, misfitsOf, type Misfits } from './misfits.ts';
import { rawRecords } from './raw-records.ts';
import { fittingSql, textSql } from './typed-sql.ts';

/** How many rows of one file may be refused, and what is noted of them. */
export interface Refusal {
  /** Most rows. */
  readonly rows: number;
  /** Most rows, as a share of the file's. */
  readonly share: number;
  /** SQL over the text of a VARCHAR[]: the key of the row, in key order; NULL where it cannot be read or told. */
  readonly key?: string;
}

/** A row that is not loaded. */
export interface RefusedRow {
  /** Number of the record in its file, the header being 1. */
  readonly record: number;
  /** Line of the file's text on which it begins. */
  readonly line: number;
  readonly column: string;
  /** Without hidden values. */
  readonly reason: string;
  readonly key: readonly (string | null)[] | null;
}

/** Refused rows of one load. */
export interface RefusedRows {
  readonly loadId: number;
  /** How many. */
  readonly count: number;
  /** All, or the first ones where they are more than may be. */
  readonly rows: readonly RefusedRow[];
  /** Local file of JSON lines `{line, record, column, reason, raw}`, `raw` being the record as it was delivered. */
  readonly file: string;
}

/** @returns without Parquet when a load has more of them than may be: of those rows only the first are told */
export async function setApart(engine: Engine, load: CsvLoad, refusal: Refusal): Promise<LoadedCsv> {
  const counts = await rowsByFile(engine, load);
  const found = await findRefused(engine, load, refusal);
  const refused: RefusedRows[] = [];
  const byLoad = Map.groupBy(found, ({ input }) => input.loadId);
  const over = found.some(({ ofLoad }) => ofLoad > refusal.rows);
  for (const [loadId, rows] of byLoad) {
    const file = `${load.target}.${loadId}.jsonl`;
    const count = rows[0]?.ofLoad ?? 0;
    refused.push({ loadId, count, file, rows: await writeRows(load, rows, counts, file) });
  }
  const written = over
    ? { file: load.target, rows: 0, size: 0, statistics: {} }
    : await writeParquet(engine, fittingSql(load), load.target, load.parquetFields);
  return { ...written, ...placesOf(load, counts), refused };
}

/** Rows that the engine finds in each file. */
async function rowsByFile(engine: Engine, load: CsvLoad): Promise<ReadonlyMap<string, number>> {
  const rows = await engine.rows(`SELECT "@file" AS file, count(*) AS n FROM (${textSql(load)}) t GROUP BY 1`);
  return new Map(rows.map(({ file, n }) => [String(file), Number(n)]));
}

/** As they would be if nothing were refused: rows are numbered before any is left out. */
function placesOf({ inputs }: CsvLoad, found: ReadonlyMap<string, number>): Pick<LoadedCsv, 'counts' | 'firstLines'> {
  const counts = new Map<number, number>();
  const firstLines = new Map<number, number>();
  let announced = 0;
  let engine = 0;
  for (const { file, loadId, rows, rowsBefore } of inputs) {
    const own = found.get(file) ?? 0;
    if (own > 0 && !firstLines.has(loadId)) firstLines.set(loadId, engine - (announced - rowsBefore) + 2);
    if (own > 0) counts.set(loadId, (counts.get(loadId) ?? 0) + own);
    announced += rows;
    engine += own;
  }
  return { counts, firstLines };
}

interface FoundRow {
  readonly input: CsvInput;
  /** Number in its file, from 1. */
  readonly row: number;
  /** How many rows of its load do not fit. */
  readonly ofLoad: number;
  readonly column: string;
  readonly reason: string;
  readonly key: RefusedRow['key'];
}

/** In the order of files and rows; of each load one more than may be, at most. */
async function findRefused(engine: Engine, load: CsvLoad, refusal: Refusal): Promise<FoundRow[]> {
  const misfits = misfitsOf(load);
  const rows = await engine.rows(
    `SELECT "@file" AS file, "@nth" AS nth, "@which" AS which, ${misfits.found} AS found, "@key" AS key,
       count(*) OVER (PARTITION BY "_load_id") AS of_load
     FROM (SELECT *, "_line" - min("_line") OVER (PARTITION BY "@file") + 1 AS "@nth",
         ${misfits.which} AS "@which", ${refusal.key ?? 'CAST(NULL AS VARCHAR[])'} AS "@key" FROM (${textSql(load)}) t) marked
     WHERE "@which" IS NOT NULL
     QUALIFY row_number() OVER (PARTITION BY ${q('_load_id')} ORDER BY ${q('_line')}) <= ${refusal.rows + 1}`,
  );
  const order = new Map(load.inputs.map((input, index) => [input.file, index]));
  return rows
    .flatMap((row) => foundRow(load, misfits, row) ?? [])
    .sort((a, b) => (order.get(a.input.file) ?? 0) - (order.get(b.input.file) ?? 0) || a.row - b.row);
}

function foundRow({ inputs }: CsvLoad, { checked }: Misfits, row: EngineRow): FoundRow | undefined {
  const input = inputs.find(({ file }) => file === row['file']);
  const column = checked[Number(row['which'])];
  if (input === undefined || column === undefined) return undefined;
  const key = row['key'] as { items: readonly (string | null)[] } | null;
  return {
    input,
    row: Number(row['nth']),
    ofLoad: Number(row['of_load']),
    column: misfitColumn(column),
    reason: misfitReason(column, row['found']),
    key: key === null ? null : key.items,
  };
}

/** Writes the rows of one load with their text, and completes what is known of them by their lines. */
async function writeRows(
  load: CsvLoad,
  found: readonly FoundRow[],
  counts: ReadonlyMap<string, number>,
  target: string,
): Promise<RefusedRow[]> {
  const out = createWriteStream(target);
  const told: RefusedRow[] = [];
  for (const [input, rows] of Map.groupBy(found, (one) => one.input)) {
    const { file, rows: counted, rowsBefore, linesBefore } = input;
    const text = { file, format: load.format, fields: load.fields, counted, found: counts.get(file) ?? 0 };
    const byRow = new Map(rows.map((one) => [one.row, one]));
    for await (const { row, line, raw } of rawRecords(text, [...byRow.keys()])) {
      const one = byRow.get(row);
      if (one === undefined) continue;
      const place = { record: rowsBefore + row + 1, line: linesBefore + line };
      const { column, reason, key } = one;
      told.push({ ...place, column, reason, key });
      await put(out, `${JSON.stringify({ line: place.line, record: place.record, column, reason, raw })}\n`);
    }
  }
  out.end();
  await finished(out);
  if (told.length !== found.length) throw new Error(`${found.length} rows do not fit, ${told.length} were found again`);
  return told;
}

async function put(out: WriteStream, text: string): Promise<void> {
  if (!out.write(text)) await once(out, 'drain');
}
