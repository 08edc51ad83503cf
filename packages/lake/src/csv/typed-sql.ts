/** The SQL of a portion: delivered text with its place, and the typed rows that come of it. */
import { fieldName, quoteIdentifier, quoteLiteral } from '@farelake/schema-registry';
import type { CsvLoad } from './load-csv.ts';
import { readCsvSql } from './read-csv.ts';

/** Words of the engine's error where a row does not fit. */
export const MISFIT = 'farelake: a value does not fit its type';

/**
 * Every value is worked out once, below, and looked at above: `bad` repeats its column's value, and the copy becomes a
 * mention of the column. The guard stands in a column, not in WHERE: a filter would be pushed below and bring the values
 * with it, to be worked out twice.
 */
export function typedSql(load: CsvLoad): string {
  const names = load.columns.map(({ name }) => quoteIdentifier(name));
  const last = names.pop() ?? 'NULL';
  const misfits = misfitSql(load);
  const guarded =
    misfits === undefined
      ? last
      : `CASE WHEN ${misfits} THEN error(${quoteLiteral(MISFIT)}) ELSE ${last} END AS ${last}`;
  return `SELECT ${[...names, guarded].join(', ')} FROM ${valuesSql(load)}`;
}

/** The same without the rows that do not fit. Dearer, and asked for only where there are some. */
export function fittingSql(load: CsvLoad): string {
  const names = load.columns.map(({ name }) => quoteIdentifier(name));
  return `SELECT ${names.join(', ')} FROM ${valuesSql(load)} WHERE (${misfitSql(load) ?? 'false'}) IS NOT TRUE`;
}

/** SQL over the values: does any of the row's not fit? Undefined: all fit. */
function misfitSql({ columns }: CsvLoad): string | undefined {
  const misfits = columns.flatMap(({ name, value, bad }) =>
    bad === undefined || bad === 'false' ? [] : [`(${bad.replaceAll(value, quoteIdentifier(name))})`],
  );
  return misfits.length === 0 ? undefined : misfits.join(' OR ');
}

function valuesSql(load: CsvLoad): string {
  const texts = Array.from({ length: load.fields }, (_, index) => quoteIdentifier(fieldName(index + 1)));
  const values = load.columns.map((column) => `${column.value} AS ${quoteIdentifier(column.name)}`);
  return `(SELECT ${[...values, ...texts].join(', ')} FROM (${textSql(load)}) t) v`;
}

/** Delivered text with `@file`, `_load_id` and `_line`: the record's number in its delivered file, the header being 1. */
export function textSql(load: CsvLoad): string {
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
