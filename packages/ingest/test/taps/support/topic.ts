/** What a topic of three partitions holds, and what has to come of it however it is delivered. */
import fc from 'fast-check';
import type { KafkaRecord } from '@farelake/kafka';
import { maintain } from '../../../src/index.ts';
import { NOON, poison, tap, type TapsWorld } from './taps-world.ts';

const HOUR = 3_600_000n;

/** Taps of several days, poison, tombstones, offsets that never come. */
export const TOPIC = [0, 1, 2].flatMap((partition) =>
  Array.from({ length: 12 }, (_, offset) => {
    const timestamp = NOON + BigInt(offset) * 5n * HOUR;
    if (offset % 5 === 4) return poison(offset, { partition, timestamp });
    if (offset === 7) return tap(offset, { partition, timestamp, value: null });
    return tap(offset, { partition, timestamp });
  }).filter(({ offset }) => !(partition === 1 && offset === 3n)),
);

/** Some of its records, each by its place in `TOPIC`, in any order and repeated. */
export const PLACES = fc.array(fc.nat(TOPIC.length - 1), { minLength: 1, maxLength: 12 });

export const recordsAt = (places: readonly number[]): KafkaRecord[] => places.map((place) => TOPIC[place] ?? tap(0));

/** Maintenance that waits for nothing. */
export const upkeep = (world: TapsWorld): ReturnType<typeof maintain> =>
  maintain(world, { grace: 0, retention: 0, tapGrace: 0, dryRun: false });

const QUARANTINE = `SELECT p.cluster, p.topic, p.partition, p.epoch, r.record_offset, r.reason, r.detail, r.size
  FROM ledger.kafka_refused r JOIN ledger.kafka_partitions p ON p.id = r.partition_id ORDER BY ALL`;
const TAKEN = `SELECT p.partition, sum(b.records) AS records, sum(b.written) AS written, sum(b.tombstones) AS tombstones
  FROM ledger.kafka_batches b JOIN ledger.kafka_partitions p ON p.id = b.partition_id GROUP BY ALL ORDER BY ALL`;

export const picture = async (world: TapsWorld) => ({
  taps: await world.taps(),
  refused: await world.rows(QUARANTINE),
  taken: await world.rows(TAKEN),
  status: (await world.status()).map(({ rows, quarantined, taps }) => ({ rows, quarantined, taps })),
});

/** The key is the home's own, and hashes have to be comparable. */
export const KEY = '0123456789abcdef'.repeat(4);
