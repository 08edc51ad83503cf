/** What is told of a text that does not fit: its place and why, and the text itself unless that is hidden. */
import { fieldName, quoteIdentifier, type ProjectedColumn } from '@farelake/schema-registry';
import type { Engine, EngineRow } from '../engine/duckdb.ts';
import { SpoiledLoad, type CsvLoad } from './load-csv.ts';
import { textSql } from './typed-sql.ts';

export interface Misfits {
  /** Columns that can have one. */
  readonly checked: readonly ProjectedColumn[];
  /** SQL over the text: which of them is the first that does not fit, by its place; NULL: all fit. */
  readonly which: string;
  /** SQL over the text and `@which`: what stands there, in short. */
  readonly found: string;
}

export function misfitsOf({ columns }: CsvLoad): Misfits {
  const checked = columns.filter((column) => column.bad !== undefined);
  const which = checked.map(({ bad = 'false' }, index) => `WHEN ${bad} THEN ${index}`).join(' ');
  // What is hidden does not even leave the engine.
  const text = checked
    .map(({ source, hidden }, index) => `WHEN ${index} THEN ${hidden === true ? 'NULL' : (source?.text ?? 'NULL')}`)
    .join(' ');
  // More than is shown, because a character may be quoted as several; a text can have megabytes.
  return { checked, which: `CASE ${which} END`, found: `substr(CASE "@which" ${text} END, 1, 200)` };
}

/** `"two" is not a whole number` */
export function misfitReason(column: ProjectedColumn, found: unknown): string {
  const shown = found === null ? 'NULL' : shorten(JSON.stringify(found));
  return `${column.hidden === true ? 'the value (hidden)' : shown} is not ${column.allowed ?? 'allowed'}`;
}

const shorten = (text: string): string => (text.length > 80 ? `${text.slice(0, 80)}…` : text);

/** As the file's `.dfm` calls it. */
export const misfitColumn = (column: ProjectedColumn): string => column.source?.name ?? column.name;

/**
 * The first text that does not fit, in file order, of each load that has one: the engine's own error may come from any
 * row. Lines are counted from each file's own first row: what the files before it announce may be wrong.
 */
export async function findMisfit(engine: Engine, load: CsvLoad): Promise<SpoiledLoad | undefined> {
  const { checked, which, found } = misfitsOf(load);
  const earlier = Array.from({ length: load.fields }, (_, index) => newlinesSql(index + 1)).join(' + ');
  const rows = await engine.rows(
    `SELECT "_load_id" AS load_id, line, "@which" AS which, ${found} AS found,
       line + coalesce("@earlier", 0) AS text_line
     FROM (SELECT *, "_line" - min("_line") OVER (PARTITION BY "_load_id") + 2 AS line, ${which} AS "@which",
         sum(${earlier}) OVER (PARTITION BY "_load_id" ORDER BY "_line" ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS "@earlier"
       FROM (${textSql(load)}) t) marked
     WHERE "@which" IS NOT NULL
     QUALIFY row_number() OVER (PARTITION BY "_load_id" ORDER BY line) = 1 ORDER BY load_id`,
  );
  const all = rows.flatMap((row) => spoiledBy(load, row, checked[Number(row['which'])]) ?? []);
  const [first] = all;
  if (first !== undefined) first.all = all;
  return first;
}

const newlinesSql = (ordinal: number): string => {
  const field = quoteIdentifier(fieldName(ordinal));
  return `coalesce(length(${field}) - length(replace(${field}, chr(10), '')), 0)`;
};

function spoiledBy(load: CsvLoad, row: EngineRow, column: ProjectedColumn | undefined): SpoiledLoad | undefined {
  if (column === undefined) return undefined;
  const input = load.inputs.find(({ loadId }) => loadId === Number(row['load_id']));
  const line = Number(row['line']) + (input?.rowsBefore ?? 0);
  const textLine = Number(row['text_line']) + (input?.linesBefore ?? 0);
  const name = misfitColumn(column);
  return new SpoiledLoad(Number(row['load_id']), {
    code: 'bad-value',
    problem: `Line ${textLine}, column ${name}: ${misfitReason(column, row['found'])}.`,
    remedy: column.remedy ?? 'Deliver the file again with a value that fits, or correct the contract.',
    data: { record: line, line: textLine, column: name, allowed: column.allowed },
  });
}
