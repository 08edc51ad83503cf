import { describe, expect, it } from '@jest/globals';
import {
  BadInput,
  BadMetadata,
  commitSnapshot,
  createTable,
  expireSnapshots,
  liveFiles,
  neededFiles,
  parseMetadata,
  formatMetadata,
  reachableFiles,
  type Snapshot,
  type TableMetadata,
  withPrevious,
} from '../../src/index.ts';
import { dataFile, deleteFile, deletePathOf, LOCATION, pathOf, UUID } from '../support/files.ts';
import { memoryIo } from '../support/memory-io.ts';
import { namingOf } from '../support/naming.ts';

const io = memoryIo();

/** Five snapshots, of which each replaces the file of the one before. */
async function table(): Promise<TableMetadata> {
  let meta = createTable({ location: LOCATION, uuid: UUID, columns: [], now: 0 });
  io.files.clear();
  for (let n = 1; n <= 5; n += 1) {
    const remove = n > 1 ? [pathOf(n - 1)] : [];
    meta = (await commitSnapshot(io, meta, { add: [dataFile(n)], remove }, namingOf(n))).metadata;
  }
  return meta;
}
const ids = (meta: TableMetadata) => meta.snapshots.map((one) => Number(one['snapshot-id']));
const logged = (meta: TableMetadata) => meta['snapshot-log'].map((one) => Number(one['snapshot-id']));

describe('expiry', () => {
  it('keeps the newest ones, and leaves what they need reachable', async () => {
    const meta = await table();
    const { metadata, expired } = expireSnapshots(meta, (_, fromNewest) => fromNewest < 2, meta['last-updated-ms'] + 9);
    expect(ids(metadata)).toEqual([4, 5]);
    expect(logged(metadata)).toEqual([4, 5]);
    expect(expired.map((one) => Number(one['snapshot-id']))).toEqual([1, 2, 3]);
    expect(metadata['last-updated-ms']).toBe(meta['last-updated-ms'] + 9);
    const reachable = await reachableFiles(io, metadata);
    expect([...reachable].sort()).toEqual(
      ['4-m0.avro', '5-m0.avro', 'snap-4.avro', 'snap-5.avro'].map((name) => `${LOCATION}/metadata/${name}`),
    );
    expect(parseMetadata(formatMetadata(metadata))).toEqual(metadata);
  });

  it('keeps the newest, whatever is said', async () => {
    expect(ids(expireSnapshots(await table(), () => false, 0).metadata)).toEqual([5]);
  });

  it('gives up all before the first that is given up', async () => {
    const { metadata } = expireSnapshots(await table(), (one) => one['snapshot-id'] !== 3n, 0);
    expect(ids(metadata)).toEqual([4, 5]);
  });

  it('keeps what branches and tags name; the log ends where it would have a gap', async () => {
    const meta = await table();
    const tagged = { ...meta, refs: { ...meta.refs, audit: { 'snapshot-id': 2n, type: 'tag' } } };
    const { metadata } = expireSnapshots(tagged, (_, fromNewest) => fromNewest < 2, 0);
    expect(ids(metadata)).toEqual([2, 4, 5]);
    expect(logged(metadata)).toEqual([4, 5]);
  });

  it('takes statistics along', async () => {
    const meta = await table();
    const statistics = [1n, 5n].map((id) => ({ 'snapshot-id': id, 'statistics-path': `s${String(id)}` }));
    const { metadata } = expireSnapshots({ ...meta, statistics, 'partition-statistics': statistics }, () => false, 0);
    expect(metadata.statistics?.map((one) => one['statistics-path'])).toEqual(['s5']);
    expect(metadata['partition-statistics']).toHaveLength(1);
    expect(await reachableFiles(io, metadata)).toContain('s5');
  });

  it('changes nothing where nothing expires', async () => {
    const meta = await table();
    expect(expireSnapshots(meta, () => true, 0)).toEqual({ metadata: meta, expired: [] });
    expect(expireSnapshots(meta, () => true, 0).metadata).toBe(meta);
    const empty = createTable({ location: LOCATION, uuid: UUID, columns: [], now: 0 });
    expect(expireSnapshots(empty, () => false, 0).metadata).toBe(empty);
  });
});

describe('snapshots of one sequence number, as those from before an upgrade to version 2', () => {
  const old = (id: number, time: number, parent?: number): Snapshot => ({
    ...{ 'snapshot-id': BigInt(id), 'sequence-number': 0n, 'timestamp-ms': time, summary: {}, 'manifest-list': 'x' },
    ...(parent !== undefined && { 'parent-snapshot-id': BigInt(parent) }),
  });
  const NONE = createTable({ location: LOCATION, uuid: UUID, columns: [], now: 0 });
  const of = (...snapshots: Snapshot[]): TableMetadata => ({ ...NONE, snapshots });

  it.each<[what: string, snapshots: Snapshot[], newest: number[]]>([
    ['by time', [old(1, 10), old(2, 20), old(3, 30)], [3, 2, 1]],
    ['by time, wherever they stand', [old(3, 30), old(1, 10), old(2, 20)], [3, 2, 1]],
    ['by descent, where the clocks of writers differ', [old(1, 10), old(2, 5, 1), old(3, 4, 2)], [3, 2, 1]],
    ['by descent, wherever they stand', [old(3, 10, 2), old(2, 10, 1), old(1, 10)], [3, 2, 1]],
    ['by place, where nothing else tells', [old(1, 10), old(2, 10), old(3, 10)], [3, 2, 1]],
    ['after those that have a number', [old(1, 10), { ...old(2, 5, 1), 'sequence-number': 1n }, old(3, 20)], [2, 3, 1]],
    ['though each has the other for a parent', [old(1, 10, 2), old(2, 20, 1)], [1, 2]],
  ])('are counted from the newest: %s', (_, snapshots, newest) => {
    const asked: bigint[] = [];
    expireSnapshots(of(...snapshots), (one) => asked.push(one['snapshot-id']) > 0, 0);
    expect(asked.map(Number)).toEqual(newest);
  });

  it('go the oldest first', () => {
    const { metadata } = expireSnapshots(of(old(1, 10), old(2, 20, 1), old(3, 30, 2)), (_, n) => n < 2, 0);
    expect(ids(metadata)).toEqual([2, 3]);
  });

  it('are thousands without trouble', () => {
    const many = Array.from({ length: 30_000 }, (_, n) => old(n + 1, 10, n)).reverse();
    expect(ids(expireSnapshots(of(...many), () => false, 0).metadata)).toEqual([30_000]);
  });
});

describe('needed', () => {
  const FILE = `${LOCATION}/metadata/00007.metadata.json`;

  it('is all that the metadata names, itself and its log', async () => {
    const meta = withPrevious(await table(), `${LOCATION}/metadata/00006.metadata.json`, 0);
    const statistics = [{ 'snapshot-id': 5n, 'statistics-path': 's5' }];
    const { metadata } = expireSnapshots({ ...meta, statistics }, (_, fromNewest) => fromNewest < 2, 0);
    const needed = await neededFiles(io, metadata, FILE);
    const names = [
      '00006.metadata.json',
      '00007.metadata.json',
      '4-m0.avro',
      '5-m0.avro',
      'snap-4.avro',
      'snap-5.avro',
    ];
    expect([...needed].sort()).toEqual(
      [pathOf(4), pathOf(5), ...names.map((name) => `${LOCATION}/metadata/${name}`), 's5'].sort(),
    );
    expect([...needed]).toEqual(expect.arrayContaining([...(await reachableFiles(io, metadata))]));
    for (const snapshot of metadata.snapshots)
      for (const { path } of await liveFiles(io, snapshot)) expect(needed).toContain(path);
  });

  it('are deletes too, and each manifest is read once', async () => {
    const meta = await table();
    const change = { add: [dataFile(6)], addDeletes: [deleteFile(1, pathOf(5))] };
    const { metadata } = await commitSnapshot(io, meta, change, namingOf(6));
    io.takeReads();
    expect(await neededFiles(io, metadata, FILE)).toContain(deletePathOf(1));
    const reads = io.takeReads();
    expect(reads).toHaveLength(new Set(reads).size);
  });

  it('is nothing but its own file of a table without a snapshot', async () => {
    const empty = createTable({ location: LOCATION, uuid: UUID, columns: [], now: 0 });
    expect([...(await neededFiles(io, empty, FILE))]).toEqual([FILE]);
    await expect(neededFiles(io, empty, undefined as never)).rejects.toThrow(BadInput);
  });

  it('is not told where a manifest is damaged', async () => {
    const meta = await table();
    const manifest = `${LOCATION}/metadata/3-m0.avro`;
    io.files.set(manifest, io.files.get(manifest)!.subarray(1));
    await expect(neededFiles(io, meta, FILE)).rejects.toThrow(BadMetadata);
  });
});
