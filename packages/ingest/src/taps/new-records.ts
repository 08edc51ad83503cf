/** What is new of the records of a topic, by the offset ledger. */
import { crc32 } from 'node:zlib';
import { takenRuns, type KafkaTopic, type Queryable } from '@farelake/db';
import { cut, type Arrived, type CutPart, type KafkaRecord } from '@farelake/kafka';

export type ArrivedRecord = Arrived<KafkaRecord>;

/** New records of one epoch of a partition. */
export interface NewRecords extends CutPart<KafkaRecord> {
  readonly partition: number;
}

export interface Novelty {
  readonly parts: readonly NewRecords[];
  /** Records that were taken before, or that came twice at once. */
  readonly repeated: number;
}

/** Records of a topic by partition, each with its checksum. */
export type ByPartition = ReadonlyMap<number, readonly ArrivedRecord[]>;

export function byPartition(records: readonly KafkaRecord[]): ByPartition {
  const partitions = new Map<number, ArrivedRecord[]>();
  for (const record of records) {
    const own = partitions.get(record.partition);
    const arrived = { offset: record.offset, sum: sumOf(record), record };
    if (own === undefined) partitions.set(record.partition, [arrived]);
    else own.push(arrived);
  }
  return partitions;
}

/** By it a record that comes again is told from another one at its offset. Headers are left out: readers decode them in different ways. */
function sumOf({ timestamp, key, value }: KafkaRecord): number {
  // Lengths are part of it: no other division of the bytes has the same sum by its making.
  const sum = crc32(`${timestamp} ${key?.length ?? 'none'} ${value?.length ?? 'none'} `);
  return crc32(value ?? '', crc32(key ?? '', sum));
}

/** @param topicId null: the reader was not told Kafka's id of the topic */
export async function newRecords(
  db: Queryable,
  topic: KafkaTopic,
  topicId: string | null,
  partitions: ByPartition,
): Promise<Novelty> {
  const ranges = [...partitions].map(([partition, records]) => ({ partition, ...rangeOf(records) }));
  const taken = await takenRuns(db, topic, ranges);
  const parts: NewRecords[] = [];
  let repeated = 0;
  for (const [partition, records] of partitions) {
    const found = cut(taken.get(partition) ?? [], topicId, records);
    repeated += found.repeated;
    parts.push(...found.fresh.map((part) => ({ partition, ...part })));
  }
  return { parts, repeated };
}

/** Lowest and highest offset. */
export function rangeOf(records: readonly Pick<ArrivedRecord, 'offset'>[]): { first: bigint; last: bigint } {
  let [first, last] = [records[0]?.offset ?? 0n, records[0]?.offset ?? 0n];
  for (const { offset } of records) {
    if (offset < first) first = offset;
    if (offset > last) last = offset;
  }
  return { first, last };
}

/** Whether both have the same records in the same epochs. */
export const isSame = (a: Novelty, b: Novelty): boolean =>
  a.parts.length === b.parts.length &&
  a.parts.every((part, index) => {
    const other = b.parts[index];
    return (
      other?.partition === part.partition &&
      other.epoch === part.epoch &&
      other.records.length === part.records.length &&
      other.records.every(({ offset }, at) => offset === part.records[at]?.offset)
    );
  });
