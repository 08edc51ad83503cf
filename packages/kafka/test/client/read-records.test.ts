/** What of a fetch counts as records: transactions that were aborted, markers, times, and where to go on. */
import { expect, it } from '@jest/globals';
import { readRecords, type FetchedPartition } from '../../client/consume/read-records.ts';

type Batch = NonNullable<FetchedPartition['records']>[number];

const TRANSACTIONAL = 1 << 4;
const CONTROL = 1 << 5;

function batch(firstOffset: number, count: number, change: Partial<Batch> = {}): Batch {
  const records = Array.from({ length: count }, (_, offsetDelta) => ({
    ...{ length: 0, attributes: 0, offsetDelta, timestampDelta: BigInt(offsetDelta) },
    ...{ key: null, value: Buffer.from(String(firstOffset + offsetDelta)), headers: [] },
  }));
  return {
    ...{ firstOffset: BigInt(firstOffset), length: 0, partitionLeaderEpoch: 0, magic: 2, crc: 0, attributes: 0 },
    ...{ lastOffsetDelta: count - 1, firstTimestamp: 100n, maxTimestamp: 900n },
    ...{ producerId: -1n, producerEpoch: 0, firstSequence: 0, records },
    ...change,
  };
}

/** @param type 0: the transaction was aborted, 1: committed */
function marker(offset: number, producerId: bigint, type: 0 | 1): Batch {
  const made = batch(offset, 1, { attributes: TRANSACTIONAL | CONTROL, producerId });
  return { ...made, records: made.records.map((record) => ({ ...record, key: Buffer.from([0, 0, 0, type]) })) };
}

const transactional = (firstOffset: number, count: number, producerId: bigint): Batch =>
  batch(firstOffset, count, { attributes: TRANSACTIONAL, producerId });

function read(batches: Batch[], aborted: [producerId: bigint, firstOffset: bigint][] = [], from = 0n) {
  const { records, next } = readRecords('taps', from, {
    ...{ partitionIndex: 3, errorCode: 0, highWatermark: 100n, lastStableOffset: 100n, logStartOffset: 0n },
    ...{ divergingEpoch: { epoch: -1, endOffset: -1n }, currentLeader: { leaderId: -1, leaderEpoch: -1 } },
    ...{ snapshotId: { endOffset: -1n, epoch: -1 }, preferredReadReplica: -1, records: batches },
    abortedTransactions: aborted.map(([producerId, firstOffset]) => ({ producerId, firstOffset })),
  });
  return { offsets: records.map(({ offset }) => Number(offset)), next: Number(next), records };
}

it('leaves out what lies before the offset that was asked for, in a batch that begins before it', () => {
  expect(read([batch(0, 5), batch(5, 2)], [], 3n)).toMatchObject({ offsets: [3, 4, 5, 6], next: 7 });
});

it('goes on after offsets that a compaction left out, or that are markers', () => {
  expect(read([batch(0, 2, { lastOffsetDelta: 9 })])).toMatchObject({ offsets: [0, 1], next: 10 });
  expect(read([batch(0, 1), marker(1, 7n, 1)])).toMatchObject({ offsets: [0], next: 2 });
  expect(read([], [], 4n)).toMatchObject({ offsets: [], next: 4 });
});

it('leaves out an aborted transaction whose end lies beyond the fetch', () => {
  expect(read([batch(0, 1), transactional(1, 3, 7n)], [[7n, 1n]])).toMatchObject({ offsets: [0], next: 4 });
});

it('leaves out two aborted transactions of a producer, told in any order, and keeps the committed one between', () => {
  const batches = [
    ...[transactional(0, 2, 7n), marker(2, 7n, 0)],
    ...[transactional(3, 2, 7n), marker(5, 7n, 1)],
    ...[transactional(6, 2, 7n), transactional(8, 1, 8n), marker(9, 7n, 0), marker(10, 8n, 1)],
  ];
  const aborted: [bigint, bigint][] = [
    [7n, 6n],
    [7n, 0n],
  ];
  expect(read(batches, aborted)).toMatchObject({ offsets: [3, 4, 8], next: 11 });
});

it('has the time of the producer, or that of the broker for all records of a batch', () => {
  const times = (attributes: number) =>
    read([batch(0, 2, { attributes })]).records.map(({ timestamp, timestampType }) => [timestamp, timestampType]);
  expect(times(0)).toEqual([
    [100n, 'CreateTime'],
    [101n, 'CreateTime'],
  ]);
  expect(times(1 << 3)).toEqual([
    [900n, 'LogAppendTime'],
    [900n, 'LogAppendTime'],
  ]);
});

it("refuses Kafka's old formats, which would be misread", () => {
  expect(() => read([batch(0, 1, { magic: 1 })])).toThrow('old format 1');
});
