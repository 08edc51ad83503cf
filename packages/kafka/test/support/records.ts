import type { KafkaRecord } from '../../src/index.ts';

/** 2026-03-01 12:00 UTC. */
export const NOON = 1_772_366_400_000n;

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

export const TAP = { tapId: 't-1', tokenId: 'tok-1', stopId: '70061', deviceId: 'V-7' } as const;

/** @param value text, or what becomes JSON */
export function record(value: unknown = TAP, more: Partial<KafkaRecord> = {}): KafkaRecord {
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  return {
    ...{ topic: 'taps', partition: 0, offset: 0n, timestamp: NOON, timestampType: 'CreateTime' },
    ...{ key: null, value: bytes(text), headers: [] },
    ...more,
  };
}
