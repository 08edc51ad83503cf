/**
 * What the devices told the topic: the truth of the taps. Records are put down as they come about, each with what it is; nothing
 * here reads one back.
 */
import { spoil, tapValue, type KafkaRecord, type Tap } from '@farelake/kafka';
import { deriveSeed, seededRandom, type Random } from '../random.ts';
import { MINUTE, SECOND } from '../time.ts';
import { serviceDay, trialTransactions, WIDEST_ID, type Transaction } from './transactions.ts';

export const TOPIC = 'taps';
export const PARTITIONS = 6;

export type Poison = Parameters<typeof spoil>[2];

export interface Told {
  readonly tap: Tap;
  readonly kind: 'tap' | 'tombstone' | 'poison';
  readonly reason?: Poison;
  /** The record's timestamp, and when it came to the broker. */
  readonly at: number;
  readonly arrived: number;
  readonly partition: number;
  readonly offset: number;
  /** Why it is worth looking at. */
  readonly why?: string;
}

export interface Truth {
  readonly transactions: readonly Transaction[];
  /** Each record once, by partition in the order of offsets. */
  readonly told: readonly Told[];
}

type Unplaced = Omit<Told, 'offset'>;

/** All but too large values: a megabyte of sample is enough. */
const POISON: readonly Poison[] = [
  ...(['not-utf8', 'not-json', 'not-object', 'missing-field', 'extra-field', 'wrong-type'] as const),
  ...(['empty-text', 'wrong-value', 'no-timestamp', 'wrong-timestamp', 'not-json', 'empty-text'] as const),
];
const TOMBSTONES = 5;
const UNBOOKED = 6;
const AGAIN = 12;
/** Ids of taps that no transaction came of. */
const UNBOOKED_ID = 36_028_797_018_963_969n + 800_000n;

/** Of a partition whose log has offsets that are no records, as markers of transactions are. */
const HOLE = { partition: 4, after: 20, offsets: 3 } as const;

export function tellTaps(seed: number): Truth {
  const transactions = trialTransactions(seed);
  const random = seededRandom(deriveSeed(seed, 'taps'));
  const devices = [...new Set(transactions.map(({ device }) => device))].toSorted();
  const partitionOf = (device: string): number => devices.indexOf(device) % PARTITIONS;
  const lost = transactions.filter(({ id, lives }) => lives && id !== WIDEST_ID && random.chance(0.03));
  const taps = transactions
    .filter((transaction) => !lost.includes(transaction))
    .map((one) => tapOf(one, partitionOf, random));
  const late = lateTap(taps);
  const all = [
    ...taps.map((one) => (one.tap.tapId === late.tap.tapId ? late : one)),
    ...toldAgain(taps.filter(({ tap }) => tap.tapId !== late.tap.tapId)),
    ...unbooked(transactions, partitionOf, random),
    ...noTaps(transactions, partitionOf, random),
  ];
  return { transactions, told: placed(all) };
}

const deviceSays = ({ id, token, stop, device }: Transaction): Tap => ({
  ...{ tapId: id, tokenId: token, stopId: stop, deviceId: device },
});

function tapOf(one: Transaction, partitionOf: (device: string) => number, random: Random): Unplaced {
  const why =
    one.id === WIDEST_ID
      ? 'an id of 38 digits is text'
      : one.lives
        ? undefined
        : 'its transaction was cancelled: the tap stays';
  return {
    tap: deviceSays(one),
    kind: 'tap',
    ...{ at: one.at, arrived: one.at + random.int(200, 4000), partition: partitionOf(one.device) },
    ...(why === undefined ? {} : { why }),
  };
}

/** A device had no network for days: its first tap comes among the last. */
function lateTap(taps: readonly Unplaced[]): Unplaced {
  const [first, last] = [taps[0], taps.at(-1)];
  if (first === undefined || last === undefined) throw new Error('the trial has taps');
  return {
    ...first,
    arrived: last.at - 40 * MINUTE,
    why: 'came two days late: it is of the service day of its timestamp',
  };
}

/** A device that is not sure tells its last taps once more: other records, with the same ids. */
function toldAgain(taps: readonly Unplaced[]): Unplaced[] {
  const byDevice = Map.groupBy(
    taps.filter(({ at }) => serviceDay(at) === '2026-02-28'),
    ({ tap }) => tap.deviceId,
  );
  const [busiest = []] = [...byDevice.values()].toSorted((a, b) => b.length - a.length);
  const again = busiest.slice(-AGAIN);
  const then = Math.max(...again.map(({ arrived }) => arrived)) + 20 * MINUTE;
  return again.map((one, n) => ({
    ...one,
    arrived: then + n * 40,
    ...(n === 0 ? { why: 'told once more under another offset: a row of its own' } : {}),
  }));
}

/** Taps of which the database was never told. */
function unbooked(
  transactions: readonly Transaction[],
  partitionOf: (device: string) => number,
  random: Random,
): Unplaced[] {
  return Array.from({ length: UNBOOKED }, (_, n) => {
    const like = random.pick(transactions);
    const at = like.at + 7 * SECOND;
    const one = { ...like, at, id: String(UNBOOKED_ID + BigInt(n)), lives: true };
    return { ...tapOf(one, partitionOf, random), ...(n === 0 ? { why: 'no transaction was ever booked for it' } : {}) };
  });
}

/** Records that are no taps: poison of several reasons, and tombstones. */
function noTaps(
  transactions: readonly Transaction[],
  partitionOf: (device: string) => number,
  random: Random,
): Unplaced[] {
  return [...POISON, ...Array.from({ length: TOMBSTONES }, () => undefined)].map((reason, n) => {
    const like = random.pick(transactions);
    const one = { ...like, id: `test-${n}`, at: like.at + 3 * SECOND, lives: true };
    const tap = tapOf(one, partitionOf, random);
    return reason === undefined ? { ...tap, kind: 'tombstone' } : { ...tap, kind: 'poison', reason };
  });
}

function placed(all: readonly Unplaced[]): Told[] {
  const partitions = Map.groupBy(
    all.toSorted((a, b) => a.arrived - b.arrived || (a.tap.tapId < b.tap.tapId ? -1 : 1)),
    ({ partition }) => partition,
  );
  return [...partitions]
    .toSorted(([a], [b]) => a - b)
    .flatMap(([partition, own]) =>
      own.map((one, n) => {
        const hole = partition === HOLE.partition && n >= HOLE.after ? HOLE.offsets : 0;
        // What was there before the recording began.
        return { ...one, offset: 1000 + 250 * partition + n + hole };
      }),
    );
}

/** As a reader gets it. */
export function recordOf({ tap, kind, reason, at, partition, offset }: Told): KafkaRecord {
  const record: KafkaRecord = {
    ...{ topic: TOPIC, partition, offset: BigInt(offset), timestamp: BigInt(at), timestampType: 'CreateTime' },
    ...{ key: Buffer.from(tap.deviceId), value: kind === 'tombstone' ? null : tapValue(tap), headers: [] },
  };
  return reason === undefined ? record : spoil(record, tap, reason);
}
