/** Promise 2 for taps: any division, repetition and interleaving of what a topic holds gives the same tables, also side by side. */
import fc from 'fast-check';
import { runs } from '../../../../jest.property.ts';
import { closeWorlds } from '../support/world.ts';
import { NOON, openTapsWorld, poison, tap, type TapsWorld } from './support/taps-world.ts';

afterAll(closeWorlds, 60_000);

const HOUR = 3_600_000n;

/** What a topic of three partitions holds: taps of several days, poison, tombstones, offsets that never come. */
const TOPIC = [0, 1, 2].flatMap((partition) =>
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

const picture = async (world: TapsWorld) => ({
  taps: await world.taps(),
  refused: await world.rows(QUARANTINE),
  taken: await world.rows(TAKEN),
  status: (await world.status()).map(({ rows, quarantined, taps }) => ({ rows, quarantined, taps })),
});

/** The key is the home's own, and hashes have to be comparable. */
const KEY = '0123456789abcdef'.repeat(4);

test('any division, repetition and interleaving of deliveries gives the same tables', async () => {
  process.env['FARELAKE_HMAC_KEY'] = KEY;
  const whole = await openTapsWorld();
  await whole.land(TOPIC);
  const expected = await picture(whole);
  expect(expected.taps).toHaveLength(26);
  const delivery = fc.array(fc.nat(TOPIC.length - 1), { maxLength: 20 });
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.tuple(delivery, fc.boolean()), { maxLength: 8 }),
      fc.shuffledSubarray(TOPIC, { minLength: TOPIC.length }),
      async (deliveries, rest) => {
        const world = await openTapsWorld();
        let beside: Promise<unknown>[] = [];
        for (const [indexes, waits] of deliveries) {
          beside.push(world.land(indexes.map((index) => TOPIC[index] ?? tap(0))));
          if (waits) {
            await Promise.all(beside);
            beside = [];
          }
        }
        // What has not come by then comes at last, by halves.
        const middle = Math.floor(rest.length / 2);
        await Promise.all([...beside, world.land(rest.slice(0, middle)), world.land(rest.slice(middle - 5))]);
        expect(await picture(world)).toEqual(expected);
        await closeWorlds();
      },
    ),
    runs(15),
  );
});

afterEach(() => {
  delete process.env['FARELAKE_HMAC_KEY'];
});
