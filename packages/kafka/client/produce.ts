/** Writes records to a topic, for demonstrations and load tests. */
import { murmur2, ProduceAcks, type MessageToProduce } from '@platformatic/kafka';
import type { UserError } from '@farelake/schema-registry';
import type { KafkaConnection } from './connection.ts';
import { kafkaFailure } from './failure.ts';
import { closeClient, openProducer } from './library.ts';
import { atFirstContact, Patience } from './patience.ts';

type Content = Uint8Array | string | null;

export interface ProducedRecord {
  /** Records of one key go to one partition, the same as with Kafka's own producer; without key they go around. */
  readonly key?: Content | undefined;
  /** Null: a tombstone. */
  readonly value: Content;
  /** The same name may come twice. */
  readonly headers?: readonly (readonly [name: string, value: Content])[] | undefined;
  /** Default: by key. */
  readonly partition?: number | undefined;
  /** Milliseconds since 1970; default now. */
  readonly timestamp?: bigint | undefined;
}

export interface ProduceOptions {
  readonly connection: KafkaConnection;
  /** Records of one request; default 1,000. */
  readonly batch?: number | undefined;
  readonly compression?: 'none' | 'gzip' | 'snappy' | 'lz4' | 'zstd' | undefined;
  /** Ends it after the batch that is under way. */
  readonly signal?: AbortSignal | undefined;
  /** Records that all replicas in sync have. */
  readonly onProgress?: ((records: number) => void) | undefined;
  /** The cluster does not take a batch; it is tried again after so many milliseconds. */
  readonly onWaiting?: ((failure: UserError, milliseconds: number) => void) | undefined;
  /** Milliseconds that a cluster may be away once it was reached; default ten minutes. */
  readonly patience?: number | undefined;
}

const BATCH = 1_000;
/**
 * Milliseconds. The library (its dynamic-buffer 0.3) writes the distance of a record's time from the first one of its batch
 * wrong, without a word, when it takes more than 31 bits: times further apart, some 24 days, go into batches of their own.
 */
const FURTHEST_APART = 2n ** 31n;

/** As Kafka's own producer makes a hash positive. */
const POSITIVE = 0x7fffffff;

/**
 * Writes records, in batches that all replicas in sync have to confirm. A batch whose answer is lost is written again, so that
 * its records may be there twice.
 * @returns how many were written
 * @throws UserError of `kafkaFailure`, at once when the cluster cannot be used at the start
 */
export async function produceRecords(
  options: ProduceOptions,
  topic: string,
  records: AsyncIterable<ProducedRecord> | Iterable<ProducedRecord>,
): Promise<number> {
  const { connection, compression = 'none', signal, onProgress } = options;
  const failureOf = (error: unknown) => kafkaFailure(error, { connection, topic });
  const producer = await openProducer(connection);
  const ignore = (): void => undefined;
  const patience = new Patience({
    total: options.patience,
    signal,
    failureOf,
    onWaiting: options.onWaiting ?? ignore,
    onAgain: ignore,
  });
  let written = 0;
  try {
    await atFirstContact(() => producer.metadata({ topics: [topic] }), failureOf);
    for await (const batch of batchesOf(topic, records, options.batch ?? BATCH)) {
      if (signal?.aborted) break;
      await patience.until(() => producer.send({ messages: batch, acks: ProduceAcks.ALL, compression }));
      written += batch.length;
      onProgress?.(written);
    }
    return written;
  } catch (error) {
    throw failureOf(error);
  } finally {
    await closeClient(producer);
  }
}

async function* batchesOf(
  topic: string,
  records: AsyncIterable<ProducedRecord> | Iterable<ProducedRecord>,
  size: number,
): AsyncGenerator<MessageToProduce[]> {
  let batch: MessageToProduce[] = [];
  let first = 0n;
  for await (const record of records) {
    const { timestamp = BigInt(Date.now()) } = record;
    const distance = timestamp > first ? timestamp - first : first - timestamp;
    if (batch.length === size || (batch.length > 0 && distance >= FURTHEST_APART)) {
      yield batch;
      batch = [];
    }
    if (batch.length === 0) first = timestamp;
    batch.push(messageOf(topic, { ...record, timestamp }));
  }
  if (batch.length > 0) yield batch;
}

function messageOf(topic: string, { key, value, headers, partition, timestamp }: ProducedRecord): MessageToProduce {
  const keyBytes = bytes(key);
  // The library's own choice by key is not that of Kafka's producer; it divides by the number of partitions itself.
  const chosen = partition ?? (keyBytes === undefined ? undefined : murmur2(keyBytes) & POSITIVE);
  const message = {
    topic,
    ...(keyBytes !== undefined && { key: keyBytes }),
    value: bytes(value),
    // Keyed by bytes, which no two names share, so that the same name may come twice.
    headers: new Map(headers?.map(([name, content]) => [Buffer.from(name), bytes(content)])),
    ...(chosen !== undefined && { partition: chosen }),
    ...(timestamp !== undefined && { timestamp }),
  };
  // The types do not know of tombstones; the library writes them.
  return message as MessageToProduce;
}

const bytes = (content: Content | undefined): Buffer | undefined =>
  content === null || content === undefined ? undefined : Buffer.from(content);
