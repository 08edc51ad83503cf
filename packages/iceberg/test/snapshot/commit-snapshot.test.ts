import { beforeEach, describe, expect, it } from '@jest/globals';
import {
  type Change,
  commitSnapshot,
  createTable,
  currentSnapshot,
  evolveSchema,
  formatMetadata,
  type Limits,
  liveFiles,
  manifestsOf,
  parseMetadata,
  schemaOf,
  type TableMetadata,
  UnknownFile,
} from '../../src/index.ts';
import { dataFile, deleteFile, deletePathOf, LOCATION, pathOf, UUID } from '../support/files.ts';
import { type MemoryIo, memoryIo } from '../support/memory-io.ts';
import { namingOf } from '../support/naming.ts';

const COLUMNS = [{ id: 101, name: 'id', type: 'long' }];
let io: MemoryIo;
let meta: TableMetadata;
let commits: number;

beforeEach(() => {
  io = memoryIo();
  meta = createTable({ location: LOCATION, uuid: UUID, columns: COLUMNS, now: Date.UTC(2024, 0, 1) });
  commits = 0;
});

async function commit(change: Change, limits?: Limits) {
  commits += 1;
  const done = await commitSnapshot(io, meta, change, namingOf(commits), limits);
  meta = done.metadata;
  return done;
}
const summary = () => currentSnapshot(meta)!.summary;
const live = async () => (await liveFiles(io, currentSnapshot(meta))).map(({ path }) => path).sort();
const manifests = () => manifestsOf(io, currentSnapshot(meta));
const files = (...numbers: number[]) => numbers.map(dataFile);
const paths = (...numbers: number[]) => numbers.map(pathOf).sort();

describe('the first commit', () => {
  it('of nothing is a snapshot of nothing', async () => {
    const { written, dropped } = await commit({});
    expect(await live()).toEqual([]);
    expect(summary()).toEqual({
      ...{ operation: 'append', 'total-data-files': '0', 'total-delete-files': '0', 'total-records': '0' },
      ...{ 'total-files-size': '0', 'total-position-deletes': '0', 'total-equality-deletes': '0' },
    });
    expect(written.map(({ kind }) => kind)).toEqual(['manifest-list']);
    expect(dropped).toEqual([]);
    expect(currentSnapshot(meta)).not.toHaveProperty('parent-snapshot-id');
  });

  it('gives files back as they were given', async () => {
    await commit({ add: files(1, 2) });
    const [one] = (await liveFiles(io, currentSnapshot(meta))).filter(({ path }) => path === pathOf(1));
    expect(one).toMatchObject({
      ...{ content: 'data', records: 11n, size: 101n, splitOffsets: [4n], snapshotId: 1n },
      ...{ sequenceNumber: 1n, fileSequenceNumber: 1n, manifest: `${LOCATION}/metadata/1-m0.avro` },
    });
    expect(new Uint8Array(one!.metrics.get(101)!.lower!)).toEqual(dataFile(1).metrics.get(101)!.lower);
    expect(one!.metrics.get(101)).toMatchObject({ size: 7n, values: 11n, nulls: 0n });
  });
});

describe('a snapshot', () => {
  it('follows on the one before, later than it', async () => {
    await commit({ add: files(1) });
    const before = meta;
    meta = (await commitSnapshot(io, meta, { add: files(2) }, { ...namingOf(2), now: 0 })).metadata;
    expect(currentSnapshot(meta)).toMatchObject({ 'parent-snapshot-id': 1n, 'sequence-number': 2n, 'schema-id': 0 });
    expect(currentSnapshot(meta)!['timestamp-ms']).toBe(currentSnapshot(before)!['timestamp-ms'] + 1);
    expect(meta).toMatchObject({ 'last-sequence-number': 2n, refs: { main: { 'snapshot-id': 2n, type: 'branch' } } });
    expect(meta['snapshot-log'].map((entry) => entry['snapshot-id'])).toEqual([1n, 2n]);
    expect(before.snapshots).toHaveLength(1);
  });

  it('keeps the columns it was written with', async () => {
    await commit({ add: files(1) });
    meta = evolveSchema(meta, [...COLUMNS, { id: 102, name: 'a', type: 'string' }], 0);
    await commit({ add: files(2) });
    expect(meta.snapshots.map((snapshot) => schemaOf(meta, snapshot).fields.length)).toEqual([1, 2]);
  });

  it('tells what the caller tells, beside the counts, which are ours', async () => {
    await commit({ add: files(1), summary: { 'farelake.version': '7', operation: 'delete', 'total-records': '0' } });
    expect(summary()).toMatchObject({ 'farelake.version': '7', operation: 'append', 'total-records': '11' });
  });
});

describe('the operation', () => {
  beforeEach(async () => {
    await commit({ add: files(1, 2), addDeletes: [deleteFile(1, pathOf(1)), deleteFile(2)] });
  });
  it.each<[operation: string, change: Change]>([
    ['append', { add: files(3) }],
    ['append', {}],
    ['overwrite', { add: files(3), remove: [pathOf(1)] }],
    ['replace', { add: files(3), remove: [pathOf(1), pathOf(2)], removeDeletes: [deletePathOf(2)], sameRows: true }],
    ['delete', { remove: [pathOf(1)] }],
    ['delete', { remove: [pathOf(1)], removeDeletes: [deletePathOf(1)] }],
    ['delete', { addDeletes: [deleteFile(3)] }],
    ['overwrite', { add: files(3), addDeletes: [deleteFile(3)] }],
    ['overwrite', { removeDeletes: [deletePathOf(2)] }],
    ['append', { sameRows: true }],
  ])('is %s for %j', async (operation, change) => {
    await commit(change);
    expect(summary()['operation']).toBe(operation);
  });
});

describe('the summary', () => {
  it('counts what came, what went and what there is', async () => {
    await commit({ add: files(1, 2, 3) });
    await commit({ add: files(4), remove: [pathOf(1), pathOf(2)], addDeletes: [deleteFile(5, pathOf(3))] });
    expect(summary()).toEqual({
      ...{ operation: 'overwrite', 'added-data-files': '1', 'deleted-data-files': '2', 'added-delete-files': '1' },
      ...{ 'added-position-delete-files': '1', 'added-position-deletes': '5', 'added-records': '14' },
      ...{ 'deleted-records': '23', 'added-files-size': '154', 'removed-files-size': '203', 'total-data-files': '2' },
      ...{ 'total-delete-files': '1', 'total-records': '27', 'total-files-size': '257', 'total-position-deletes': '5' },
      'total-equality-deletes': '0',
    });
  });

  it('counts on from what another writer told, and leaves out what it did not', async () => {
    await commit({ add: files(1) });
    const snapshots = meta.snapshots.map((one) => ({
      ...one,
      summary: { operation: 'append', 'total-records': '11' },
    }));
    meta = { ...meta, snapshots };
    await commit({ add: files(2) });
    expect(summary()['total-records']).toBe('23');
    expect(summary()).not.toHaveProperty('total-data-files');
  });

  it.each<unknown>([
    ...['abc', '-5', '1.5', '', ' 11 ', '0x10', '9'.repeat(30), String(2n ** 63n - 1n)],
    ...[null, 11, 1.5, true, '3'],
  ])('leaves out a total where the one before was %j, and goes on to', async (told) => {
    await commit({ add: files(1, 2) });
    const snapshots = meta.snapshots.map((one) => ({
      ...one,
      summary: { ...one.summary, 'total-records': told as string, 'total-files-size': '9000' },
    }));
    meta = parseMetadata(formatMetadata({ ...meta, snapshots }));
    // More rows come than a count could still take, or more go than there are said to be.
    await commit({ add: files(3), remove: told === '3' ? [pathOf(1), pathOf(2)] : [] });
    expect(summary()).not.toHaveProperty('total-records');
    expect(summary()).toMatchObject({ 'added-records': '13', 'total-files-size': expect.stringMatching(/^\d{4}$/) });
    await commit({ add: files(4), summary: { 'total-records': '7', 'deleted-records': '7' } });
    expect(summary()).not.toHaveProperty('total-records');
    expect(summary()).not.toHaveProperty('deleted-records');
  });
});

describe('manifests', () => {
  const spread = { perManifest: 4 };
  beforeEach(async () => {
    await commit({ add: files(1, 2, 3, 4) }, spread);
    await commit({ add: files(5, 6, 7, 8) }, spread);
    await commit({ add: files(9, 10, 11, 12) }, spread);
    io.takeReads();
  });

  it('that lose nothing are taken as they are, and not even read by an append', async () => {
    const before = (await manifests()).map(({ path }) => path);
    io.takeReads();
    const { written } = await commit({ add: files(13) }, spread);
    expect((await manifests()).map(({ path }) => path)).toEqual([`${LOCATION}/metadata/4-m0.avro`, ...before]);
    expect(written.map(({ kind }) => kind)).toEqual(['manifest', 'manifest-list']);
    expect(io.takeReads().filter((path) => before.includes(path))).toEqual([]);
  });

  it('that lose a file are written anew, each with the numbers it had', async () => {
    const { dropped } = await commit({ remove: [pathOf(6)] }, spread);
    expect(dropped).toEqual([`${LOCATION}/metadata/2-m0.avro`]);
    expect(await live()).toEqual(paths(1, 2, 3, 4, 5, 7, 8, 9, 10, 11, 12));
    const all = await liveFiles(io, currentSnapshot(meta));
    expect(all.find(({ path }) => path === pathOf(5))).toMatchObject({
      sequenceNumber: 2n,
      snapshotId: 2n,
      records: 15n,
    });
    expect((await manifests())[0]).toMatchObject({
      ...{ addedFiles: 0, existingFiles: 3, deletedFiles: 1, existingRows: 50n, deletedRows: 16n },
      ...{ sequenceNumber: 4n, minSequenceNumber: 2n, snapshotId: 4n },
    });
  });

  it('that lost all are told once, and gone with the next commit', async () => {
    await commit({ remove: paths(1, 2, 3, 4) }, spread);
    expect((await manifests()).find(({ deletedFiles }) => deletedFiles > 0)).toMatchObject({ existingFiles: 0 });
    const { dropped } = await commit({}, spread);
    expect(dropped).toHaveLength(1);
    expect(await live()).toEqual(paths(5, 6, 7, 8, 9, 10, 11, 12));
  });

  it('hold no more files than they may, and about as many each', async () => {
    await commit({ add: files(20, 21, 22, 23, 24) }, spread);
    expect((await manifests()).slice(0, 2).map(({ addedFiles }) => addedFiles)).toEqual([3, 2]);
  });

  it('are merged when there are too many, the small ones only', async () => {
    const few = { perManifest: 4, manifests: 5 };
    for (const n of [20, 21]) await commit({ add: files(n) }, few);
    expect(await manifests()).toHaveLength(5);
    const before = new Map((await liveFiles(io, currentSnapshot(meta))).map((one) => [one.path, one.sequenceNumber]));
    const { dropped } = await commit({ add: files(22) }, few);
    expect(dropped).toEqual([`${LOCATION}/metadata/5-m0.avro`, `${LOCATION}/metadata/4-m0.avro`]);
    expect((await manifests()).map(({ addedFiles, existingFiles }) => [addedFiles, existingFiles])).toEqual([
      [1, 2],
      ...[
        [4, 0],
        [4, 0],
        [4, 0],
      ],
    ]);
    for (const file of await liveFiles(io, currentSnapshot(meta)))
      expect(file.sequenceNumber).toBe(before.get(file.path) ?? 6n);
  });

  it('of deletes are apart from those of data', async () => {
    await commit({ add: files(13), addDeletes: [deleteFile(1), deleteFile(2)] }, spread);
    expect((await manifests()).slice(0, 2)).toMatchObject([
      { content: 'data', addedFiles: 1 },
      { content: 'deletes', addedFiles: 2, addedRows: 3n },
    ]);
  });
});

describe('position deletes', () => {
  beforeEach(async () => {
    await commit({ add: files(1, 2) });
    await commit({ addDeletes: [deleteFile(1, pathOf(1)), deleteFile(2)] });
  });

  it('of one data file name it, and have it for both bounds', async () => {
    const all = await liveFiles(io, currentSnapshot(meta));
    const one = all.find(({ path }) => path === deletePathOf(1))!;
    expect(one).toMatchObject({ content: 'position-deletes', dataPath: pathOf(1), sequenceNumber: 2n });
    const { lower, upper } = one.metrics.get(2147483546)!;
    expect([String(lower), String(upper)]).toEqual([pathOf(1), pathOf(1)]);
    expect(all.find(({ path }) => path === deletePathOf(2))).not.toHaveProperty('dataPath');
  });

  it('go with the one data file they are of, others stay', async () => {
    await commit({ remove: [pathOf(1)], add: files(3) });
    expect(await live()).toEqual([pathOf(2), pathOf(3), deletePathOf(2)].sort());
    expect(summary()).toMatchObject({
      'removed-delete-files': '1',
      'removed-position-deletes': '1',
      'total-delete-files': '1',
    });
  });

  it('go when they are named, alone or beside their data', async () => {
    await commit({ removeDeletes: [deletePathOf(2)] });
    await commit({ remove: [pathOf(1)], removeDeletes: [deletePathOf(1)] });
    expect(await live()).toEqual([pathOf(2)]);
  });

  it('of a file that goes at once are refused', async () => {
    await expect(commit({ remove: [pathOf(1)], addDeletes: [deleteFile(3, pathOf(1))] })).rejects.toThrow(
      'to be removed at once',
    );
  });
});

describe('what makes no sense', () => {
  beforeEach(async () => {
    await commit({ add: files(1), addDeletes: [deleteFile(1)] });
  });

  it.each<[what: string, change: Change, unknown: string[]]>([
    ['a file that was never there', { add: files(2), remove: [pathOf(1), pathOf(9)] }, [pathOf(9)]],
    ['deletes that were never there', { removeDeletes: [deletePathOf(9)] }, [deletePathOf(9)]],
    ['a data file as deletes', { removeDeletes: [pathOf(1)] }, [pathOf(1)]],
    ['deletes as a data file', { remove: [deletePathOf(1)] }, [deletePathOf(1)]],
  ])('to remove %s is refused, and nothing written', async (_, change, unknown) => {
    const before = new Map(io.files);
    const refused = commit(change);
    await expect(refused).rejects.toThrow(UnknownFile);
    await expect(refused).rejects.toMatchObject({ paths: unknown });
    expect(io.files).toEqual(before);
  });

  it('to remove twice is refused', async () => {
    await commit({ remove: [pathOf(1)] });
    await expect(commit({ remove: [pathOf(1)] })).rejects.toThrow(UnknownFile);
  });

  it.each<[what: string, change: Change, problem: string]>([
    ['to add a file twice', { add: files(2, 2) }, 'base/2.parquet, twice'],
    ['to add and to remove a file', { add: files(1), remove: [pathOf(1)] }, 'at once'],
  ])('%s is refused', async (_, change, problem) => {
    await expect(commit(change)).rejects.toThrow(problem);
  });

  it('an id that another snapshot has is refused', async () => {
    await expect(commitSnapshot(io, meta, {}, namingOf(1))).rejects.toThrow('has a snapshot 1 already');
  });
});
