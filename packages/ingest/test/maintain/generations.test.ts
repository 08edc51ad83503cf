/** Proves that former snapshots are kept for as long as promised, and that a rollback is possible after that, too. */
import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { folderStore } from '@farelake/lake';
import { audit, maintain, releaseGeneration, rollBack } from '../../src/index.ts';
import { Delivery, seq } from '../support/delivery.ts';
import { closeWorlds, openWorld, type World } from '../support/world.ts';

afterAll(closeWorlds, 60_000);

const COLUMNS = [
  { name: 'ID', type: 'INT4', key: 1 },
  { name: 'S', type: 'STRING' },
];
const [JAN, FEB] = ['20260101T000000000000', '20260201T000000000000'];
const DAY = 24 * 3600;

/** A table that shows its second snapshot, with a change since. */
async function second() {
  const world = await openWorld();
  const delivery = new Delivery(world.delivered, 'EDW.X', COLUMNS);
  await delivery.snapshot(
    'LOAD1',
    ['1', '2', '3'].map((id) => [id, 'a']),
    { start: '2026-01-01T00:00:00' },
  );
  const contract = await world.addTable('EDW.X');
  await world.ingest();
  await delivery.snapshot(
    'LOAD1',
    ['1', '2', '4'].map((id) => [id, 'b']),
    { start: '2026-02-01T00:00:00' },
  );
  const change = (n: number, id: string) =>
    delivery.changes(`2026020${n}-000000000`, [{ seq: seq(n), oper: 'I', row: [id, 'c'] }], {
      end: `2026-02-0${n}T00:00:00`,
    });
  await change(2, '9');
  await world.ingest();
  // A key of three is lost: it wants a person's word.
  const decide = { workspace: world, contract, by: 'anna@host' };
  await releaseGeneration(decide);
  await world.ingest();
  expect(await shown(world)).toEqual(['1b', '2b', '4b', '9c']);
  return { world, change, decide };
}

const shown = async (world: World) =>
  (await world.rows('SELECT id || s AS r FROM edw_x ORDER BY id')).map((row) => row['r']);
const run = (world: World, dryRun = false) => maintain(world, { grace: DAY, retention: 7 * DAY, dryRun });
const age = ({ pool }: World, days: number) =>
  pool.query(`UPDATE ledger.versions SET committed_at = committed_at - make_interval(days => ${days})`);
const segments = async (world: World) => (await readdir(path.join(world.folder, 'stage/edw_x/base'))).length;

it('a former snapshot is kept for the retention, then its table is emptied, and its files go a retention later', async () => {
  const { world } = await second();
  expect(await run(world)).toMatchObject({ generations: [], expired: { files: 0 } });
  const before = await segments(world);
  await age(world, 8);
  expect(await run(world, true)).toMatchObject({ generations: [`edw_x@${JAN}`] });
  expect(await run(world)).toMatchObject({ generations: [`edw_x@${JAN}`] });
  const { rows } = await world.pool.query(
    `SELECT count(*) AS n FROM ledger.files WHERE table_name LIKE '%@%' AND version_removed IS NULL`,
  );
  expect(rows).toEqual([{ n: 0 }]);
  expect(await run(world)).toMatchObject({ generations: [] });
  await age(world, 8);
  await run(world);
  expect(await segments(world)).toBe(1);
  expect(before).toBeGreaterThan(1);
  expect(await shown(world)).toEqual(['1b', '2b', '4b', '9c']);
  expect((await audit(world, folderStore(world.delivered))).findings).toEqual([]);
});

it('a rollback to a snapshot whose files have gone folds it anew, with what came since; and the other way round', async () => {
  const { world, change, decide } = await second();
  for (const days of [8, 8]) {
    await age(world, days);
    await run(world);
  }
  expect(await segments(world)).toBe(1);
  await change(3, '8');
  expect(await rollBack(decide)).toMatchObject({ to: JAN, from: FEB });
  await world.ingest();
  expect(await shown(world)).toEqual(['1a', '2a', '3a', '8c', '9c']);
  for (const days of [8, 8]) {
    await age(world, days);
    await run(world);
  }
  expect(await segments(world)).toBe(1);
  await releaseGeneration(decide);
  await world.ingest();
  expect(await shown(world)).toEqual(['1b', '2b', '4b', '8c', '9c']);
  expect((await audit(world, folderStore(world.delivered))).findings).toEqual([]);
});
