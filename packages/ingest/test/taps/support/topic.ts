/** What a topic of three partitions holds, and what has to come of it however it is delivered. */
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
