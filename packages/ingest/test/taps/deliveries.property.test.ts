/** Promise 2 for taps: any division, repetition and interleaving of what a topic holds gives the same tables, also side by side. */
import fc from 'fast-check';
import { runs } from '../../../../jest.property.ts';
import { closeWorlds } from '../support/world.ts';
import { openTapsWorld } from './support/taps-world.ts';
import { KEY, picture, recordsAt, TOPIC } from './support/topic.ts';

afterAll(closeWorlds, 60_000);

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
        for (const [places, waits] of deliveries) {
          beside.push(world.land(recordsAt(places)));
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
