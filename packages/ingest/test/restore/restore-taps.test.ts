/** Proves that a topic's table comes back with its offsets: what comes again is left out, what is new is taken, refused ones stay refused. */
import { readdir, rm } from 'node:fs/promises';
import path from 'node:path';
import fc from 'fast-check';
import { folderStore } from '@farelake/lake';
import { runs } from '../../../../jest.property.ts';
import { tapsContract } from '../../../schema-registry/test/taps-contract.ts';
import { audit, retryRefused } from '../../src/index.ts';
import { afterLoss, lostAndRestored, restoreAll } from '../support/lost.ts';
import { closeWorlds } from '../support/world.ts';
import { mended, withFare } from '../taps/support/added-field.ts';
import { openTapsWorld, poison, tap, tapsWorld, type TapsWorld } from '../taps/support/taps-world.ts';
import { KEY, picture, PLACES, recordsAt, TOPIC, upkeep } from '../taps/support/topic.ts';

afterAll(closeWorlds, 60_000);
beforeEach(() => {
  process.env['FARELAKE_HMAC_KEY'] = KEY;
});
afterEach(() => {
  delete process.env['FARELAKE_HMAC_KEY'];
});

const lose = async (world: TapsWorld): Promise<TapsWorld> => tapsWorld(await lostAndRestored(world), tapsContract());

const LEDGER = `SELECT p.partition, p.epoch, p.topic_id, b.attempt_id, b.first_offset, b.last_offset, b.records, b.written, b.quarantined, b.tombstones,
  b.archive_uri, b.archive_sha256, b.rows_uri, b.rows_sha256 FROM ledger.kafka_batches b JOIN ledger.kafka_partitions p ON p.id = b.partition_id ORDER BY ALL`;

test('offsets, batches, refused records and rows are those of before; the same records come again and change nothing', async () => {
  const world = await openTapsWorld();
  await world.land(TOPIC.slice(0, 20), { topicIds: new Map([['taps', 'id-1']]) });
  await world.land(TOPIC.slice(15));
  const [before, ledger] = [await picture(world), await world.rows(LEDGER)];
  const restored = await lose(world);
  expect(await picture(restored)).toEqual(before);
  expect(await restored.rows(LEDGER)).toEqual(ledger);
  expect((await audit(restored, folderStore(restored.delivered), { content: true })).findings).toEqual([]);
  expect(await restored.land(TOPIC)).toMatchObject([{ repeated: TOPIC.length, written: 0, quarantined: 0 }]);
  expect(await restored.land([tap(100), poison(101)])).toMatchObject([{ written: 1, quarantined: 1 }]);
  expect(await restored.taps()).toHaveLength(before.taps.length + 1);
});

test('refused records become rows after a restore, and their batch is told anew', async () => {
  const world = await openTapsWorld();
  await world.land([tap(0), withFare(1), poison(2)]);
  await world.land([withFare(3), tap(4)]);
  const next = await afterLoss(world);
  next.contracts.set('taps', mended());
  expect((await restoreAll(next)).leftOut).toEqual([]);
  expect(await retryRefused(next, mended(), { dryRun: false })).toEqual({ table: 'taps', records: 3, accepted: 2 });
  const [own, again] = [tapsWorld(next, mended()), await lose(tapsWorld(next, mended()))];
  expect(await again.rows(LEDGER)).toEqual(await own.rows(LEDGER));
  expect(await picture(again)).toEqual(await picture(own));
  expect((await picture(again)).refused).toHaveLength(1);
  expect((await audit(again, folderStore(again.delivered), { content: true })).findings).toEqual([]);
});

test('a journal that is gone: offsets are those of the rows and of what is told', async () => {
  const world = await openTapsWorld();
  await world.land([tap(0), tap(1), poison(2)]);
  await world.land([tap(3), tap(5)]);
  const folder = path.join(world.folder, 'stage/taps/metadata');
  for (const name of await readdir(folder))
    if (name.startsWith('00001') && name.endsWith('.journal.json')) await rm(path.join(folder, name));
  const next = await afterLoss(world);
  const { restored } = await restoreAll(next);
  expect(restored[0]?.notes.join('\n')).toMatch(/no journal tells of 1 files[\s\S]*do not tell of 3 records/);
  const own = tapsWorld(next, tapsContract());
  expect(await own.taps()).toEqual(await world.taps());
  expect(await own.land([tap(0), tap(1), tap(3), tap(5), tap(6)])).toMatchObject([{ repeated: 4, written: 1 }]);
  const { findings } = await audit(own, folderStore(own.delivered));
  // Where the records of the first commit lie in the archive is not known.
  expect(new Set(findings.map(({ kind }) => kind))).toEqual(new Set(['unknown-copy']));
});

test('losses beside deliveries and maintenance: the same tables in the end', async () => {
  const whole = await openTapsWorld();
  await whole.land(TOPIC);
  const expected = await picture(whole);
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.tuple(PLACES, fc.boolean(), fc.boolean()), { minLength: 2, maxLength: 8 }),
      async (deliveries) => {
        let world = await openTapsWorld();
        for (const [places, maintains, isLost] of deliveries) {
          await world.land(recordsAt(places));
          if (maintains) await upkeep(world);
          const { rows } = await world.pool.query('SELECT 1 FROM ledger.pointers');
          if (isLost && rows.length > 0) {
            const taps = await world.taps();
            world = await lose(world);
            expect(await world.taps()).toEqual(taps);
          }
        }
        await world.land(TOPIC);
        expect((await upkeep(world)).unmerged).toEqual([]);
        expect(await picture(world)).toEqual(expected);
        const { findings } = await audit(world, folderStore(world.delivered), { content: true });
        // Copies of records that were refused, or empty, and that no commit of rows followed.
        expect(findings.filter(({ kind }) => kind !== 'unknown-copy')).toEqual([]);
        await closeWorlds();
      },
    ),
    { ...runs(8), endOnFailure: true },
  );
}, 300_000);
