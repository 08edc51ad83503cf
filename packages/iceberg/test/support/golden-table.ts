/**
 * A small table with all that tables have: two files with bounds, NULL and NaN; an evolution; a file replaced; a position delete
 * file. Every name, id and time is fixed, the files are what the engine writes: the metadata is the same each time.
 */
import { mkdirSync } from 'node:fs';
import path from 'node:path';
import { type Engine, openEngine, writeParquet } from '@farelake/lake';
import { quoteLiteral } from '@farelake/schema-registry';
import {
  type Change,
  type Column,
  type ColumnFacts,
  commitSnapshot,
  createTable,
  type DataFile,
  evolveSchema,
  formatMetadata,
  metricsOf,
  POSITION_DELETE_COLUMNS,
  tableUuid,
  type TableMetadata,
  withPrevious,
} from '../../src/index.ts';
import { folderIo } from './folder-io.ts';

/** 2024-01-01 00:00 UTC; each commit is an hour later than the one before. */
const START = Date.UTC(2024, 0, 1);
const HOUR = 3_600_000;

const MASK: Column = {
  id: 4,
  name: 'header__change_mask',
  type: { type: 'list', 'element-id': 5, element: 'int', 'element-required': false },
  doc: 'Ids of the changed columns, ascending; NULL when the file gave no mask',
};

export const FIRST_COLUMNS: readonly Column[] = [
  MASK,
  { id: 101, name: 'id', type: 'long', doc: 'Key' },
  { id: 102, name: 'name', type: 'string' },
  { id: 103, name: 'amount', type: 'decimal(10,2)' },
  { id: 104, name: 'price', type: 'double' },
  { id: 105, name: 'at', type: 'timestamp' },
  { id: 106, name: 'day', type: 'date' },
  { id: 107, name: 'ok', type: 'boolean' },
  { id: 108, name: 'raw', type: 'binary' },
];

/** One renamed, one widened, one gone, one new. */
export const SECOND_COLUMNS: readonly Column[] = [
  MASK,
  { id: 101, name: 'id', type: 'long', doc: 'Key' },
  { id: 102, name: 'title', type: 'string' },
  { id: 103, name: 'amount', type: 'decimal(12,2)' },
  { id: 104, name: 'price', type: 'double' },
  { id: 105, name: 'at', type: 'timestamp' },
  { id: 106, name: 'day', type: 'date' },
  { id: 108, name: 'raw', type: 'binary' },
  { id: 109, name: 'note', type: 'string', doc: 'New' },
];

const ROW = (values: string) => `SELECT ${values}`;
const FILE_1 = [
  ROW(
    `[101, 103]::INTEGER[], 1::BIGINT, 'one', 1.25::DECIMAL(10,2), 0.0::DOUBLE, TIMESTAMP '2024-01-01 10:00:00.5', DATE '2024-01-01', true, '\\x00\\xFF'::BLOB`,
  ),
  ROW(
    `NULL, 2, 'two, with a long name 🙂', -0.01, -0.0, TIMESTAMP '1969-12-31 23:59:59.999999', DATE '1969-12-31', false, ''`,
  ),
  ROW(`[]::INTEGER[], 3, NULL, NULL, 2.5, NULL, NULL, NULL, NULL`),
];
const FILE_2 = [
  ROW(
    `NULL::INTEGER[], 11::BIGINT, 'eleven', 99999999.99::DECIMAL(10,2), 'nan'::DOUBLE, TIMESTAMP '9999-12-31 00:00:00', DATE '9999-12-31', true, 'x'::BLOB`,
  ),
  ROW(`NULL, 12, '', 12::DECIMAL(10,2), 'inf'::DOUBLE, NULL, NULL, true, NULL`),
];
const FILE_3 = [
  ROW(
    `NULL::INTEGER[], 11::BIGINT, 'eleven', 9999999999.99::DECIMAL(12,2), 1.5::DOUBLE, TIMESTAMP '2024-02-01 00:00:00', DATE '2024-02-01', 'y'::BLOB, 'kept'`,
  ),
];

/** A snapshot, and what a reader is to find in it. */
export interface GoldenSnapshot {
  readonly snapshotId: bigint;
  /** Keys of its rows, ascending. */
  readonly ids: readonly number[];
  /** Names of its columns. */
  readonly columns: readonly string[];
}

export interface GoldenTable {
  /** Path of the newest metadata file, as readers are told it. */
  readonly metadata: string;
  /** Paths of all metadata files, oldest first. */
  readonly versions: readonly string[];
  readonly snapshots: readonly GoldenSnapshot[];
}

/**
 * Writes the table into a folder, which holds none yet.
 * @param location what the metadata says of the folder; default: the folder itself
 */
export async function writeGoldenTable(folder: string, location = `file://${folder}`): Promise<GoldenTable> {
  const engine = await openEngine({ tempFolder: path.join(folder, 'spill'), threads: 1, memoryLimit: 1 << 28 });
  try {
    return await writeTable(engine, folder, location);
  } finally {
    engine.close();
  }
}

async function writeTable(engine: Engine, folder: string, location: string): Promise<GoldenTable> {
  mkdirSync(path.join(folder, 'data'), { recursive: true });
  const io = folderIo(location, folder);
  const file = (name: string, rows: readonly string[], columns: readonly Column[]) =>
    dataFile(engine, { folder, location, name, rows, columns });
  const versions: string[] = [];
  const publish = async (meta: TableMetadata, before?: TableMetadata) => {
    const previous = versions.at(-1);
    const whole =
      previous === undefined || before === undefined ? meta : withPrevious(meta, previous, before['last-updated-ms']);
    const name = `${location}/metadata/${String(versions.length).padStart(5, '0')}-golden.metadata.json`;
    await io.write(name, formatMetadata(whole));
    versions.push(name);
    return whole;
  };
  const commit = async (n: number, before: TableMetadata, meta: TableMetadata, change: Change) => {
    const naming = {
      snapshotId: BigInt(n) * 1_000_000_007n,
      now: START + n * HOUR,
      manifest: (m: number) => `${String(n)}-m${String(m)}.avro`,
      manifestList: `snap-${String(n)}.avro`,
    };
    return publish((await commitSnapshot(io, meta, change, naming)).metadata, before);
  };

  const uuid = tableUuid('golden', 'edw_golden');
  const empty = await publish(createTable({ location, uuid, columns: FIRST_COLUMNS, now: START }));
  const [first, second, third] = [
    await file('1', FILE_1, FIRST_COLUMNS),
    await file('2', FILE_2, FIRST_COLUMNS),
    await file('3', FILE_3, SECOND_COLUMNS),
  ];
  const one = await commit(1, empty, empty, { add: [first, second], summary: { 'farelake.version': '1' } });
  const evolved = evolveSchema(one, SECOND_COLUMNS, START + 2 * HOUR);
  const two = await commit(2, one, evolved, {
    ...{ add: [third], remove: [second.path], summary: { 'farelake.version': '2' } },
  });
  const rows = [ROW(`${quoteLiteral(first.path)}, 1::BIGINT`)];
  const deletes = await file('3-deletes', rows, POSITION_DELETE_COLUMNS);
  const three = await commit(3, two, two, {
    ...{ addDeletes: [{ ...deletes, dataPath: first.path }], summary: { 'farelake.version': '3' } },
  });
  const ids = [
    [1, 2, 3, 11, 12],
    [1, 2, 3, 11],
    [1, 3, 11],
  ];
  return {
    metadata: versions.at(-1) ?? '',
    versions,
    snapshots: three.snapshots.map((snapshot, n) => ({
      snapshotId: snapshot['snapshot-id'],
      ids: ids[n] ?? [],
      columns: (n === 0 ? FIRST_COLUMNS : SECOND_COLUMNS).map(({ name }) => name),
    })),
  };
}

interface FileToWrite {
  readonly folder: string;
  readonly location: string;
  readonly name: string;
  /** A query each, of which the first names the types. */
  readonly rows: readonly string[];
  readonly columns: readonly Column[];
}

async function dataFile(engine: Engine, { folder, location, name, rows, columns }: FileToWrite): Promise<DataFile> {
  const fields = columns.map((column) => ({
    name: column.name,
    id: column.id,
    ...(typeof column.type === 'string' ? {} : { elementId: column.type['element-id'] }),
  }));
  const named = `SELECT * FROM (${rows.join(' UNION ALL ')}) t(${fields.map((field) => `"${field.name}"`).join(', ')})`;
  const written = await writeParquet(engine, named, path.join(folder, 'data', `${name}.parquet`), fields);
  const facts = Object.values(written.statistics).flatMap(({ id, ...one }): ColumnFacts[] =>
    id === undefined ? [] : [{ id, ...one }],
  );
  return {
    path: `${location}/data/${name}.parquet`,
    records: BigInt(written.rows),
    size: BigInt(written.size),
    metrics: metricsOf(facts, columns),
  };
}
