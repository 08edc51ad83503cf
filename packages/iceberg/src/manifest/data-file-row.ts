/** A data file as a record of a manifest, and back. */
import type { Content, DataFile, DeleteFile, ColumnMetrics } from './data-file.ts';
import { CONTENT } from './data-file.ts';

type ByColumn<Value> = readonly { readonly key: number; readonly value: Value }[];

/** The record `data_file`, fields by the names of `avro-schemas.ts`; those that a writer left out are absent. */
export interface DataFileRow {
  readonly content?: number;
  readonly file_path: string;
  readonly file_format: string;
  readonly partition: object;
  readonly record_count: bigint;
  readonly file_size_in_bytes: bigint;
  readonly column_sizes?: ByColumn<bigint> | null;
  readonly value_counts?: ByColumn<bigint> | null;
  readonly null_value_counts?: ByColumn<bigint> | null;
  readonly nan_value_counts?: ByColumn<bigint> | null;
  readonly lower_bounds?: ByColumn<Buffer> | null;
  readonly upper_bounds?: ByColumn<Buffer> | null;
  readonly key_metadata?: Buffer | null;
  readonly split_offsets?: readonly bigint[] | null;
  readonly equality_ids?: readonly number[] | null;
  readonly sort_order_id?: number | null;
  readonly referenced_data_file?: string | null;
}

/** The table's one order: none (Iceberg table spec v2, "Sorting"). */
const UNSORTED = 0;

export function rowOf(file: DataFile | DeleteFile, content: Content): DataFileRow {
  const dataPath = 'dataPath' in file ? file.dataPath : undefined;
  const isData = content === 'data';
  return {
    content: CONTENT.indexOf(content),
    file_path: file.path,
    file_format: 'PARQUET',
    partition: {},
    record_count: file.records,
    file_size_in_bytes: file.size,
    column_sizes: byColumn(file, ({ size }) => size),
    value_counts: byColumn(file, ({ values }) => values),
    null_value_counts: byColumn(file, ({ nulls }) => nulls),
    nan_value_counts: byColumn(file, ({ nans }) => nans),
    lower_bounds: byColumn(file, ({ lower }) => buffer(lower)),
    upper_bounds: byColumn(file, ({ upper }) => buffer(upper)),
    key_metadata: null,
    split_offsets: file.splitOffsets ?? null,
    equality_ids: null,
    // Position deletes have an order of their own, which is not the table's ("Position Delete Files").
    sort_order_id: isData ? UNSORTED : null,
    referenced_data_file: dataPath ?? null,
  };
}

/** What our schema has no field for is not kept: it has all of version 2. */
export const completeRow = (row: DataFileRow): DataFileRow => ({
  content: row.content ?? 0,
  file_path: row.file_path,
  file_format: row.file_format,
  partition: {},
  record_count: row.record_count,
  file_size_in_bytes: row.file_size_in_bytes,
  column_sizes: row.column_sizes ?? null,
  value_counts: row.value_counts ?? null,
  null_value_counts: row.null_value_counts ?? null,
  nan_value_counts: row.nan_value_counts ?? null,
  lower_bounds: row.lower_bounds ?? null,
  upper_bounds: row.upper_bounds ?? null,
  key_metadata: row.key_metadata ?? null,
  split_offsets: row.split_offsets ?? null,
  equality_ids: row.equality_ids ?? null,
  sort_order_id: row.sort_order_id ?? null,
  referenced_data_file: row.referenced_data_file ?? null,
});

export function metricsIn(row: DataFileRow): Map<number, ColumnMetrics> {
  const metrics = new Map<number, { -readonly [Name in keyof ColumnMetrics]: ColumnMetrics[Name] }>();
  const of = (id: number) => {
    const known = metrics.get(id) ?? {};
    metrics.set(id, known);
    return known;
  };
  for (const { key, value } of row.column_sizes ?? []) of(key).size = value;
  for (const { key, value } of row.value_counts ?? []) of(key).values = value;
  for (const { key, value } of row.null_value_counts ?? []) of(key).nulls = value;
  for (const { key, value } of row.nan_value_counts ?? []) of(key).nans = value;
  for (const { key, value } of row.lower_bounds ?? []) of(key).lower = value;
  for (const { key, value } of row.upper_bounds ?? []) of(key).upper = value;
  return metrics;
}

/** Ascending by id, so that equal files give equal bytes; null where nothing is known. */
function byColumn<Value>(
  { metrics }: DataFile,
  value: (metrics: ColumnMetrics) => Value | undefined,
): ByColumn<Value> | null {
  const known = [...metrics].flatMap(([key, one]) => {
    const found = value(one);
    return found === undefined ? [] : [{ key, value: found }];
  });
  return known.length === 0 ? null : known.sort((one, other) => one.key - other.key);
}

const buffer = (bytes: Uint8Array | undefined): Buffer | undefined =>
  bytes && Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
