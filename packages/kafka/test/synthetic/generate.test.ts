/** Proves that invented records are what they say: by the reader of records, the shares that were asked for, and one at a time. */
import { expect, test } from '@jest/globals';
import { tapsContract } from '../../../schema-registry/test/taps-contract.ts';
import {
  recordReader,
  REFUSAL_REASONS,
  syntheticTaps,
  type RefusalReason,
  type SyntheticOptions,
} from '../../src/index.ts';

const START = Date.UTC(2026, 2, 1, 12);
const OPTIONS: SyntheticOptions = { topic: 'taps', partitions: 6, count: 20_000, start: START, rate: 50, seed: 7 };
const ALL = Object.keys(REFUSAL_REASONS) as RefusalReason[];
const MAX = 2000;

const contract = tapsContract();
const read = recordReader({ ...contract, stream: { ...contract.stream!, maxBytes: MAX } }, () => 'a hash');

const made = (more: Partial<SyntheticOptions> = {}) => [...syntheticTaps({ ...OPTIONS, ...more })];
const text = (all: ReturnType<typeof made>) =>
  JSON.stringify(all, (_, value: unknown) =>
    typeof value === 'bigint' ? String(value) : value instanceof Uint8Array ? [...value] : value,
  );

const MIXED = { poison: 0.05, tombstones: 0.02, duplicates: 0.1, reasons: ALL, maxBytes: MAX };

test('the same again for the same seed, and others for another', () => {
  expect(text(made({ ...MIXED, count: 300 }))).toBe(text(made({ ...MIXED, count: 300 })));
  expect(text(made({ ...MIXED, count: 300 }))).not.toBe(text(made({ ...MIXED, count: 300, seed: 8 })));
});

test('each is read as it says: a row, a tombstone, refused for its reason', () => {
  const seen = new Map<string, number>();
  for (const { record, kind, reason } of made(MIXED)) {
    const found = read(record);
    expect(found).toMatchObject(kind === 'tap' ? { kind: 'row' } : kind === 'poison' ? { reason } : { kind });
    seen.set(reason ?? kind, (seen.get(reason ?? kind) ?? 0) + 1);
  }
  expect([...seen.keys()].toSorted()).toEqual([...ALL, 'tap', 'tombstone'].toSorted());
  const poison = ALL.reduce((sum, reason) => sum + (seen.get(reason) ?? 0), 0);
  expect(poison / 20_000).toBeCloseTo(0.05, 2);
  expect((seen.get('tombstone') ?? 0) / 20_000).toBeCloseTo(0.02, 2);
});

test('offsets leave none out; what comes again is what came', () => {
  const first = new Map<string, string>();
  const next = new Map<number, bigint>();
  let again = 0;
  for (const one of made(MIXED)) {
    const { partition, offset } = one.record;
    const place = `${partition} ${offset}`;
    const whole = text([{ ...one, again: false }]);
    expect({ place, again: first.has(place) }).toEqual({ place, again: one.again });
    if (one.again) {
      again += 1;
      expect(whole).toBe(first.get(place));
      continue;
    }
    expect(offset).toBe(next.get(partition) ?? 0n);
    next.set(partition, offset + 1n);
    first.set(place, whole);
  }
  expect(next.size).toBe(6);
  expect(again / 20_000).toBeCloseTo(0.1, 1);
});

test('their timestamps go on by the rate, and a device keeps its partition', () => {
  const all = made();
  const times = all.map(({ record }) => Number(record.timestamp));
  expect(times).toEqual(times.toSorted((a, b) => a - b));
  expect(times[0]! - START).toBeLessThan(20);
  expect(times.at(-1)! - START).toBeCloseTo(400_000, -3);
  const homes = new Map<string, number>();
  for (const { record } of all) {
    const device = new TextDecoder().decode(record.key ?? undefined);
    expect(homes.get(device) ?? record.partition).toBe(record.partition);
    homes.set(device, record.partition);
  }
});

test('skew: the first device has its share by the rule; with 0 all are alike', () => {
  const share = (skew: number) => {
    const counts = new Map<string, number>();
    for (const { record } of made({ skew, devices: 10 })) {
      const device = new TextDecoder().decode(record.key ?? undefined);
      counts.set(device, (counts.get(device) ?? 0) + 1);
    }
    return Math.max(...counts.values()) / 20_000;
  };
  expect(share(0)).toBeCloseTo(0.1, 1);
  // 1 / (1 + 1/2 + … + 1/10)
  expect(share(1)).toBeCloseTo(0.341, 1);
});

test('without an end, one at a time', () => {
  let taken = 0;
  for (const { record } of syntheticTaps({ ...OPTIONS, count: Infinity })) {
    expect(record.topic).toBe('taps');
    if (++taken === 1000) break;
  }
  expect(taken).toBe(1000);
});
