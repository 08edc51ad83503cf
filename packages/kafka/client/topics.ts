/** Topics of a cluster, for demonstrations and tests: farelake makes none by itself. */
import type { Admin } from '@platformatic/kafka';
import type { UserError } from '@farelake/schema-registry';
import type { KafkaConnection } from './connection.ts';
import { kafkaFailure } from './failure.ts';
import { closeClient, openAdmin } from './library.ts';
import { atFirstContact } from './patience.ts';

export interface TopicSettings {
  readonly partitions: number;
  /** Copies of each partition; default 1. */
  readonly replicas?: number;
  /** Settings of the topic such as `{ 'retention.ms': '3600000' }`. */
  readonly config?: Readonly<Record<string, string>>;
}

/** @throws UserError of `kafkaFailure`, where there is one of the name too */
export async function createTopic(connection: KafkaConnection, name: string, settings: TopicSettings): Promise<void> {
  const { partitions, replicas = 1, config = {} } = settings;
  const configs = Object.entries(config).map(([key, value]) => ({ name: key, value }));
  await withAdmin(connection, name, (admin) => admin.createTopics({ topics: [name], partitions, replicas, configs }));
}

/** Gives a topic more partitions, `count` in all. @throws UserError of `kafkaFailure` */
export async function addPartitions(connection: KafkaConnection, name: string, count: number): Promise<void> {
  const topics = [{ name, count, assignments: null }];
  await withAdmin(connection, name, (admin) => admin.createPartitions({ topics }));
}

/** @throws UserError of `kafkaFailure`, where there is none of the name */
export async function deleteTopic(connection: KafkaConnection, name: string): Promise<void> {
  await withAdmin(connection, name, (admin) => admin.deleteTopics({ topics: [name] }));
}

/** Whether the cluster has a topic and shows it. @throws UserError of `kafkaFailure` */
export async function topicExists(connection: KafkaConnection, name: string): Promise<boolean> {
  try {
    await withAdmin(connection, name, (admin) => admin.metadata({ topics: [name] }));
    return true;
  } catch (error) {
    if ((error as UserError).code === 'kafka-unknown-topic') return false;
    throw error;
  }
}

/** Runs `work` with a client of its own; its errors are told in words. @throws UserError of `kafkaFailure` */
export async function withAdmin<T>(
  connection: KafkaConnection,
  topic: string,
  work: (admin: Admin) => Promise<T>,
): Promise<T> {
  const admin = await openAdmin(connection);
  try {
    return await atFirstContact(
      () => work(admin),
      (error) => kafkaFailure(error, { connection, topic }),
    );
  } finally {
    await closeClient(admin);
  }
}
