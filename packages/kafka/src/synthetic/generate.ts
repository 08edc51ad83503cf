/**
 * Invented taps of a topic, with what goes wrong in one: poison, tombstones, records that come twice. Pure, and a record at a time:
 * as many as are asked for, whatever memory there is. The same options give the same records.
 */
import type { KafkaRecord } from '../record.ts';
import type { RefusalReason } from '../row/read-record.ts';
import { PRODUCIBLE_REASONS, spoil } from './poison.ts';
import { seededRandom, skewedDraw, type Random } from './random.ts';
import { tapValue, textBytes, type Tap } from './tap.ts';

export interface SyntheticOptions {
  readonly topic: string;
  /** Of the topic, 1 and more. */
  readonly partitions: number;
  /** Records, those that come twice among them; without an end unless given. */
  readonly count?: number;
  /** When the first was made, milliseconds since 1970. */
  readonly start: number;
  /** Records for a second of their timestamps. */
  readonly rate: number;
  /**
   * How unequal stops, devices and partitions are: the n-th has 1/n^skew of the first one's taps. 0: all alike; 1 unless
   * given.
   */
  readonly skew?: number;
  readonly stops?: number;
  readonly devices?: number;
  /** Fare media. */
  readonly tokens?: number;
  /** Shares of the records, 0 to 1; 0 unless given. */
  readonly poison?: number;
  readonly tombstones?: number;
  /** Records that come again, some records after they first did. */
  readonly duplicates?: number;
  /** Why poison is refused, in turn; `PRODUCIBLE_REASONS` unless given. */
  readonly reasons?: readonly RefusalReason[];
  /** Bytes of the largest value that the contract allows: too large ones have a few more. */
  readonly maxBytes?: number;
  /** An integer. */
  readonly seed: number;
}

export interface SyntheticRecord {
  /** Offsets of a partition begin with 0 and leave none out; a record that comes again has its own. */
  readonly record: KafkaRecord;
  readonly kind: 'tap' | 'tombstone' | 'poison';
  /** Of poison. */
  readonly reason: RefusalReason | null;
  /** It came before. */
  readonly again: boolean;
}

/** So many records later, at most, one comes again. */
const SOON = 100;

export function* syntheticTaps(options: SyntheticOptions): Generator<SyntheticRecord, void, undefined> {
  const { count = Infinity, duplicates = 0, seed } = options;
  const random = seededRandom(seed);
  const invent = inventor(options, random);
  const recent: SyntheticRecord[] = [];
  let first = 0;
  for (let index = 0; index < count; index += 1) {
    if (recent.length > 0 && random.chance(duplicates)) {
      yield { ...(recent[random.below(recent.length)] as SyntheticRecord), again: true };
      continue;
    }
    const made = invent(index);
    // A ring: the oldest gives its place away.
    recent[first++ % SOON] = made;
    yield made;
  }
}

function inventor(options: SyntheticOptions, random: Random): (index: number) => SyntheticRecord {
  const { start, rate, poison = 0, tombstones = 0, reasons = PRODUCIBLE_REASONS, maxBytes, seed } = options;
  const places = layOut(options, random);
  const offsets = new Map<number, bigint>();
  let poisoned = 0;
  return (index) => {
    const { tap, partition } = places(`${seed.toString(36)}-${index}`);
    const offset = offsets.get(partition) ?? 0n;
    offsets.set(partition, offset + 1n);
    const record: KafkaRecord = {
      ...{ topic: options.topic, partition, offset, timestampType: 'CreateTime' },
      timestamp: BigInt(Math.floor(start + ((index + random.next()) * 1000) / rate)),
      // Taps of a device stay in their order.
      ...{ key: textBytes(tap.deviceId), value: tapValue(tap), headers: [] },
    };
    if (reasons.length > 0 && random.chance(poison)) {
      const reason = reasons[poisoned++ % reasons.length] as RefusalReason;
      return { record: spoil(record, tap, reason, maxBytes), kind: 'poison', reason, again: false };
    }
    if (random.chance(tombstones))
      return { record: { ...record, value: null }, kind: 'tombstone', reason: null, again: false };
    return { record, kind: 'tap', reason: null, again: false };
  };
}

/** Where taps are made and by whom. Each device has its stop and its partition. */
function layOut(
  { partitions, skew = 1, stops = 120, devices = 300, tokens = 20_000 }: SyntheticOptions,
  random: Random,
): (name: string) => { readonly tap: Tap; readonly partition: number } {
  const [stopOf, deviceOf, partitionOf] = [stops, devices, partitions].map((count) => skewedDraw(count, skew)) as [
    ReturnType<typeof skewedDraw>,
    ReturnType<typeof skewedDraw>,
    ReturnType<typeof skewedDraw>,
  ];
  const home = Array.from({ length: devices }, (_, n) => ({
    stopId: `ST-${1000 + stopOf(random) * 7}`,
    deviceId: String(7_000_000_013 + n * 13),
    // The first ones go round, so that no partition is without a device where there are enough.
    partition: n < partitions ? n : partitionOf(random),
  }));
  return (name) => {
    const { stopId, deviceId, partition } = home[deviceOf(random)] as (typeof home)[number];
    const tokenId = `tok_${random.below(tokens).toString(16).padStart(8, '0')}`;
    return { tap: { tapId: `tap-${name}`, tokenId, stopId, deviceId }, partition };
  };
}
