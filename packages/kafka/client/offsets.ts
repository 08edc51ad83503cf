/** How far a topic and a group of its readers are, asked from outside the group. */
import { FetchIsolationLevels, ListOffsetTimestamps, type Admin } from '@platformatic/kafka';
import type { KafkaConnection } from './connection.ts';
import { withAdmin } from './topics.ts';

export interface PartitionOffsets {
  readonly partition: number;
  /** The first offset that it still has. */
  readonly earliest: bigint;
  /** The offset after the last record that can be read. */
  readonly latest: bigint;
  /** Where the group goes on; undefined: it has committed nothing, or no group was asked for. */
  readonly committed: bigint | undefined;
}

export interface TopicOffsets {
  /** The id that the cluster gives itself. */
  readonly cluster: string;
  /** Kafka's id of the topic, which one that was made anew does not share; undefined: the cluster is too old to have them. */
  readonly topicId: string | undefined;
  /** By partition. */
  readonly partitions: readonly PartitionOffsets[];
}

/** @throws UserError of `kafkaFailure` */
export async function topicOffsets(connection: KafkaConnection, topic: string, group?: string): Promise<TopicOffsets> {
  return withAdmin(connection, topic, async (admin) => {
    const { id, topics } = await admin.metadata({ topics: [topic] });
    const known = topics.get(topic);
    const partitions = Array.from({ length: known?.partitionsCount ?? 0 }, (_, partition) => partition);
    const [earliest, latest, committed] = await Promise.all([
      listed(admin, topic, partitions, ListOffsetTimestamps.EARLIEST),
      listed(admin, topic, partitions, ListOffsetTimestamps.LATEST),
      group === undefined ? new Map<number, bigint>() : committedBy(admin, topic, partitions, group),
    ]);
    return {
      cluster: id,
      topicId: known?.id === topic ? undefined : known?.id,
      partitions: partitions.map((partition) => ({
        partition,
        earliest: earliest.get(partition) ?? 0n,
        latest: latest.get(partition) ?? 0n,
        committed: committed.get(partition),
      })),
    };
  });
}

async function listed(
  admin: Admin,
  name: string,
  partitions: readonly number[],
  timestamp: bigint,
): Promise<Map<number, bigint>> {
  const asked = partitions.map((partitionIndex) => ({ partitionIndex, timestamp }));
  const isolationLevel = FetchIsolationLevels.READ_COMMITTED;
  const [answer] = await admin.listOffsets({ topics: [{ name, partitions: asked }], isolationLevel });
  return new Map(answer?.partitions.map(({ partitionIndex, offset }) => [partitionIndex, offset]));
}

async function committedBy(
  admin: Admin,
  name: string,
  partitions: readonly number[],
  groupId: string,
): Promise<Map<number, bigint>> {
  const topics = [{ name, partitionIndexes: [...partitions] }];
  const [answer] = await admin.listConsumerGroupOffsets({ groups: [{ groupId, topics }] });
  const offsets = answer?.topics.find((topic) => topic.name === name)?.partitions ?? [];
  // Kafka writes -1 where nothing was committed.
  return new Map(
    offsets.flatMap(({ partitionIndex, committedOffset }) =>
      committedOffset < 0n ? [] : [[partitionIndex, committedOffset] as const],
    ),
  );
}
