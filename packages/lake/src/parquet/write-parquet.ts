import { quoteIdentifier, quoteLiteral } from '@farelake/schema-registry';
import type { DuckDBMapValue } from '@duckdb/node-api';
import type { Engine } from '../engine/duckdb.ts';
import { icebergSchemaText, SCHEMA_KEY, type IcebergTypeJson } from './iceberg-schema.ts';
import { ROW_GROUP_ROWS } from './row-groups.ts';

export interface ParquetField {
  readonly name: string;
  /** Permanent id, written as the Parquet field id. */
  readonly id: number;
  /** A list's element has an id of its own. */
  readonly elementId?: number;
  /** It has few values, and statistics shall list them. */
  readonly listed?: boolean;
  /** Noted in the file, where all columns have one. */
  readonly icebergType?: IcebergTypeJson | undefined;
}

/**
 * As the engine returns them, by field name (a list's under `<name>.element`). Values are text; absent: not known.
 * Bounds of long texts may be cut, the upper one then rounded up, or be absent.
 */
export type ColumnStatistics = Readonly<
  Record<
    string,
    {
      /** Of the field: names change. In files written before bounds of text were exact it is absent. */
      readonly id?: number;
      readonly min?: string;
      readonly max?: string;
      readonly nulls?: number;
      readonly values?: number;
      readonly bytes?: number;
      readonly hasNan?: boolean;
      /** Every value there is, NULL left out, ascending; of fields that say so. */
      readonly listed?: readonly string[];
    }
  >
>;

export interface WrittenParquet {
  readonly file: string;
  readonly rows: number;
  /** Bytes. */
  readonly size: number;
  readonly statistics: ColumnStatistics;
}

/**
 * Against the engine's own level 3 and larger dictionaries, a third less time to write for 7 % more bytes; of a load, half
 * of the time goes into writing (docs/performance.md).
 */
const ENCODING = 'COMPRESSION zstd, COMPRESSION_LEVEL 2, DICTIONARY_SIZE_LIMIT 4000';

/**
 * DuckDB 1.5.5 looks up bytes that are no text in a file's Bloom filters under another hash than it wrote: `WHERE h = …` finds
 * nothing. It writes them for columns of few values only, where they spare little: none until it reads what it writes.
 */
const FILTERS = 'WRITE_BLOOM_FILTER false';

const MIB = 1024 * 1024;
/** Bytes of the dictionaries of all columns of a row group. */
const DICTIONARIES = 128 * MIB;

/**
 * Bytes of one column's dictionary of texts, which the engine reserves whole: by itself one MiB for each column, so that a
 * row of 2,000 would not fit into memory.
 */
const dictionaryBytes = (columns: number): number => Math.min(MIB, Math.floor(DICTIONARIES / Math.max(1, columns)));

/** Writes the rows of a query, in its order, as one zstd Parquet file with field ids. */
export async function writeParquet(
  engine: Engine,
  query: string,
  file: string,
  fields: readonly ParquetField[],
): Promise<WrittenParquet> {
  const [row] = await engine.rows(
    `COPY (${query}) TO ${quoteLiteral(file)} (FORMAT parquet, ${ENCODING}, ${FILTERS}, ROW_GROUP_SIZE ${ROW_GROUP_ROWS}, ` +
      `STRING_DICTIONARY_PAGE_SIZE_LIMIT ${dictionaryBytes(fields.length)}, ` +
      `FIELD_IDS {${fields.map(fieldId).join(', ')}}, ${noted(fields)}RETURN_STATS)`,
  );
  const told = statisticsOf((row?.['column_statistics'] ?? null) as DuckDBMapValue | null);
  const exact = merge(told, Object.fromEntries(fields.flatMap(idsOf)), await exactBounds(engine, file, told));
  return {
    file,
    rows: Number(row?.['count'] ?? 0),
    size: Number(row?.['file_size_bytes'] ?? 0),
    statistics: merge(exact, await listedValues(engine, file, fields, exact)),
  };
}

const noted = (fields: readonly ParquetField[]): string => {
  const schema = icebergSchemaText(fields);
  return schema === undefined ? '' : `KV_METADATA {${quoteLiteral(SCHEMA_KEY)}: ${quoteLiteral(schema)}}, `;
};

const idsOf = ({ name, id, elementId }: ParquetField) => [
  [name, { id }] as const,
  ...(elementId === undefined ? [] : [[`${name}.element`, { id: elementId }] as const]),
];

/** The first with what the others say about its fields. */
const merge = (first: ColumnStatistics, ...others: readonly ColumnStatistics[]): ColumnStatistics =>
  Object.fromEntries(
    Object.entries(first).map(([name, own]) => [name, Object.assign({}, own, ...others.map((one) => one[name]))]),
  );

const BYTE_ORDER_MARK = '\uFEFF';

/**
 * Bounds of texts that begin with a byte order mark (U+FEFF): the engine's binding drops it on the way out, and what is left
 * would be the bound of another text. They are taken from the file's footer, behind a sign.
 */
async function exactBounds(engine: Engine, file: string, told: ColumnStatistics): Promise<ColumnStatistics> {
  const marked = (bound: string) => `bool_or(starts_with(${bound}, ${quoteLiteral(BYTE_ORDER_MARK)}))`;
  const rows = await engine.rows(
    `SELECT path_in_schema AS name, '=' || min(stats_min_value) AS low, '=' || max(stats_max_value) AS high
     FROM parquet_metadata(${quoteLiteral(file)}) WHERE type = 'BYTE_ARRAY'
     GROUP BY 1 HAVING ${marked('stats_min_value')} OR ${marked('stats_max_value')}`,
  );
  // A file of which one row group has no bounds has none, whatever the others say.
  const bounded = rows.filter(({ name }) => told[String(name)]?.min !== undefined);
  return Object.fromEntries(
    bounded.map(({ name, low, high }) => [String(name), { min: unsigned(low), max: unsigned(high) }]),
  );
}

const unsigned = (text: unknown): string => String(text).slice(1);

async function listedValues(
  engine: Engine,
  file: string,
  fields: readonly ParquetField[],
  statistics: ColumnStatistics,
): Promise<ColumnStatistics> {
  const listed: [string, { listed: string[] }][] = [];
  for (const { name } of fields.filter((field) => field.listed === true)) {
    const { min, max } = statistics[name] ?? {};
    // One value, as in every snapshot file, or none: bounds tell.
    if (min === max) listed.push([name, { listed: min === undefined ? [] : [min] }]);
    else {
      const rows = await engine.rows(
        `SELECT DISTINCT '=' || ${quoteIdentifier(name)} AS v FROM read_parquet(${quoteLiteral(file)}, hive_partitioning = false)
         WHERE ${quoteIdentifier(name)} IS NOT NULL ORDER BY 1`,
      );
      listed.push([name, { listed: rows.map(({ v }) => unsigned(v)) }]);
    }
  }
  return Object.fromEntries(listed);
}

const fieldId = ({ name, id, elementId }: ParquetField): string =>
  `${quoteLiteral(name)}: ${elementId === undefined ? id : `{__duckdb_field_id: ${id}, element: ${elementId}}`}`;

function statisticsOf(columns: DuckDBMapValue | null): ColumnStatistics {
  const entries = (columns?.entries ?? []).map(({ key, value }) => {
    const raw = Object.fromEntries((value as DuckDBMapValue).entries.map((e) => [String(e.key), String(e.value)]));
    return [unquoted(String(key)), statistics(raw)] as const;
  });
  return Object.fromEntries(entries);
}

function statistics(raw: Readonly<Record<string, string>>): ColumnStatistics[string] {
  const { min, max, null_count: nulls, num_values: values, column_size_bytes: bytes, has_nan: hasNan } = raw;
  return {
    ...(min === undefined ? {} : { min }),
    ...(max === undefined ? {} : { max }),
    ...(nulls === undefined ? {} : { nulls: Number(nulls) }),
    ...(values === undefined ? {} : { values: Number(values) }),
    ...(bytes === undefined ? {} : { bytes: Number(bytes) }),
    ...(hasNan === undefined ? {} : { hasNan: hasNan === 'true' }),
  };
}

/** The engine names columns quoted, `"mask"."element"`. */
const unquoted = (name: string): string =>
  name
    .split(/(?<=")\.(?=")/)
    .map((part) => part.replace(/^"(.*)"$/s, '$1').replaceAll('""', '"'))
    .join('.');
