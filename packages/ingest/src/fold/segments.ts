/**
 * The segments of a current table: ranges of keys, the leaf level of a B-tree over Parquet. Which of them changed keys
 * fall into, and how rows are cut into new ones. Keys compare as the engine sorts them, NULLs first, text by UTF-8
 * bytes, so the engine does the comparing.
 */
import type { ListedFile } from '@farelake/db';
import type { Engine, EngineRow } from '@farelake/lake';
import { quoteIdentifier, quoteLiteral, storedType, typeNames, type Contract } from '@farelake/schema-registry';

/** Rows of one segment unless the contract says otherwise. */
const SEGMENT_ROWS = 262_144;

export const segmentRows = (contract: Contract): number => contract.layout.segmentRows ?? SEGMENT_ROWS;

/** Cells (rows times columns) that are folded and sorted at once: some 600 MB of memory for fare facts. */
const SLICE_CELLS = 12_000_000;

/** Rows of one slice of a fold: two segments, fewer of a wide table, but not less than a segment. */
export const sliceRows = (contract: Contract): number => {
  const segment = segmentRows(contract);
  return Math.max(segment, Math.min(2 * segment, Math.floor(SLICE_CELLS / contract.columns.length)));
};

export interface KeyColumn {
  readonly name: string;
  /** DuckDB type. */
  readonly type: string;
}

export const keyColumns = (contract: Contract): KeyColumn[] =>
  contract.key.map((name) => {
    const column = contract.columns.find((candidate) => candidate.name === name);
    if (column === undefined) throw new Error(`the key's column ${name} is none of ${contract.dataset}`);
    return { name, type: typeNames(storedType(column)).duckdb };
  });

/** `"a" NULLS FIRST, "b" NULLS FIRST` */
export const keyOrder = (key: readonly KeyColumn[]): string =>
  key.map(({ name }) => `${quoteIdentifier(name)} ASC NULLS FIRST`).join(', ');

/** Null-safe equality of two relations' keys. */
export const sameKeySql = ({ key }: Pick<Contract, 'key'>, a: string, b: string): string =>
  key.map((name) => `${a}.${quoteIdentifier(name)} IS NOT DISTINCT FROM ${b}.${quoteIdentifier(name)}`).join(' AND ');

/**
 * A key column as text, behind a sign: the engine's binding drops a byte order mark (U+FEFF) from the beginning of a text,
 * and a bound without it would be another key.
 */
const keyText = ({ name, type }: KeyColumn): string =>
  `'=' || ${type === 'BLOB' ? `lower(hex(${quoteIdentifier(name)}))` : `CAST(${quoteIdentifier(name)} AS VARCHAR)`}`;

/** The same value again, from the text without its sign. */
export function keyLiteral({ type }: KeyColumn, text: string | null): string {
  if (text === null) return `CAST(NULL AS ${type})`;
  // A NUL character cannot stand in a statement; chr(0) can.
  const literal = text.split('\0').map(quoteLiteral).join(' || chr(0) || ');
  return type === 'BLOB' ? `unhex(${literal})` : `CAST(${literal} AS ${type})`;
}

/** Key columns as texts for a small answer, to be read by `boundOf`. */
export const keyTexts = (key: readonly KeyColumn[]): string =>
  key.map((column, place) => `${keyText(column)} AS ${textName(place)}`).join(', ');

/** No column of a contract has such a name: ORDER BY would take the text for the column, and sort numbers as text. */
const textName = (place: number): string => `"@text${place}"`;

/** The key of a row that has `keyTexts`. */
export const boundOf = (key: readonly KeyColumn[], row: EngineRow): (string | null)[] =>
  key.map((_, place) => ((row[`@text${place}`] ?? null) as string | null)?.slice(1) ?? null);

/** Key of the first row, in key order, of an ordered relation. */
export async function lowestKey(
  engine: Engine,
  key: readonly KeyColumn[],
  relation: string,
): Promise<(string | null)[]> {
  const [row] = await engine.rows(`SELECT ${keyTexts(key)} FROM ${relation} LIMIT 1`);
  return row === undefined ? key.map(() => null) : boundOf(key, row);
}

/** A key as texts, in key order; null is NULL. */
export type Bound = readonly (string | null)[];

/** Predicate over the key columns: keys at or above `from` and below `to`; undefined: no bound on that side. */
export function rangeSql(key: readonly KeyColumn[], from: Bound | undefined, to: Bound | undefined): string {
  const parts: string[] = [];
  if (from !== undefined) parts.push(atOrAbove(key, from));
  // Above a bound that is not NULL there are no NULLs, and the engine skips what a plain comparison rules out.
  if (to !== undefined) parts.push(below(key, to, (from?.[0] ?? null) !== null));
  return parts.length === 0 ? 'true' : parts.join(' AND ');
}

function atOrAbove([column, ...rest]: readonly KeyColumn[], [text = null, ...texts]: Bound): string {
  if (column === undefined) return 'true';
  const [name, value] = [quoteIdentifier(column.name), keyLiteral(column, text)];
  const further = atOrAbove(rest, texts);
  if (text === null) return further === 'true' ? 'true' : `(${name} IS NOT NULL OR ${further})`;
  return further === 'true' ? `${name} >= ${value}` : `${name} >= ${value} AND (${name} > ${value} OR ${further})`;
}

function below([column, ...rest]: readonly KeyColumn[], [text = null, ...texts]: Bound, noNulls: boolean): string {
  if (column === undefined) return 'false';
  const [name, value] = [quoteIdentifier(column.name), keyLiteral(column, text)];
  const further = below(rest, texts, false);
  if (text === null) return further === 'false' ? 'false' : `${name} IS NULL AND ${further}`;
  const orNull = noNulls ? '' : `${name} IS NULL OR `;
  if (further === 'false') return noNulls ? `${name} < ${value}` : `(${orNull}${name} < ${value})`;
  const atMost = noNulls ? `${name} <= ${value}` : `(${orNull}${name} <= ${value})`;
  return `${atMost} AND (${orNull}${name} < ${value} OR ${further})`;
}

/** Rows looked at for each part that a relation is cut into: parts come out equal to some percent. */
const SAMPLE_PER_PART = 2000;

/** Keys at which a relation falls into about equal parts, ascending; fewer where keys are the same. */
export async function sampleBounds(
  engine: Engine,
  key: readonly KeyColumn[],
  relation: string,
  parts: number,
): Promise<Bound[]> {
  const names = key.map(({ name }) => quoteIdentifier(name)).join(', ');
  const rows = await engine.rows(`SELECT DISTINCT ON (${names}) ${keyTexts(key)} FROM (
    SELECT *, row_number() OVER (ORDER BY ${keyOrder(key)}) - 1 AS "@n", count(*) OVER () AS "@of"
    FROM (${sampleSql(names, relation, parts)}) s
  ) o WHERE "@n" > 0 AND "@n" * ${parts} // "@of" <> ("@n" - 1) * ${parts} // "@of" ORDER BY ${keyOrder(key)}`);
  return rows.map((row) => boundOf(key, row));
}

const sampleSql = (columns: string, relation: string, parts: number): string =>
  `SELECT ${columns} FROM (SELECT ${columns} FROM ${relation})
    USING SAMPLE reservoir(${SAMPLE_PER_PART * parts} ROWS) REPEATABLE (1)`;

/**
 * How often, walking through history rows in the order of their files, the next one looked at falls into another part of
 * the keys: about 0 for rows in key order, about 1 for rows in no order.
 */
export async function scatterOf(
  engine: Engine,
  key: readonly KeyColumn[],
  history: string,
  parts: number,
): Promise<number> {
  const names = key.map(({ name }) => quoteIdentifier(name)).join(', ');
  const [row] = await engine.rows(`SELECT avg(CASE WHEN "@part" <> "@before" THEN 1 ELSE 0 END) AS scatter FROM (
    SELECT "@part", lag("@part") OVER (ORDER BY "_load_id", "_line") AS "@before" FROM (
      SELECT "_load_id", "_line", (row_number() OVER (ORDER BY ${keyOrder(key)}) - 1) * ${parts} // count(*) OVER () AS "@part"
      FROM (${sampleSql(`${names}, "_load_id", "_line"`, history, parts)}) s) p) w`);
  return Number(row?.['scatter'] ?? 0);
}

/** SQL: the number, from 0, of the range between ascending bounds that a key falls into; few comparisons a row. */
export function partSql(key: readonly KeyColumn[], bounds: readonly Bound[], first = 0): string {
  const middle = bounds.length >> 1;
  const bound = bounds[middle];
  if (bound === undefined) return String(first);
  const [low, high] = [bounds.slice(0, middle), bounds.slice(middle + 1)];
  return `CASE WHEN ${rangeSql(key, undefined, bound)} THEN ${partSql(key, low, first)} ELSE ${partSql(key, high, first + middle + 1)} END`;
}

/** Segments in key order; the first also takes what is below its lowest key. */
export const inKeyOrder = async (
  engine: Engine,
  key: readonly KeyColumn[],
  files: readonly ListedFile[],
): Promise<ListedFile[]> => {
  if (files.length < 2) return [...files];
  const names = key.map(({ name }) => quoteIdentifier(name)).join(', ');
  const rows = await engine.rows(
    `SELECT file FROM (VALUES ${bounds(key, files)}) b(${names}, file) ORDER BY ${keyOrder(key)}`,
  );
  return rows.map((row) => files[Number(row['file'])]).filter((file) => file !== undefined);
};

const bounds = (key: readonly KeyColumn[], files: readonly ListedFile[]): string =>
  files
    .map(
      (file, index) =>
        `(${key.map((column, place) => keyLiteral(column, file.lowestKey?.[place] ?? null)).join(', ')}, ${index})`,
    )
    .join(', ');

/**
 * SQL: the keys of relation `keys` with `"@segment"`, the place (from 0) among `ordered` of the segment they fall into.
 * One sort of keys and bounds together, in which each key takes the number of bounds at or before it.
 */
export function assignSql(key: readonly KeyColumn[], keys: string, ordered: readonly ListedFile[]): string {
  const names = key.map(({ name }) => quoteIdentifier(name)).join(', ');
  if (ordered.length === 0) return `SELECT ${names}, 0 AS "@segment" FROM ${keys}`;
  return `SELECT ${names}, CAST("@segment" AS INTEGER) AS "@segment" FROM (
  SELECT *, greatest(sum("@bound") OVER (ORDER BY ${keyOrder(key)}, "@bound" DESC ROWS UNBOUNDED PRECEDING), 1) - 1 AS "@segment"
  FROM (SELECT ${names}, 0 AS "@bound" FROM ${keys}
    UNION ALL SELECT ${names}, 1 FROM (VALUES ${bounds(key, ordered)}) b(${names}, file)) both_kinds
) placed WHERE "@bound" = 0`;
}

/** How many pieces rows are cut into: none is larger than one and a half segments, and pieces are about equal. */
export const pieces = (rows: number, perSegment: number): number =>
  rows === 0 ? 0 : rows <= perSegment * 1.5 ? 1 : Math.round(rows / perSegment);
