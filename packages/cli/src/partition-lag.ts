/** What was taken of topics beside what their cluster has: the lag of each partition, also of those that nobody has read yet. */
import type { PartitionProgress } from '@farelake/db';
import type { KafkaConnection, PartitionOffsets, TopicOffsets } from '@farelake/kafka/client';
import { UserError, type Contract } from '@farelake/schema-registry';
import { kafkaClient } from './kafka.ts';

/** Null where nothing was taken yet. */
type Taken = Pick<PartitionProgress, 'dataset' | 'cluster' | 'topic' | 'partition'> & {
  readonly [Key in Exclude<keyof PartitionProgress, 'dataset' | 'cluster' | 'topic' | 'partition' | 'someGaps'>]:
    PartitionProgress[Key] | null;
} & Pick<PartitionProgress, 'someGaps'>;

/** What the cluster says of it; all null where it was not asked, or knows nothing of it any more. */
export interface Partition extends Taken {
  /** The offset after the last record in Kafka. */
  readonly endOffset: string | null;
  /** Records in Kafka that were not taken yet, as far as offsets tell. */
  readonly lag: number | null;
  /** Where the consumer group goes on. */
  readonly committedOffset: string | null;
}

export interface LagQuestion {
  readonly connection: KafkaConnection;
  /** Of the topic's consumers; default: `groupOf`. */
  readonly group: string | undefined;
  /** Name of the cluster in the tables; default: its own id. */
  readonly cluster: string | undefined;
  /** Told of each topic that the cluster does not answer for. */
  readonly onUnknown: (topic: string, why: UserError) => void;
}

/** The consumer group of a topic, unless another is named: one for each topic, since a group shares out what its members read. */
export const groupOf = (topic: string): string => `farelake-${topic}`;

export const withoutLag = (one: PartitionProgress): Partition => ({
  ...one,
  endOffset: null,
  lag: null,
  committedOffset: null,
});

/** @param contracts of topics: what they name is asked for, too */
export async function withLag(
  taken: readonly PartitionProgress[],
  contracts: readonly Contract[],
  question: LagQuestion,
): Promise<Partition[]> {
  const tables = new Map<string, string>(contracts.map(({ dataset, source }) => [source.table, dataset]));
  for (const { topic, dataset } of taken) tables.set(topic, dataset);
  const lines: Partition[] = [];
  for (const [topic, dataset] of tables) {
    const own = taken.filter((one) => one.topic === topic);
    const offsets = await ask(topic, own.length > 0, question);
    const cluster = question.cluster ?? offsets?.cluster;
    const beside = new Map(offsets?.partitions.map((one) => [one.partition, one]));
    for (const one of own) {
      // Of another cluster, or of before the topic was made anew, there is nothing to be behind of.
      const isPresent = one.cluster === cluster && !own.some((other) => isSame(one, other) && other.epoch > one.epoch);
      const offset = isPresent ? beside.get(one.partition) : undefined;
      lines.push(offset === undefined ? withoutLag(one) : { ...one, ...lagOf(offset, BigInt(one.lastOffset) + 1n) });
    }
    for (const offset of beside.values())
      if (cluster !== undefined && !own.some((one) => one.cluster === cluster && one.partition === offset.partition))
        lines.push({ ...untaken(dataset, cluster, topic, offset.partition), ...lagOf(offset, offset.earliest) });
  }
  return lines;
}

/** @param isTaken a topic that only a contract names may have another name there */
async function ask(
  topic: string,
  isTaken: boolean,
  { connection, group, onUnknown }: LagQuestion,
): Promise<TopicOffsets | undefined> {
  const { topicOffsets } = await kafkaClient();
  try {
    return await topicOffsets(connection, topic, group ?? groupOf(topic));
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    if (isTaken || error.code !== 'kafka-unknown-topic') onUnknown(topic, error);
    return undefined;
  }
}

/** Where the last offsets are markers of transactions, the group is further than what was taken. */
function lagOf({ latest, committed }: PartitionOffsets, taken: bigint) {
  const from = committed !== undefined && committed > taken ? committed : taken;
  return {
    endOffset: String(latest),
    lag: Number(latest > from ? latest - from : 0n),
    committedOffset: committed === undefined ? null : String(committed),
  };
}

const isSame = (a: PartitionProgress, b: PartitionProgress): boolean =>
  a.dataset === b.dataset && a.cluster === b.cluster && a.partition === b.partition;

const untaken = (dataset: string, cluster: string, topic: string, partition: number): Taken => ({
  ...{ dataset, cluster, topic, partition, epoch: null, topicId: null, firstOffset: null, lastOffset: null },
  ...{ records: null, written: null, quarantined: null, tombstones: null, missing: null, gaps: null, someGaps: [] },
  ...{ newestTimestamp: null, lastCommit: null },
});
