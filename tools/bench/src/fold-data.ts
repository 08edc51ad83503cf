/**
 * The table of the fold's benchmark: 20 columns of a fare transaction, its snapshot and its changes, made by the engine
 * itself out of hashes, so that 20 million rows take seconds and are the same rows in every run.
 */
import type { Contract, ContractColumn } from '@farelake/schema-registry';

const TYPES = {
  transaction_id: 'bigint',
  card_id: 'bigint',
  device_id: 'bigint',
  route_id: 'bigint',
  trip_number: 'bigint',
  fare_amount: 'decimal(19,4)',
  stored_value: 'decimal(19,4)',
  discount_amount: 'decimal(19,4)',
  transaction_time: 'timestamp',
  settled_time: 'timestamp',
  exported_time: 'timestamp',
  service_date: 'date',
  station: 'string',
  fare_product: 'string',
  rider_class: 'string',
  media_type: 'string',
  note: 'string',
  reference: 'string',
  distance: 'double',
  is_transfer: 'boolean',
} as const;

type Column = keyof typeof TYPES;

export const FOLD_CONTRACT: Contract = {
  feed: 'qlik',
  dataset: 'edw_bench_fold',
  source: { schema: 'EDW', table: 'BENCH_FOLD' },
  version: 1,
  columns: Object.entries(TYPES).map(([name, type], place): ContractColumn => ({
    id: 101 + place,
    name,
    sourceName: name.toUpperCase(),
    type,
    nullable: name !== 'transaction_id',
    classification: 'internal',
    treatment: 'keep',
    description: '',
  })),
  lastColumnId: 120,
  key: ['transaction_id'],
  cdc: { updateImage: 'sparse', beforeImage: 'none' },
  layout: {},
  publish: { postgres: false },
  owner: 'bench',
};

/** Expressions of a row of key `k` at revision `r`. */
const VALUES: Readonly<Record<Column, string>> = {
  transaction_id: 'k',
  card_id: 'h % 3000000',
  device_id: '(h // 7) % 12000',
  route_id: '(h // 11) % 400',
  trip_number: '(h // 13) % 90000',
  fare_amount: 'CAST(((h // 17) % 120000) / 10000 AS DECIMAL(19,4))',
  stored_value: 'CAST(((h // 19) % 9000000) / 10000 AS DECIMAL(19,4))',
  discount_amount: 'CASE WHEN h % 5 = 0 THEN CAST(((h // 23) % 30000) / 10000 AS DECIMAL(19,4)) END',
  transaction_time: "TIMESTAMP '2026-01-01' + to_microseconds(CAST(k * 977 * 1000 AS BIGINT))",
  settled_time: "TIMESTAMP '2026-01-02' + to_microseconds(CAST((h // 29) % 31536000000000 AS BIGINT))",
  exported_time:
    "CASE WHEN h % 3 = 0 THEN TIMESTAMP '2026-03-01' + to_microseconds(CAST((h // 31) % 9000000000 AS BIGINT)) END",
  service_date: "DATE '2026-01-01' + CAST(k // 90000 AS INTEGER)",
  station: "'place-' || lpad(CAST((h // 37) % 320 AS VARCHAR), 4, '0')",
  fare_product: "['Monthly Pass', 'Stored Value', '7-Day Link', 'Reduced, senior', 'Student \"S\"'][1 + (h // 41) % 5]",
  rider_class: "['adult', 'senior', 'student', 'tap'][1 + (h // 43) % 4]",
  media_type: "CASE WHEN h % 7 > 0 THEN ['card', 'phone', 'ticket'][1 + (h // 47) % 3] END",
  note: "CASE WHEN h % 9 = 0 THEN 'retried, gate ' || CAST(h % 999 AS VARCHAR) || ', see \"log\"' END",
  reference: "lower(to_hex(h)) || '-' || CAST(r AS VARCHAR)",
  distance: 'CAST((h // 53) % 40000 AS DOUBLE) / 1000',
  is_transfer: 'h % 4 = 0',
};

const rowsOf = (source: string, set: (column: Column) => string): string =>
  `SELECT ${Object.keys(VALUES)
    .map((name) => `${set(name as Column)} AS ${name}`)
    .join(', ')}, s.* EXCLUDE (k, r, h) FROM (SELECT *, CAST(hash(k, r) // 2 AS BIGINT) AS h FROM (${source})) s`;

/** As the columns of history stand in its files. */
const inHistory = (rows: string, loadId: number): string =>
  `SELECT seq AS header__change_seq, oper AS header__change_oper, time AS header__timestamp,
  CAST(NULL AS INTEGER[]) AS header__change_mask, ${Object.keys(VALUES).join(', ')},
  CAST(${loadId} AS BIGINT) AS _load_id, CAST(i + 2 AS BIGINT) AS _line FROM (${rows}) t`;

export interface SnapshotSpec {
  readonly rows: number;
  /** In key order, as a source reads its table by the primary key, or scattered. */
  readonly scattered: boolean;
}

/** Keys 0 to `rows` - 1, once each. */
export function snapshotSql({ rows, scattered }: SnapshotSpec, loadId: number): string {
  // A prime larger than any table of the benchmark: i * prime mod rows meets every key once.
  const key = scattered ? `CAST(i::HUGEINT * 2147483647 % ${rows} AS BIGINT)` : 'i';
  return inHistory(
    rowsOf(
      `SELECT i, ${key} AS k, 0 AS r, CAST(NULL AS VARCHAR) AS seq, 'L' AS oper, CAST(NULL AS TIMESTAMP) AS time FROM range(${rows}) t(i)`,
      (column) => VALUES[column],
    ),
    loadId,
  );
}

export interface ChangeSpec {
  readonly changes: number;
  /** Rows of the snapshot: keys from here on are new. */
  readonly rows: number;
  /** Which part of the keys, counted from the newest, changes fall on. */
  readonly newest: number;
  /** Share of the changes that fall on any key. */
  readonly anywhere: number;
  /** Which batch of changes, from 1: its sequences are above those of the one before. */
  readonly round: number;
}

/** 90 % updates of three columns, the rest left alone; 6 % inserts above the highest key; 4 % deletes. */
export function changesSql({ changes, rows, newest, anywhere, round }: ChangeSpec, loadId: number): string {
  const span = Math.max(1, Math.floor(rows * newest));
  const pick = `CASE WHEN d % 10000 < ${Math.round(anywhere * 10_000)} THEN (d // 10000) % ${rows} ELSE ${rows - span} + (d // 10000) % ${span} END`;
  const source = `SELECT i, CASE oper WHEN 'I' THEN ${rows + (round - 1) * changes} + i ELSE CAST(${pick} AS BIGINT) END AS k, ${round} AS r,
    '2026030112000000' || lpad(CAST(${round} AS VARCHAR), 4, '0') || lpad(CAST(i AS VARCHAR), 15, '0') AS seq, oper,
    TIMESTAMP '2026-03-01 12:00:00' + to_seconds(${round} * 3600 + i // 1000) AS time
    FROM (SELECT i, CAST(hash(i, ${round}, 1) // 2 AS BIGINT) AS d, CASE WHEN hash(i, ${round}, 2) % 100 < 90 THEN 'U' WHEN hash(i, ${round}, 2) % 100 < 96 THEN 'I' ELSE 'D' END AS oper
      FROM range(${changes}) t(i))`;
  const always: readonly Column[] = ['transaction_id', 'stored_value', 'settled_time', 'reference'];
  return inHistory(
    rowsOf(source, (column) =>
      always.includes(column) ? VALUES[column] : `CASE WHEN oper = 'I' THEN ${VALUES[column]} END`,
    ),
    loadId,
  );
}
