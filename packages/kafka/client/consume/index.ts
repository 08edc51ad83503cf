/** Reads a topic as a member of a consumer group, and hands over micro-batches. */
import type { Delivery } from '../../src/record.ts';
import type { KafkaConnection } from '../connection.ts';
import { Consumption, type Consumed, type ConsumeProgress, type TakenUpTo, type Trouble } from './consumption.ts';
import { BATCH_LIMITS, type BatchLimits } from './micro-batch.ts';
import { openSource } from './source.ts';

export type { Consumed, ConsumeProgress, TakenUpTo, Trouble } from './consumption.ts';
export { BATCH_LIMITS, type BatchLimits } from './micro-batch.ts';

export interface ConsumeOptions {
  readonly connection: KafkaConnection;
  readonly topic: string;
  /** The consumer group, which shares out the topic's partitions among its members and remembers how far it is. */
  readonly group: string;
  /** Name of the cluster in deliveries; default: the id that it gives itself. */
  readonly cluster?: string | undefined;
  /** When a micro-batch is full: 10,000 records, 16 MiB or 5 s, whatever comes first. */
  readonly batch?: Partial<BatchLimits> | undefined;
  /** Where to go on, by what was landed; default: by the group's offsets alone. */
  readonly takenUpTo?: TakenUpTo | undefined;
  /** From the first records that the topic still has; default: from where the group is, for a new one from the first too. */
  readonly fromBeginning?: boolean | undefined;
  /** Ends where the partitions ended at the start; default: it goes on until the signal. */
  readonly untilEnd?: boolean | undefined;
  /** Ends it in good order: what is in hand is landed and committed, and the group is left. */
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: ((progress: ConsumeProgress) => void) | undefined;
  readonly onTrouble?: ((trouble: Trouble) => void) | undefined;
  /** Milliseconds without a sign of life after which the group gives up a member; default 20,000. The broker sets bounds. */
  readonly sessionTimeout?: number | undefined;
  /** Milliseconds that a cluster may be away once it was reached; default ten minutes. */
  readonly patience?: number | undefined;
}

const SESSION_TIMEOUT = 20_000;

/**
 * Reads a topic and hands over its records in micro-batches, one at a time, those of a partition in their order.
 *
 * An offset is committed after `land` has resolved for all records before it, so that each record is handed over at least once;
 * after a crash or a rebalance some come again. Memory is bounded by two micro-batches and an answer of each broker, whatever the
 * backlog. When a broker goes away it waits and goes on.
 * @param land makes a delivery last; when it throws nothing of it is committed, and the error is thrown on
 * @throws what `land` throws; UserError of `kafkaFailure`, at once when the cluster cannot be used at the start; `kafka-topic-gone`
 */
export async function consumeDeliveries(
  options: ConsumeOptions,
  land: (delivery: Delivery) => Promise<void>,
): Promise<Consumed> {
  const { connection, topic, group, sessionTimeout = SESSION_TIMEOUT } = options;
  const source = await openSource({ connection, topic, group, sessionTimeout });
  try {
    const consumption = new Consumption({
      ...{ source, land, signal: options.signal, patience: options.patience },
      cluster: options.cluster ?? source.cluster,
      takenUpTo: options.takenUpTo,
      limits: { ...BATCH_LIMITS, ...options.batch },
      ...{ fromBeginning: options.fromBeginning === true, untilEnd: options.untilEnd === true },
      onProgress: options.onProgress ?? (() => undefined),
      onTrouble: options.onTrouble ?? (() => undefined),
    });
    return await consumption.run();
  } finally {
    await source.close();
  }
}
