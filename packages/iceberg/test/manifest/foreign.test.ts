/** Manifests as another writer makes them: older names of fields, fewer and unknown ones, packed otherwise. */
import { beforeEach, describe, expect, it } from '@jest/globals';
import avro from 'avsc';
import { buffer } from 'node:stream/consumers';
import {
  BadMetadata,
  commitSnapshot,
  createTable,
  currentSnapshot,
  liveFiles,
  manifestsOf,
  type TableMetadata,
} from '../../src/index.ts';
import { dataFile, LOCATION, pathOf, UUID } from '../support/files.ts';
import { memoryIo } from '../support/memory-io.ts';
import { namingOf } from '../support/naming.ts';

const field = (id: number, name: string, type: unknown) => ({ name, type, 'field-id': id });
const optional = (id: number, name: string, type: unknown) => ({ ...field(id, name, ['null', type]), default: null });
const record = (name: string, ...fields: object[]) => ({ type: 'record', name, fields });
const pairs = (key: number, value: number, type: string) => ({
  ...{ type: 'array', logicalType: 'map' },
  items: record(`k${String(key)}`, field(key, 'k', 'int'), field(value, 'v', type)),
});

/** Names of before Iceberg 1.5, no `content`, a field of a later version. */
const LIST = record(
  'manifest_list',
  ...[
    field(500, 'manifest_path', 'string'),
    field(501, 'manifest_length', 'long'),
    field(502, 'partition_spec_id', 'int'),
  ],
  ...[optional(503, 'added_snapshot_id', 'long'), optional(504, 'added_data_files_count', 'int')],
  ...[optional(505, 'existing_data_files_count', 'int'), optional(506, 'deleted_data_files_count', 'int')],
  ...[optional(512, 'added_rows_count', 'long'), optional(513, 'existing_rows_count', 'long')],
  ...[
    optional(514, 'deleted_rows_count', 'long'),
    field(515, 'sequence_number', 'long'),
    optional(520, 'first_row_id', 'long'),
  ],
);
const MANIFEST = record(
  'entry',
  ...[optional(1, 'snapshot', 'long'), field(0, 'state', 'int'), optional(3, 'sequence', 'long')],
  field(
    2,
    'file',
    record(
      'file_record',
      ...[field(100, 'path', 'string'), field(101, 'format', 'string'), field(102, 'partition', record('r102'))],
      ...[optional(142, 'first_row_id', 'long'), field(103, 'rows', 'long'), field(104, 'bytes', 'long')],
      optional(125, 'lower', pairs(126, 127, 'bytes')),
    ),
  ),
);

async function encoded(schema: object, codec: string, metadata: Record<string, string>, rows: readonly object[]) {
  const meta = Object.fromEntries(Object.entries(metadata).map(([name, text]) => [name, Buffer.from(text)]));
  const encoder = new avro.streams.BlockEncoder(schema as avro.Schema, { codec, metadata: meta } as object);
  for (const row of rows) encoder.write(row);
  encoder.end();
  return new Uint8Array(await buffer(encoder));
}

const file = (n: number, bytes?: Buffer) => ({
  ...{ path: pathOf(n), format: 'PARQUET', partition: {}, first_row_id: 4, rows: 10 + n, bytes: 100 + n },
  lower: bytes === undefined ? null : [{ k: 101, v: bytes }],
});

const io = memoryIo();
let meta: TableMetadata;

/** @param told other than what is true, of the manifest list */
async function foreignTable(codec: string, partitions = '[]', told: object = {}) {
  io.files.clear();
  const manifest = await encoded(MANIFEST, codec, { 'partition-spec': partitions, 'partition-spec-id': '0' }, [
    { snapshot: null, state: 1, sequence: null, file: file(1, Buffer.from([7])) },
    { snapshot: 3, state: 0, sequence: 2, file: file(2) },
    { snapshot: 5, state: 2, sequence: 2, file: file(3) },
  ]);
  io.files.set('m', manifest);
  const row = {
    ...{ manifest_path: 'm', manifest_length: manifest.length, partition_spec_id: 0, added_snapshot_id: 5 },
    ...{ added_data_files_count: 1, existing_data_files_count: 1, deleted_data_files_count: 1 },
    ...{ added_rows_count: 11, existing_rows_count: 12, deleted_rows_count: 13, sequence_number: 9, first_row_id: 1 },
    ...told,
  };
  io.files.set('list', await encoded(LIST, codec, {}, [row]));
  const snapshot = {
    'snapshot-id': 5n,
    'sequence-number': 9n,
    'timestamp-ms': 1,
    'manifest-list': 'list',
    summary: {},
  };
  meta = {
    ...createTable({ location: LOCATION, uuid: UUID, columns: [], now: 0 }),
    ...{ 'last-sequence-number': 9n, 'current-snapshot-id': 5n, snapshots: [snapshot] },
  };
}

describe.each(['null', 'deflate'])('manifests of another writer, codec %s', (codec) => {
  beforeEach(() => foreignTable(codec));

  it('are read by the ids of their fields', async () => {
    expect(await manifestsOf(io, currentSnapshot(meta))).toMatchObject([
      {
        content: 'data',
        addedFiles: 1,
        existingFiles: 1,
        deletedFiles: 1,
        addedRows: 11n,
        sequenceNumber: 9n,
        snapshotId: 5n,
      },
    ]);
    expect(await liveFiles(io, currentSnapshot(meta))).toEqual([
      {
        ...{ content: 'data', path: pathOf(1), records: 11n, size: 101n, snapshotId: 5n, sequenceNumber: 9n },
        ...{ fileSequenceNumber: 9n, manifest: 'm', metrics: new Map([[101, { lower: Buffer.from([7]) }]]) },
      },
      expect.objectContaining({ path: pathOf(2), snapshotId: 3n, sequenceNumber: 2n }),
    ]);
  });

  it('are taken as they are, and written anew when they lose a file', async () => {
    const appended = await commitSnapshot(io, meta, { add: [dataFile(4)] }, namingOf(6));
    expect((await manifestsOf(io, currentSnapshot(appended.metadata))).map(({ path }) => path)).toContain('m');
    const { metadata, dropped } = await commitSnapshot(io, appended.metadata, { remove: [pathOf(2)] }, namingOf(7));
    expect(dropped).toContain('m');
    const all = await liveFiles(io, currentSnapshot(metadata));
    expect(all.map(({ path }) => path).sort()).toEqual([pathOf(1), pathOf(4)]);
    expect(all.find(({ path }) => path === pathOf(1))).toMatchObject({
      ...{ sequenceNumber: 9n, snapshotId: 5n, records: 11n, metrics: new Map([[101, { lower: Buffer.from([7]) }]]) },
    });
  });
});

it('partitions, which would be lost, are refused', async () => {
  await foreignTable('null', '[{"name":"day","transform":"day","source-id":1,"field-id":1000}]');
  await expect(commitSnapshot(io, meta, { remove: [pathOf(2)] }, namingOf(6))).rejects.toThrow(BadMetadata);
});

describe('a manifest that has not what is told of it', () => {
  it.each<[what: string, told: object]>([
    ['more live files by the list', { existing_data_files_count: 2 }],
    ['fewer live files by the list', { existing_data_files_count: 0 }],
    ['another length', { manifest_length: 3 }],
  ])('%s', async (_, told) => {
    await foreignTable('null', '[]', told);
    await expect(liveFiles(io, currentSnapshot(meta))).rejects.toThrow(BadMetadata);
    await expect(commitSnapshot(io, meta, { remove: [pathOf(2)] }, namingOf(6))).rejects.toThrow(BadMetadata);
  });

  it.each(['1', '3'])('%s data files by the snapshot', async (told) => {
    await foreignTable('null');
    const snapshot = { ...currentSnapshot(meta)!, summary: { 'total-data-files': told } };
    await expect(liveFiles(io, snapshot)).rejects.toThrow(BadMetadata);
    expect(await liveFiles(io, { ...snapshot, summary: { 'total-data-files': '2' } })).toHaveLength(2);
  });
});

it('ids of 63 bits go through manifests and lists', async () => {
  const id = 2n ** 63n - 1n;
  io.files.clear();
  const empty = createTable({ location: LOCATION, uuid: UUID, columns: [], now: 0 });
  const { metadata } = await commitSnapshot(io, empty, { add: [dataFile(1)] }, { ...namingOf(1), snapshotId: id });
  expect((await manifestsOf(io, currentSnapshot(metadata)))[0]?.snapshotId).toBe(id);
  expect((await liveFiles(io, currentSnapshot(metadata)))[0]?.snapshotId).toBe(id);
});

describe('a damaged file', () => {
  const NAMES = ['1-m0.avro', 'snap-1.avro'];
  beforeEach(async () => {
    io.files.clear();
    const empty = createTable({ location: LOCATION, uuid: UUID, columns: [], now: 0 });
    // More records than a block has.
    const add = Array.from({ length: 1200 }, (_, n) => dataFile(n));
    meta = (await commitSnapshot(io, empty, { add }, namingOf(1), { perManifest: 2000 })).metadata;
  });

  it.each(NAMES)('is told apart, wherever %s is cut off', async (name) => {
    const path = `${LOCATION}/metadata/${name}`;
    const whole = io.files.get(path)!;
    for (let length = 0; length < whole.length; length += Math.ceil(whole.length / 97)) {
      io.files.set(path, whole.subarray(0, length));
      await expect(liveFiles(io, currentSnapshot(meta))).rejects.toThrow(BadMetadata);
      await expect(commitSnapshot(io, meta, { remove: [pathOf(7)] }, namingOf(2))).rejects.toThrow(BadMetadata);
    }
  });

  it.each(NAMES)('%s cut off where its header ends is told apart too', async (name) => {
    const path = `${LOCATION}/metadata/${name}`;
    const whole = Buffer.from(io.files.get(path)!);
    const sync = whole.subarray(-16);
    io.files.set(path, whole.subarray(0, whole.indexOf(sync) + 16));
    await expect(liveFiles(io, currentSnapshot(meta))).rejects.toThrow(BadMetadata);
  });

  it.each(NAMES)('%s packed by something else is refused', async (name) => {
    const path = `${LOCATION}/metadata/${name}`;
    const text = Buffer.from(io.files.get(path)!).toString('latin1').replace('deflate', 'deflare');
    io.files.set(path, Buffer.from(text, 'latin1'));
    await expect(liveFiles(io, currentSnapshot(meta))).rejects.toThrow('packed by deflare');
  });

  it('that is none at all is refused', async () => {
    io.files.set(`${LOCATION}/metadata/snap-1.avro`, Buffer.from('PAR1'.repeat(100)));
    await expect(manifestsOf(io, currentSnapshot(meta))).rejects.toThrow(BadMetadata);
  });
});
