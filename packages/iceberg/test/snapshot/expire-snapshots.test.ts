import { describe, expect, it } from '@jest/globals';
import {
  commitSnapshot,
  createTable,
  expireSnapshots,
  parseMetadata,
  formatMetadata,
  reachableFiles,
  type TableMetadata,
} from '../../src/index.ts';
import { dataFile, LOCATION, pathOf } from '../support/files.ts';
import { memoryIo } from '../support/memory-io.ts';
import { namingOf } from '../support/naming.ts';

const io = memoryIo();

/** Five snapshots, of which each replaces the file of the one before. */
async function table(): Promise<TableMetadata> {
  let meta = createTable({ location: LOCATION, uuid: 'u', columns: [], now: 0 });
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
    const empty = createTable({ location: LOCATION, uuid: 'u', columns: [], now: 0 });
    expect(expireSnapshots(empty, () => false, 0).metadata).toBe(empty);
  });
});
