/** Maintenance at any moment, beside deliveries in any division, changes nothing of what comes of a topic. */
import { readdir } from 'node:fs/promises';
import path from 'node:path';
import fc from 'fast-check';
import { folderStore } from '@farelake/lake';
import { runs } from '../../../../jest.property.ts';
import { audit, maintain } from '../../src/index.ts';
import { closeWorlds } from '../support/world.ts';
import { openTapsWorld, tap } from './support/taps-world.ts';
import { KEY, picture, TOPIC } from './support/topic.ts';

afterAll(closeWorlds, 60_000);
afterEach(() => {
  delete process.env['FARELAKE_HMAC_KEY'];
});

test('compaction, merged runs and removed files beside deliveries: the same tables, and every file that is listed', async () => {
  process.env['FARELAKE_HMAC_KEY'] = KEY;
  const whole = await openTapsWorld();
  await whole.land(TOPIC);
  const expected = await picture(whole);
  const delivery = fc.array(fc.nat(TOPIC.length - 1), { minLength: 1, maxLength: 12 });
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.tuple(delivery, fc.boolean(), fc.boolean()), { minLength: 2, maxLength: 10 }),
      async (deliveries) => {
        const world = await openTapsWorld();
        const upkeep = () => maintain(world, { grace: 0, retention: 0, tapGrace: 0, dryRun: false });
        let beside: Promise<unknown>[] = [];
        for (const [indexes, waits, maintains] of deliveries) {
          beside.push(world.land(indexes.map((index) => TOPIC[index] ?? tap(0))));
          if (maintains) beside.push(upkeep());
          if (!waits) continue;
          await Promise.all(beside);
          beside = [];
        }
        await Promise.all([...beside, world.land(TOPIC), upkeep()]);
        const last = await upkeep();
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
