/**
 * Typed columns as one Parquet file in memory: for micro-batches, where there is no engine. What is written is of the same types,
 * under the same permanent ids, as what the engine writes (`writeParquet`), so that files of both are one table.
 *
 * Guarded here:
 * - every column is OPTIONAL, of the physical and logical types of the table of types
 * - bounds, in the file and in the statistics, are those of the values or absent: NaN in a row group takes its column's away,
 *   zero is bounded by -0.0 and 0.0, texts are compared by their UTF-8 bytes
 */
import { constants, zstdCompressSync } from 'node:zlib';
import { ByteWriter, ParquetWriter, type SchemaElement } from 'hyparquet-writer';
import { typeNames } from '@farelake/schema-registry';
import { boundText, LONGEST_BOUND, type Bound } from './bound-text.ts';
import { physicalValues, writtenKind, type ColumnValues, type WrittenKind } from './column-values.ts';
import { icebergSchemaText, SCHEMA_KEY } from './iceberg-schema.ts';
import { ROW_GROUP_ROWS } from './row-groups.ts';
import type { ColumnStatistics } from './write-parquet.ts';

export interface RowsAsParquet {
  /** The whole file. */
  readonly bytes: Uint8Array;
  readonly rows: number;
  /** As `writeParquet` tells them; bounds of texts of more than 256 bytes, and of years beyond 9999, are absent. */
  readonly statistics: ColumnStatistics;
}

/** As the engine's files have it. */
const LEVEL = { params: { [constants.ZSTD_c_compressionLevel]: 2 } };
const compressors = { ZSTD: (bytes: Uint8Array) => zstdCompressSync(bytes, LEVEL) };

/** Readers look here for known faults of a writer: `<application> version <version> (build <build>)`. */
const CREATED_BY = 'farelake version 1 (build hyparquet-writer)';

/**
 * The columns as a zstd Parquet file with field ids, rows in their order, in row groups of at most 65,536 rows. No row at all is a
 * file without row groups.
 * @throws Error for a type that is not written, a value that is not of its type (never told), columns of unequal length or with
 *   one name or id twice, no column
 */
export function rowsToParquet(columns: readonly ColumnValues[]): RowsAsParquet {
  const rows = commonLength(columns);
  const bytes = new ByteWriter();
  const file = new ParquetWriter({
    ...{ writer: bytes, schema: schemaOf(columns), codec: 'ZSTD', compressors, createdBy: CREATED_BY },
    statisticsTruncateLength: LONGEST_BOUND,
    kvMetadata: noted(columns),
  });
  const columnData = columns.map((column) => ({
    ...{ name: column.name, data: physicalValues(column) },
    // A dictionary of hyparquet-writer 0.17 takes -0.0 for 0.0.
    ...(column.type.kind === 'double' ? { encoding: 'PLAIN' as const } : {}),
  }));
  // Only a writer with an end to wait for answers with a promise, and this one is memory.
  void file.write({ columnData, rowGroupSize: ROW_GROUP_ROWS });
  const chunks = columns.map((_, place) => chunksOf(file, place));
  for (const chunk of chunks.flat()) if (hasNan(chunk)) withoutBounds(chunk);
  void file.finish();
  const statistics = columns.map(
    (column, place) => [column.name, statisticsOf(column, rows, chunks[place] ?? [])] as const,
  );
  return { bytes: bytes.getBytes().slice(), rows, statistics: Object.fromEntries(statistics) };
}

function noted(columns: readonly ColumnValues[]): { key: string; value: string }[] {
  const value = icebergSchemaText(
    columns.map(({ id, name, type }) => ({ id, name, icebergType: typeNames(type).iceberg })),
  );
  return value === undefined ? [] : [{ key: SCHEMA_KEY, value }];
}

function commonLength(columns: readonly ColumnValues[]): number {
  const rows = columns[0]?.values.length;
  if (rows === undefined) throw new Error('a Parquet file needs a column');
  const odd = columns.find(({ values }) => values.length !== rows);
  if (odd !== undefined) throw new Error(`column ${odd.name} has ${odd.values.length} rows, the first has ${rows}`);
  for (const key of ['name', 'id'] as const)
    if (new Set(columns.map((column) => column[key])).size < columns.length)
      throw new Error(`two columns have one ${key}`);
  return rows;
}

const schemaOf = (columns: readonly ColumnValues[]): SchemaElement[] => [
  { name: 'schema', num_children: columns.length },
  ...columns.map((column): SchemaElement => {
    writtenKind(column);
    const { physical, converted, logical } = typeNames(column.type).parquet;
    return {
      ...{ name: column.name, field_id: column.id, repetition_type: 'OPTIONAL', type: physical },
      ...(converted === undefined ? {} : { converted_type: converted }),
      ...(logical === undefined ? {} : { logical_type: logical }),
    };
  }),
];

/** What the writer knows of one column in one row group, before it goes into the footer. */
interface Chunk {
  readonly total_compressed_size: bigint;
  readonly statistics?: {
    min_value?: Bound;
    max_value?: Bound;
    readonly null_count?: bigint;
    /** Of doubles. */
    readonly nan_count?: bigint;
  };
}

const chunksOf = ({ row_groups: groups }: ParquetWriter, place: number): Chunk[] =>
  groups.flatMap(({ columns }) => (columns[place]?.meta_data as Chunk | undefined) ?? []);

const hasNan = ({ statistics }: Chunk): boolean => (statistics?.nan_count ?? 0n) > 0n;

/** NaN is above all numbers for the engine, and bounds do not say that it is there: it would be passed over. */
function withoutBounds({ statistics }: Chunk): void {
  delete statistics?.min_value;
  delete statistics?.max_value;
}

function statisticsOf(column: ColumnValues, values: number, chunks: readonly Chunk[]): ColumnStatistics[string] {
  const kind = writtenKind(column);
  const sum = (of: (chunk: Chunk) => bigint) => Number(chunks.reduce((total, chunk) => total + of(chunk), 0n));
  const nan = chunks.some(hasNan);
  return {
    id: column.id,
    ...(nan ? {} : boundsOf(kind, chunks)),
    nulls: sum(({ statistics }) => statistics?.null_count ?? 0n),
    values,
    bytes: sum((chunk) => chunk.total_compressed_size),
    ...(kind === 'double' ? { hasNan: nan } : {}),
  };
}

/** Of all row groups. One without values has no bounds and takes none away. */
function boundsOf(kind: WrittenKind, chunks: readonly Chunk[]): { min?: string; max?: string } {
  const ofAll = (bounds: readonly (Bound | undefined)[], sign: 1 | -1): string | undefined => {
    const known = bounds.filter((bound) => bound !== undefined);
    if (known.length === 0) return undefined;
    return boundText(
      kind,
      known.reduce((best, bound) => (sign * compareBounds(bound, best) < 0 ? bound : best)),
    );
  };
  const min = ofAll(
    chunks.map(({ statistics }) => statistics?.min_value),
    1,
  );
  const max = ofAll(
    chunks.map(({ statistics }) => statistics?.max_value),
    -1,
  );
  return { ...(min === undefined ? {} : { min }), ...(max === undefined ? {} : { max }) };
}

function compareBounds(a: Bound, b: Bound): number {
  if (typeof a === 'string' && typeof b === 'string') return Buffer.compare(Buffer.from(a), Buffer.from(b));
  return a < b ? -1 : a > b ? 1 : 0;
}
