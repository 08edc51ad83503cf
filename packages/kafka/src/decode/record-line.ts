/** A record as a line of JSON, in the form that it has in the event of a function: what is kept can be handed over once more. */
import type { KafkaRecord, TimestampType } from '../record.ts';

const TYPES: Readonly<Record<TimestampType, string>> = {
  CreateTime: 'CREATE_TIME',
  LogAppendTime: 'LOG_APPEND_TIME',
  none: 'NO_TIMESTAMP_TYPE',
};

/** The record's members as in an event; `decodeEvent` reads them. */
export interface EventRecord {
  readonly topic: string;
  readonly partition: number;
  readonly offset: number | string;
  readonly timestamp: number;
  readonly timestampType: string;
  readonly key?: string;
  readonly value?: string;
  /** Of a value of which only the beginning is kept: more than 64 MiB. */
  readonly valueBytes?: number;
  readonly headers: readonly Readonly<Record<string, readonly number[] | null>>[];
}

/** No row is ever made of a value that large, and no text is long enough for all of it. */
const LONGEST_VALUE = 64 * 1024 * 1024;
/** What is kept of it. */
const KEPT_OF_IT = 1024 * 1024;

export function eventRecord({
  topic,
  partition,
  offset,
  timestamp,
  timestampType,
  key,
  value,
  headers,
}: KafkaRecord): EventRecord {
  return {
    topic,
    partition,
    offset: offset <= Number.MAX_SAFE_INTEGER ? Number(offset) : String(offset),
    timestamp: Number(timestamp),
    timestampType: TYPES[timestampType],
    ...(key === null ? {} : { key: base64(key) }),
    ...(value === null ? {} : valueMembers(value)),
    headers: headers.map(([name, bytes]) => ({ [name]: bytes === null ? null : [...bytes] })),
  };
}

const valueMembers = (value: Uint8Array) =>
  value.length <= LONGEST_VALUE
    ? { value: base64(value) }
    : { value: base64(value.subarray(0, KEPT_OF_IT)), valueBytes: value.length };

/** Without a line break at the end. */
export const recordLine = (record: KafkaRecord): string => JSON.stringify(eventRecord(record));

const base64 = (bytes: Uint8Array): string =>
  Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('base64');
