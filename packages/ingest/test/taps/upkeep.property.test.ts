/** Maintenance at any moment, beside deliveries in any division, changes nothing of what comes of a topic. */
import { readdir } from 'node:fs/promises';
import path from 'node:path';
import fc from 'fast-check';
import { folderStore } from '@farelake/lake';
import { runs } from '../../../../jest.property.ts';
import { audit } from '../../src/index.ts';
import { closeWorlds } from '../support/world.ts';
import { openTapsWorld } from './support/taps-world.ts';
import { KEY, picture, PLACES, recordsAt, TOPIC, upkeep } from './support/topic.ts';

afterAll(closeWorlds, 60_000);
afterEach(() => {
  delete process.env['FARELAKE_HMAC_KEY'];
});

test('compaction, merged runs and removed files beside deliveries: the same tables, and every file that is listed', async () => {
  process.env['FARELAKE_HMAC_KEY'] = KEY;
  const whole = await openTapsWorld();
  await whole.land(TOPIC);
  const expected = await picture(whole);
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.tuple(PLACES, fc.boolean(), fc.boolean()), { minLength: 2, maxLength: 10 }),
      async (deliveries) => {
        const world = await openTapsWorld();
        let beside: Promise<unknown>[] = [];
        for (const [places, waits, maintains] of deliveries) {
          beside.push(world.land(recordsAt(places)));
          if (maintains) beside.push(upkeep(world));
          if (!waits) continue;
          await Promise.all(beside);
          beside = [];
        }
        await Promise.all([...beside, world.land(TOPIC), upkeep(world)]);
        const last = await upkeep(world);
        expect(last.unmerged).toEqual([]);
        expect(await picture(world)).toEqual(expected);
        expect((await audit(world, folderStore(world.delivered), { content: true })).findings).toEqual([]);
        const files = await world.rows('SELECT count(*) AS n FROM ledger.files WHERE version_removed IS NULL');
        const there = await readdir(path.join(world.folder, 'stage'), { recursive: true });
        expect(String(there.filter((name) => name.endsWith('.parquet')).length)).toBe(files[0]?.['n']);
        await closeWorlds();
      },
    ),
    runs(8),
  );
});
