/**
 * What a commit of a topic lists: a Parquet file for each partition and service day, the records as they were delivered, the
 * refused ones. All of it bears the attempt's id and lies in its zone before the commit begins; dies the process before that ends,
 * nothing names it.
 */
import { Readable } from 'node:stream';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import type { KafkaTopic, ManifestFile, WrittenTo } from '@farelake/db';
import { dayText, recordLine, recordsPath, refusedPath, stagePath, type Day, type TakenRange } from '@farelake/kafka';
import { rowsToParquet, type ColumnValues, type ObjectStore } from '@farelake/lake';
import {
  storedColumns,
  storedType,
  STREAM_COLUMN_NAMES,
  SYSTEM_COLUMNS,
  type Contract,
  type LogicalType,
  type SystemColumnName,
} from '@farelake/schema-registry';
import { tellableStatistics } from '../columns.ts';
import { sideBySide } from '../side-by-side.ts';
import { reach } from '../failpoint.ts';
import { treatmentNote } from '../treatment/file-treatments.ts';
import type { Workspace } from '../workspace.ts';
import { rangeOf, type ArrivedRecord } from './new-records.ts';
import type { Row, SortedPart } from './sort-records.ts';

const compress = promisify(gzip);

/** Files of a bucket that are written at once. */
const AT_ONCE = 8;

export interface Writing {
  readonly workspace: Pick<Workspace, 'stage' | 'archive' | 'error' | 'environment' | 'signal'>;
  readonly contract: Contract;
  readonly topic: KafkaTopic;
  readonly attempt: string;
  /** Id of the key that values were hashed with. */
  readonly keyId: string | undefined;
}

export interface WrittenPart extends SortedPart {
  readonly files: readonly ManifestFile[];
  /** Null: the contract says that records are not kept. */
  readonly archive: WrittenTo | null;
  /** Null: none was refused. */
  readonly refusedFile: WrittenTo | null;
}

export async function writeParts(writing: Writing, parts: readonly SortedPart[]): Promise<WrittenPart[]> {
  const written = await sideBySide(parts, AT_ONCE, async (part) => ({
    ...part,
    archive: await keepRecords(writing, part),
    refusedFile: await keepRefused(writing, part),
    files: await writeDays(writing, part, part.rows),
  }));
  reach('taps:written');
  return written;
}

/** @returns a file for each day */
export const writeDays = (writing: Writing, part: OfPartition, rows: SortedPart['rows']): Promise<ManifestFile[]> =>
  sideBySide([...rows], AT_ONCE, ([day, own]) => writeDay(writing, part, day, own));

type OfPartition = Pick<SortedPart, 'partition' | 'epoch'>;

const rangeIn = ({ attempt }: Writing, { partition, epoch }: OfPartition, first: bigint, last: bigint): TakenRange => ({
  ...{ partition, epoch, first, last, attempt },
});

async function writeDay(writing: Writing, part: OfPartition, day: Day, rows: readonly Row[]): Promise<ManifestFile> {
  const { workspace, contract, topic, keyId } = writing;
  const { bytes, statistics } = rowsToParquet(columnsOf(contract, topic, dayText(day), rows));
  const { first, last } = rangeOf(rows.map(({ record }) => record));
  const path = stagePath(contract.dataset, dayText(day), rangeIn(writing, part, first, last));
  const { uri, size, sha256 } = await putBytes(workspace.stage, path, bytes);
  return {
    uri,
    size,
    sha256,
    rows: rows.length,
    statistics: tellableStatistics(contract, statistics),
    contractVersion: contract.version,
    batchId: null,
    loadId: null,
    segment: null,
    lowestKey: null,
    ...treatmentNote(contract, () => keyId),
  };
}

function columnsOf(contract: Contract, { cluster }: KafkaTopic, day: string, rows: readonly Row[]): ColumnValues[] {
  const own = storedColumns(contract).map((column, index) => ({
    id: column.id,
    name: column.name,
    type: storedType(column),
    values: rows.map(({ values }) => values[index] ?? null),
  }));
  const system = SYSTEM_COLUMNS.filter(({ name }) => (STREAM_COLUMN_NAMES as readonly string[]).includes(name)).map(
    ({ id, name, type }) => ({
      id,
      name,
      // None of them is a list.
      type: type as LogicalType,
      values: rows.map((row) => VALUE_OF[name as StreamColumn](row, cluster, day)),
    }),
  );
  return [...own, ...system];
}

type StreamColumn = Extract<SystemColumnName, (typeof STREAM_COLUMN_NAMES)[number]>;

const VALUE_OF: Readonly<
  Record<StreamColumn, (row: Row, cluster: string, day: string) => ColumnValues['values'][number]>
> = {
  topic: ({ record }) => record.topic,
  partition: ({ record }) => BigInt(record.partition),
  offset: ({ record }) => record.offset,
  _cluster: (_, cluster) => cluster,
  _epoch: ({ epoch }) => BigInt(epoch),
  _timestamp: ({ record }) => record.timestamp * 1000n,
  _timestamp_type: ({ record }) => (record.timestampType === 'none' ? null : record.timestampType),
  service_date: (_row, _cluster, day) => day,
};

async function keepRecords(writing: Writing, part: SortedPart): Promise<WrittenTo | null> {
  const { workspace, contract, topic } = writing;
  if (contract.stream?.archive === false) return null;
  const { first, last } = rangeOf(part.records);
  const lines = part.records.map(({ record }) => `${recordLine(record)}\n`).join('');
  const path = recordsPath(topic.cluster, topic.topic, rangeIn(writing, part, first, last));
  return putBytes(workspace.archive, path, await compress(lines));
}

/** Each line has a record whole, and why it is no row. */
async function keepRefused(writing: Writing, part: SortedPart): Promise<WrittenTo | null> {
  const { workspace, topic } = writing;
  if (part.refused.length === 0) return null;
  const { first, last } = rangeOf(part.refused.map(({ arrived }): ArrivedRecord => arrived));
  const lines = part.refused.map(
    ({ arrived, reason, detail }) =>
      `{"reason":${JSON.stringify(reason)},"detail":${JSON.stringify(detail)},"record":${recordLine(arrived.record)}}\n`,
  );
  const path = refusedPath(topic.cluster, topic.topic, rangeIn(writing, part, first, last));
  return putBytes(workspace.error, path, Buffer.from(lines.join('')));
}

async function putBytes(store: ObjectStore, path: string, bytes: Uint8Array): Promise<WrittenTo> {
  const { size, sha256 } = await store.put(Readable.from([bytes]), path, { size: bytes.length });
  return { uri: store.uriOf(path), size, sha256 };
}
