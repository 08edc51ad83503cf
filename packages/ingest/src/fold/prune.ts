/**
 * Which files may hold what is sought, by the statistics of the manifest. Leaving a file out is a proof: what is not known
 * for certain (no statistics, hidden columns, files older than exact bounds) keeps it. Values compare as the
 * engine compares them, so the engine does it.
 */
import type { ListedFile } from '@farelake/db';
import type { ColumnStatistics, Engine } from '@farelake/lake';
import { quoteIdentifier as q, quoteLiteral } from '@farelake/schema-registry';

/** A column of the files, and of the relation of what is sought. */
export interface SoughtColumn {
  /** Permanent id. */
  readonly id: number;
  readonly name: string;
  /** DuckDB type. */
  readonly type: string;
}

/** A column's values in a file: none is below or above the bounds; null: no bound is known. */
interface Span {
  readonly low: string | null;
  readonly high: string | null;
  readonly nulls: boolean;
  readonly values: boolean;
}

/** What is known of a column; undefined: nothing. Only bounds that come with the column's id are exact, and its own. */
export function spanOf({ statistics, rows }: ListedFile, { id, type }: SoughtColumn): Span | undefined {
  const own = Object.values((statistics ?? {}) as ColumnStatistics).find((one) => one.id === id);
  if (own === undefined) return undefined;
  // Bounds of bytes are told in hexadecimal, which no cast reads.
  const bounded = type !== 'BLOB';
  return {
    low: bounded ? (own.min ?? null) : null,
    // NaN is above all numbers, and no bound says that it is there.
    high: bounded && own.hasNan !== true ? (own.max ?? null) : null,
    nulls: own.nulls !== 0,
    values: own.nulls === undefined || own.nulls < rows,
  };
}

/** So many comparisons of a file with what is sought take the engine a fraction of a second. */
const COMPARISONS = 5_000_000;

/**
 * Files that may hold a row of which the given columns equal, null-safely, those of a row of the relation.
 * @param comparisons with more than so many, the bounds of the relation decide instead of its rows
 */
export async function filesHolding(
  engine: Engine,
  files: readonly ListedFile[],
  relation: string,
  columns: readonly SoughtColumn[],
  comparisons = COMPARISONS,
): Promise<ListedFile[]> {
  if (files.length === 0) return [];
  const [counted] = await engine.rows(`SELECT count(*) AS n FROM ${q(relation)}`);
  const sought = Number(counted?.['n']);
  if (sought === 0) return [];
  const each = sought * files.length <= comparisons;
  const rows = await engine.rows(`SELECT "@file" FROM ${spansSql(files, columns)}
    SEMI JOIN (${each ? eachSql(relation, columns) : boundsSql(relation, columns)}) k ON ${meetSql(columns)}`);
  const places = new Set(rows.map((row) => Number(row['@file'])));
  return files.filter((_, place) => places.has(place));
}

/** Each sought row as the narrowest bounds: `"@from0"`, `"@to0"`, `"@nulls0"`, `"@values0"`, and so on. */
const eachSql = (relation: string, columns: readonly SoughtColumn[]): string =>
  `SELECT ${columns
    .map(({ name }, place) => {
      const value = q(name);
      return `${value} AS "@from${place}", ${value} AS "@to${place}", ${value} IS NULL AS "@nulls${place}", ${value} IS NOT NULL AS "@values${place}"`;
    })
    .join(', ')} FROM ${q(relation)}`;

const boundsSql = (relation: string, columns: readonly SoughtColumn[]): string =>
  `SELECT ${columns
    .map(({ name }, place) => {
      const value = q(name);
      return `min(${value}) AS "@from${place}", max(${value}) AS "@to${place}", bool_or(${value} IS NULL) AS "@nulls${place}", bool_or(${value} IS NOT NULL) AS "@values${place}"`;
    })
    .join(', ')} FROM ${q(relation)}`;

/** May the file `f` hold a row of `k`? */
const meetSql = (columns: readonly SoughtColumn[]): string =>
  columns
    .map(
      (_, i) => `(f."@nulls${i}" AND k."@nulls${i}"
        OR f."@values${i}" AND k."@values${i}" AND coalesce(k."@to${i}" >= f."@low${i}", true) AND coalesce(k."@from${i}" <= f."@high${i}", true))`,
    )
    .join(' AND ');

function spansSql(files: readonly ListedFile[], columns: readonly SoughtColumn[]): string {
  const names = columns.flatMap((_, i) => [`"@low${i}"`, `"@high${i}"`, `"@nulls${i}"`, `"@values${i}"`]);
  const rows = files.map((file, place) => {
    const cells = columns.flatMap((column) => {
      const { low, high, nulls, values } = spanOf(file, column) ?? { low: null, high: null, nulls: true, values: true };
      return [literal(low, column), literal(high, column), String(nulls), String(values)];
    });
    return `(${[place, ...cells].join(', ')})`;
  });
  return `(VALUES ${rows.join(', ')}) f("@file", ${names.join(', ')})`;
}

/** NULL also where the text is none of the column's values any more. */
export function literal(text: string | null, { type }: SoughtColumn): string {
  if (text === null) return `CAST(NULL AS ${type})`;
  // A NUL character cannot stand in a statement; chr(0) can.
  return `TRY_CAST(${text.split('\0').map(quoteLiteral).join(' || chr(0) || ')} AS ${type})`;
}

const OPERATION_ID = 2;
const SEQUENCE: SoughtColumn = { id: 1, name: 'header__change_seq', type: 'VARCHAR' };

/** Files that may hold one of the operations. */
export const withOperations = (files: readonly ListedFile[], operations: readonly string[]): ListedFile[] =>
  files.filter(({ statistics }) => {
    const own = Object.values((statistics ?? {}) as ColumnStatistics).find((one) => one.id === OPERATION_ID);
    return own?.listed === undefined || own.listed.some((operation) => operations.includes(operation));
  });

/** Files that may hold B or U of a sequence in the relation. */
export const withSequences = (engine: Engine, files: readonly ListedFile[], relation: string): Promise<ListedFile[]> =>
  filesHolding(engine, withOperations(files, ['B', 'U']), relation, [SEQUENCE]);

/** Files that may hold events at or above a sequence; sequences are digits. */
export const since = (files: readonly ListedFile[], sequence: string): ListedFile[] =>
  files.filter((file) => {
    const span = spanOf(file, SEQUENCE);
    return span === undefined || (span.values && (span.high === null || span.high >= sequence));
  });
