/**
 * The event that AWS Lambda is called with for a Kafka topic, of Amazon MSK or of a cluster of one's own (AWS Lambda developer
 * guide, "Using Lambda with Amazon MSK", "Using Lambda with self-managed Apache Kafka": event structure).
 */
import { UserError } from '@farelake/schema-registry';
import type { Delivery, KafkaRecord, TimestampType } from '../record.ts';

/**
 * @param event as parsed from JSON
 * @param cluster name to use instead of what the event says of its cluster, so that other readers of it may share it
 * @throws UserError `not-a-kafka-event` naming the place, never a value
 */
export function decodeEvent(event: unknown, cluster?: string): Delivery {
  const { eventSource, records } = members(event, '$');
  if (eventSource !== 'aws:kafka' && eventSource !== 'SelfManagedKafka' && eventSource !== 'aws:SelfManagedKafka')
    throw notAnEvent('$.eventSource', 'neither aws:kafka nor SelfManagedKafka');
  const partitions = Object.entries(members(records, '$.records'));
  return {
    cluster: cluster ?? clusterOf(members(event, '$')),
    topicIds: new Map(),
    records: partitions.flatMap(([name, list]) => {
      const path = `$.records[${JSON.stringify(name)}]`;
      if (!Array.isArray(list)) throw notAnEvent(path, 'no list');
      return list.map((record, index) => decodeRecord(record, `${path}[${index}]`));
    }),
  };
}

/** An event of MSK has the ARN of its cluster; that of another cluster has only the addresses that it was found at. */
function clusterOf({ eventSourceArn, bootstrapServers }: Members): string {
  if (typeof eventSourceArn === 'string' && eventSourceArn !== '') return eventSourceArn;
  if (typeof bootstrapServers === 'string' && bootstrapServers !== '')
    // The same servers in another order are the same cluster.
    return bootstrapServers
      .split(',')
      .map((server) => server.trim())
      .toSorted()
      .join(',');
  throw notAnEvent('$', 'without eventSourceArn or bootstrapServers, so that its cluster is not known');
}

/** A record in the form that it has in an event. @throws UserError `not-a-kafka-event` */
export function decodeRecord(value: unknown, path: string): KafkaRecord {
  const { topic, partition, offset, timestamp, timestampType, key, value: body, headers } = members(value, path);
  if (typeof topic !== 'string' || !TOPIC.test(topic)) throw notAnEvent(`${path}.topic`, 'no name of a topic');
  return {
    topic,
    partition: Number(whole(partition, `${path}.partition`, 0n, INTS)),
    offset: whole(offset, `${path}.offset`),
    timestamp: timestamp === undefined || timestamp === null ? -1n : whole(timestamp, `${path}.timestamp`, -LONGS),
    timestampType: typeOf(timestampType),
    key: bytes(key, `${path}.key`),
    value: bytes(body, `${path}.value`),
    headers: decodeHeaders(headers, `${path}.headers`),
  };
}

const typeOf = (text: unknown): TimestampType =>
  // Names as in Kafka's own client; what is written otherwise says as little as nothing.
  text === 'CREATE_TIME' ? 'CreateTime' : text === 'LOG_APPEND_TIME' ? 'LogAppendTime' : 'none';

/** Each header is an object with one member, whose value is a list of bytes; Java's bytes have a sign. */
function decodeHeaders(headers: unknown, path: string): KafkaRecord['headers'] {
  if (headers === undefined || headers === null) return [];
  if (!Array.isArray(headers)) throw notAnEvent(path, 'no list');
  return headers.flatMap((header, index) =>
    Object.entries(members(header, `${path}[${index}]`)).map(([name, value]) => {
      if (value === null) return [name, null] as const;
      if (!Array.isArray(value) || !value.every((byte) => Number.isInteger(byte) && byte >= -128 && byte <= 255))
        throw notAnEvent(`${path}[${index}]`, 'no list of bytes');
      return [name, Uint8Array.from(value as number[])] as const;
    }),
  );
}

/** Null and absent are the same: there is none. */
function bytes(text: unknown, path: string): Uint8Array | null {
  if (text === undefined || text === null) return null;
  if (typeof text !== 'string') throw notAnEvent(path, 'no Base64');
  const decoded = Buffer.from(text, 'base64');
  // Node passes over what is none; as many bytes as the text has room for tell that nothing was passed over.
  if (decoded.length !== Math.floor((text.replace(/=+$/, '').length * 3) / 4)) throw notAnEvent(path, 'no Base64');
  return decoded;
}

/** Kafka's numbers have 64 bits and a sign. Brokers take any timestamp; whether it is one of a row is not for the decoding to say. */
const LONGS = 2n ** 63n;
/** Those of partitions 32. */
const INTS = 2n ** 31n;
/** Kafka's own rule for names (`org.apache.kafka.common.internals.Topic`). */
const TOPIC = /^[A-Za-z0-9._-]{1,249}$/;

function whole(value: unknown, path: string, least = 0n, end = LONGS): bigint {
  const number =
    typeof value === 'number' && Number.isSafeInteger(value)
      ? BigInt(value)
      : typeof value === 'string' && /^-?\d{1,19}$/.test(value)
        ? BigInt(value)
        : undefined;
  if (number === undefined || number < least || number >= end)
    throw notAnEvent(path, `no whole number from ${least} to ${end - 1n}`);
  return number;
}

type Members = Readonly<Record<string, unknown>>;

function members(value: unknown, path: string): Members {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw notAnEvent(path, 'no object');
  return value as Members;
}

const notAnEvent = (path: string, problem: string): UserError =>
  new UserError({
    code: 'not-a-kafka-event',
    problem: `The event is none of a Kafka topic: ${path} is ${problem}.`,
    remedy: 'Let the function be called by an event source mapping of a Kafka topic, or hand it events that were.',
    data: { path },
  });
