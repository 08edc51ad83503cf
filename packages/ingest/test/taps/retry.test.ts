/** What was refused may come into the table when its contract is mended. */
import { writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { landDelivery, retryRefused } from '../../src/index.ts';
import { closeWorlds } from '../support/world.ts';
import { mended, withFare } from './support/added-field.ts';
import { openTapsWorld, poison, tap, type TapsWorld } from './support/taps-world.ts';

afterAll(closeWorlds, 60_000);

const retry = (world: TapsWorld, dryRun = false) => retryRefused(world, world.contracts.get('taps')!, { dryRun });

async function openRefused(): Promise<TapsWorld> {
  const world = await openTapsWorld();
  await world.land([tap(0), withFare(1), poison(2)]);
  await world.land([withFare(3)]);
  return world;
}

test('rows under their own offsets, each once; what does not fit stays', async () => {
  const world = await openRefused();
  expect(await retry(world)).toEqual({ table: 'taps', records: 3, accepted: 0 });
  world.contracts.set('taps', mended());
  expect(await retry(world, true)).toEqual({ table: 'taps', records: 3, accepted: 2 });
  expect(await world.status()).toMatchObject([{ rows: 1, quarantined: 3 }]);
  const both = await Promise.all([retry(world), retry(world)]);
  expect(both.reduce((sum, { accepted }) => sum + accepted, 0)).toBe(2);
  expect(await retry(world)).toEqual({ table: 'taps', records: 1, accepted: 0 });
  expect(await world.rows('SELECT "offset", tap_id, fare_type FROM taps ORDER BY 1')).toEqual([
    { offset: '0', tap_id: '0-0', fare_type: null },
    { offset: '1', tap_id: '0-1', fare_type: 'adult' },
    { offset: '3', tap_id: '0-3', fare_type: 'adult' },
  ]);
  expect(await world.status()).toMatchObject([{ rows: 3, quarantined: 1, taps: { records: 4 } }]);
  // Delivered again, they are known.
  const again = await landDelivery(world, { cluster: 'one', topicIds: new Map(), records: [withFare(1), withFare(3)] });
  expect(again).toMatchObject([{ repeated: 2, written: 0 }]);
});

test('a file that is not what was written is refused, and nothing is changed', async () => {
  const world = await openRefused();
  world.contracts.set('taps', mended());
  const [file] = await world.rows('SELECT rows_uri FROM ledger.kafka_batches WHERE rows_uri IS NOT NULL ORDER BY id');
  await writeFile(fileURLToPath(String(file?.['rows_uri'])), '{}\n');
  await expect(retry(world)).rejects.toMatchObject({ code: 'refused-damaged' });
  expect(await world.status()).toMatchObject([{ rows: 1, quarantined: 3 }]);
});
