/** A topic to read from: two clients, what the cluster says of itself, and where partitions begin and end. */
import { ListOffsetTimestamps, type Consumer } from '@platformatic/kafka';
import { UserError } from '@farelake/schema-registry';
import type { KafkaConnection } from '../connection.ts';
import { kafkaFailure } from '../failure.ts';
import { closeClient, openConsumer } from '../library.ts';
import { atFirstContact } from '../patience.ts';

export interface Source {
  readonly topic: string;
  /** The cluster's own id of itself. */
  readonly cluster: string;
  /** As the library needs it to fetch: the topic's name where the cluster is too old for ids. */
  readonly topicId: string;
  /** Goes to the group's coordinator: a request that a broker holds back must not delay signs of life. */
  readonly member: Consumer;
  /** Only fetches; never joins the group. */
  readonly fetcher: Consumer;
  readonly failureOf: (error: unknown) => UserError;
  readonly close: () => Promise<void>;
}

export interface SourceOptions {
  readonly connection: KafkaConnection;
  readonly topic: string;
  readonly group: string;
  readonly sessionTimeout: number;
}

/** Speaks to the cluster for the first time, and does not try twice. @throws UserError of `kafkaFailure` */
export async function openSource({ connection, topic, group, sessionTimeout }: SourceOptions): Promise<Source> {
  const failureOf = (error: unknown): UserError => kafkaFailure(error, { connection, topic, group });
  const member = await openConsumer(connection, { group, sessionTimeout });
  const fetcher = await openConsumer(connection, { group, sessionTimeout });
  fetcher.topics.track(topic);
  const close = async (): Promise<void> => {
    await Promise.all([closeClient(member), closeClient(fetcher)]);
  };
  try {
    const { id, topics } = await atFirstContact(() => fetcher.metadata({ topics: [topic] }), failureOf);
    const topicId = topics.get(topic)?.id ?? topic;
    return { topic, cluster: id, topicId, member, fetcher, failureOf, close };
  } catch (error) {
    await close();
    throw error;
  }
}

/** Where partitions begin, by their numbers. @throws errors of the library */
export async function earliestOf({ fetcher, topic }: Source, partitions: readonly number[]): Promise<bigint[]> {
  const asked = { topics: [topic], partitions: { [topic]: [...partitions] }, timestamp: ListOffsetTimestamps.EARLIEST };
  return (await fetcher.listOffsets(asked)).get(topic) ?? [];
}

/**
 * Where partitions end now, by their numbers: the offset after the last record that can be read. A transaction that is still
 * open lies beyond.
 * @throws errors of the library
 */
export async function latestOf({ fetcher, topic }: Source): Promise<bigint[]> {
  return (await fetcher.listOffsets({ topics: [topic], timestamp: ListOffsetTimestamps.LATEST })).get(topic) ?? [];
}

/** @throws UserError `kafka-topic-gone` when the topic is another one by now */
export function checkTopic({ fetcher, topic, topicId }: Source): void {
  const known = fetcher.currentMetadata?.topics.get(topic);
  if (known !== undefined && known.id !== topicId) throw topicGone(topic);
}

export const topicGone = (topic: string, cause?: unknown): UserError =>
  new UserError({
    code: 'kafka-topic-gone',
    problem: `The topic ${topic} was deleted, or made anew, while it was consumed.`,
    remedy: 'If it is there again, start anew: its records are taken as those of another topic.',
    data: { topic },
    cause,
  });
