/** Taps to measure with: records as a topic has them, and the columns of the table `taps` that they become. */
import { createHash } from 'node:crypto';
import { STREAM_COLUMN_NAMES, SYSTEM_COLUMNS, type LogicalType } from '@farelake/schema-registry';
import type { ColumnValues, Value } from '@farelake/lake';

export interface TapRecord {
  /** JSON, UTF-8. */
  readonly value: Uint8Array;
  readonly offset: bigint;
  /** Milliseconds since 1970. */
  readonly timestamp: bigint;
}

interface Tap {
  readonly tapId: string;
  readonly tokenId: string;
  readonly stopId: string;
  readonly deviceId: string;
}

/** A Monday afternoon in Boston. */
const FIRST = Date.UTC(2026, 10, 23, 20);
const SERVICE_DATE = '2026-11-23';

/** Of one partition, in order. Tokens are keyed hashes already: what hashing costs is no writer's. */
export function tapRecords(count: number): TapRecord[] {
  return Array.from({ length: count }, (_, row) => {
    const hash = createHash('sha256').update(`tap ${row}`).digest();
    const hex = hash.toString('hex', 0, 16);
    const tap: Tap = {
      tapId: [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-'),
      tokenId: createHash('sha256')
        .update(`token ${hash.readUInt16BE(16) % 5000}`)
        .digest('hex'),
      stopId: `stop-${hash.readUInt16BE(18) % 400}`,
      deviceId: `validator-${hash.readUInt16BE(20) % 1500}`,
    };
    return {
      value: Buffer.from(JSON.stringify(tap)),
      offset: 1_000_000n + BigInt(row),
      timestamp: BigInt(FIRST + 7 * row),
    };
  });
}

export const parseTap = ({ value }: TapRecord): Tap =>
  JSON.parse(Buffer.from(value.buffer, value.byteOffset, value.length).toString()) as Tap;

const CONTRACT_COLUMNS = ['tap_id', 'token_id', 'stop_id', 'device_id'] as const;
const STRING: LogicalType = { kind: 'string' };

/** Columns of a file of taps, in its order, without values. */
export const TAP_COLUMNS: readonly Omit<ColumnValues, 'values'>[] = [
  ...CONTRACT_COLUMNS.map((name, place) => ({ id: 101 + place, name, type: STRING })),
  ...STREAM_COLUMN_NAMES.map((name) => {
    const column = SYSTEM_COLUMNS.find((one) => one.name === name);
    if (column === undefined || column.type.kind === 'listOfInt') throw new Error(`no column ${name}`);
    return { id: column.id, name, type: column.type };
  }),
];

/** A row in the order of `TAP_COLUMNS`. */
export function tapRow(record: TapRecord): readonly Exclude<Value, null>[] {
  const { tapId, tokenId, stopId, deviceId } = parseTap(record);
  return [
    ...[tapId, tokenId, stopId, deviceId, 'taps', 3n, record.offset, 'pkc-bench', 0n],
    ...[record.timestamp * 1000n, 'CreateTime', SERVICE_DATE],
  ];
}
