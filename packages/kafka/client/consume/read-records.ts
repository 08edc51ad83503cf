/**
 * What a fetch brought of one partition, as records. Three things the library does not do, or not right (2.12.1):
 *
 * - Of an aborted transaction whose end lies beyond the fetch it hands over the records as if they counted. Here, as in Kafka's
 *   own consumer, a producer's records are passed over from the first one aborted to the marker that ends the transaction.
 * - Where the broker sets the time (LogAppendTime), that of every record is the batch's; the library takes the producer's.
 * - Markers, and what a compaction left out, have offsets too: where to go on is told by the batch, not by its last record.
 */
import type { Consumer } from '@platformatic/kafka';
import type { KafkaRecord } from '../../src/record.ts';

/** The library does not export its name. */
export type FetchResponse = Awaited<ReturnType<Consumer['fetch']>>;
export type FetchedPartition = FetchResponse['responses'][number]['partitions'][number];
type Batch = NonNullable<FetchedPartition['records']>[number];

/** Bits of a batch's attributes (Kafka protocol, record batch, magic 2). */
const LOG_APPEND_TIME = 1 << 3;
const TRANSACTIONAL = 1 << 4;
const CONTROL = 1 << 5;
/** Of a control record's key: version, then type. */
const TYPE_AT = 2;
const ABORT = 0;

const MAGIC = 2;

export interface ReadRecords {
  readonly records: readonly KafkaRecord[];
  /** Where to go on: the offset after the last one that was read, marker or not. */
  readonly next: bigint;
}

/**
 * @param from the offset that was asked for; a batch begins before it where it lies inside
 * @throws Error for records in a format from before Kafka 0.11, which the library misreads
 */
export function readRecords(topic: string, from: bigint, fetched: FetchedPartition): ReadRecords {
  const passedOver = abortedOf(fetched);
  const records: KafkaRecord[] = [];
  let next = from;
  for (const batch of fetched.records ?? []) {
    if (batch.magic !== MAGIC)
      throw new Error(`Partition ${fetched.partitionIndex} holds records in Kafka's old format ${batch.magic}`);
    const last = batch.firstOffset + BigInt(batch.lastOffsetDelta);
    if (last >= next) next = last + 1n;
    if (passedOver(batch, last)) continue;
    for (const record of batch.records) {
      const offset = batch.firstOffset + BigInt(record.offsetDelta);
      if (offset >= from) records.push(recordOf(topic, fetched.partitionIndex, offset, batch, record));
    }
  }
  return { records, next };
}

function recordOf(
  topic: string,
  partition: number,
  offset: bigint,
  batch: Batch,
  record: Batch['records'][number],
): KafkaRecord {
  const byBroker = (batch.attributes & LOG_APPEND_TIME) !== 0;
  return {
    ...{ topic, partition, offset },
    timestamp: byBroker ? batch.maxTimestamp : batch.firstTimestamp + record.timestampDelta,
    timestampType: byBroker ? 'LogAppendTime' : 'CreateTime',
    key: record.key,
    value: record.value,
    headers: record.headers.map(([name, value]) => [name?.toString() ?? '', value] as const),
  };
}

/** Whether the records of a batch do not count; batches are asked for in their order. */
function abortedOf({ abortedTransactions }: FetchedPartition): (batch: Batch, last: bigint) => boolean {
  const waiting = [...(abortedTransactions ?? [])].sort((a, b) => (a.firstOffset < b.firstOffset ? -1 : 1));
  const aborted = new Set<bigint>();
  return (batch, last) => {
    for (let next = waiting[0]; next !== undefined && next.firstOffset <= last; next = waiting[0]) {
      aborted.add(next.producerId);
      waiting.shift();
    }
    if ((batch.attributes & CONTROL) !== 0) {
      if (batch.records[0]?.key?.readInt16BE(TYPE_AT) === ABORT) aborted.delete(batch.producerId);
      return true;
    }
    return (batch.attributes & TRANSACTIONAL) !== 0 && aborted.has(batch.producerId);
  };
}

/** Bytes of a record's own content. */
export const bytesOf = ({ key, value, headers }: KafkaRecord): number =>
  headers.reduce(
    (sum, [name, content]) => sum + name.length + (content?.length ?? 0),
    (key?.length ?? 0) + (value?.length ?? 0),
  );
