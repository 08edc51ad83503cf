/** A newer snapshot may hold a file with the very bytes of an older one's: real files, real Postgres. */
import { holdTable, releaseGeneration, releaseTable } from '../../src/index.ts';
import { Delivery, seq } from '../support/delivery.ts';
import { COLUMNS, FEB, G1, G2, JAN, one, shown, states } from '../support/five-rows.ts';
import { closeWorlds, openWorld } from '../support/world.ts';

afterAll(closeWorlds, 60_000);

it('an empty snapshot after an empty one is a snapshot of its own', async () => {
  const world = await openWorld();
  const delivery = new Delivery(world.delivered, 'EDW.X', COLUMNS);
  const insert = (stem: string, n: number, id: number, end: string) =>
    delivery.changes(stem, [{ seq: seq(n), oper: 'I', row: [String(id), 'x'] }], { end });
  await delivery.snapshot('LOAD00000001', [], { start: JAN });
  await insert('20260115-000000000', 1, 7, '2026-01-15T00:00:00');
  const contract = await world.addTable('EDW.X');
  await world.ingest();
  await delivery.snapshot('LOAD00000001', [], { start: FEB });
  await insert('20260202-000000000', 2, 9, '2026-02-02T00:00:00');
  await world.ingest();
  expect(await states(world)).toEqual({ [G1]: 'live', [G2]: 'held' });
  expect(await shown(world)).toEqual(['7x', '9x']);
  await releaseGeneration({ workspace: world, contract, by: 'anna@host' });
  await world.ingest();
  expect(await states(world)).toEqual({ [G1]: 'retired', [G2]: 'live' });
  expect(await shown(world)).toEqual(['9x']);
  // Once is enough: nothing is delivered again by being looked at again.
  await world.ingest();
  expect((await one(world)).loads).toEqual({ superseded: 2, archived: 2 });
});

it('a snapshot of which one file of several is the same is whole', async () => {
  const world = await openWorld();
  const delivery = new Delivery(world.delivered, 'EDW.X', COLUMNS);
  await delivery.snapshot('LOAD00000001', [['1', 'a']], { start: JAN });
  await delivery.snapshot('LOAD00000002', [['6', 'a']], { start: '2026-01-01T00:01:00' });
  await world.addTable('EDW.X');
  await world.ingest();
  await delivery.snapshot('LOAD00000001', [['1', 'b']], { start: FEB });
  await delivery.snapshot('LOAD00000002', [['6', 'a']], { start: '2026-02-01T00:01:00' });
  await world.ingest();
  expect(await one(world)).toMatchObject({ state: 'live', generation: G2, rows: 2 });
  expect(await shown(world)).toEqual(['1b', '6a']);
});

it('where the old file beside a new .dfm has another number of rows, its data is waited for', async () => {
  const world = await openWorld();
  const delivery = new Delivery(world.delivered, 'EDW.X', COLUMNS);
  const old = [
    ['1', 'a'],
    ['2', 'a'],
  ];
  await delivery.snapshot('LOAD00000001', old, { start: JAN });
  await world.addTable('EDW.X');
  await world.ingest();
  await delivery.snapshot('LOAD00000001', old, { start: FEB, recordCount: 3 });
  await world.ingest();
  expect(await one(world)).toMatchObject({ state: 'waiting', generation: G1, rows: 2 });
  await delivery.snapshot('LOAD00000001', [...old, ['3', 'b']], { start: FEB });
  await world.ingest();
  expect(await one(world)).toMatchObject({ state: 'live', generation: G2, rows: 3 });
});

it('the bytes of the first snapshot once more in the third, seen before their .dfm', async () => {
  const world = await openWorld();
  const delivery = new Delivery(world.delivered, 'EDW.X', COLUMNS);
  const a = [['1', 'a']];
  await delivery.snapshot('LOAD00000001', a, { start: JAN });
  await world.addTable('EDW.X');
  await world.ingest();
  await delivery.snapshot('LOAD00000001', [['1', 'b']], { start: FEB });
  await world.ingest();
  expect(await shown(world)).toEqual(['1b']);
  // The vendor writes data first: for a while it lies beside the .dfm of the snapshot before.
  await delivery.snapshot('LOAD00000001', a, { start: FEB });
  await world.ingest();
  expect(await shown(world)).toEqual(['1b']);
  await delivery.snapshot('LOAD00000001', a, { start: '2026-03-01T00:00:00' });
  await world.ingest();
  expect(await one(world)).toMatchObject({ state: 'live', generation: '20260301T000000000000' });
  expect(await shown(world)).toEqual(['1a']);
});

it('data of the next snapshot over that of one never taken in, seen before its .dfm, does not complete that one', async () => {
  const world = await openWorld();
  const delivery = new Delivery(world.delivered, 'EDW.X', COLUMNS);
  const snapshot = (n: number, rows: string[][], start: string, recordCount = rows.length) =>
    delivery.snapshot(`LOAD0000000${n}`, rows, { start, recordCount });
  await snapshot(1, [['1', 'a']], JAN);
  await snapshot(2, [['5', 'a']], '2026-01-01T00:01:00');
  await world.addTable('EDW.X');
  await world.ingest();
  // What came of February was overwritten by March but for its second file.
  const march = [
    ['1', 'c'],
    ['2', 'c'],
  ];
  await snapshot(1, march, FEB, 3);
  await snapshot(2, [['5', 'b']], '2026-02-01T00:01:00');
  await world.ingest();
  await snapshot(1, march, '2026-03-01T00:00:00');
  await world.ingest();
  expect((await shown(world)).filter((row) => row.endsWith('b'))).toEqual([]);
  await snapshot(2, [['5', 'c']], '2026-03-01T00:01:00');
  await world.ingest();
  expect(await one(world)).toMatchObject({ state: 'live', generation: '20260301T000000000000' });
  expect(await shown(world)).toEqual(['1c', '2c', '5c']);
});

it('a snapshot that was overwritten before it was loaded does not take the .dfm of the next one', async () => {
  const world = await openWorld();
  const delivery = new Delivery(world.delivered, 'EDW.X', COLUMNS);
  const both = async (text: string, month: string) => {
    await delivery.snapshot('LOAD00000001', [['1', text]], { start: `2026-${month}-01T00:00:00` });
    await delivery.snapshot('LOAD00000002', [['6', text]], { start: `2026-${month}-01T00:01:00` });
  };
  await both('a', '01');
  await world.addTable('EDW.X');
  await holdTable(world, 'edw_x', 'not yet');
  await world.ingest();
  await both('b', '02');
  await releaseTable(world, 'edw_x');
  await world.ingest();
  expect(await one(world)).toMatchObject({ generation: G2, rows: 2 });
  expect(await shown(world)).toEqual(['1b', '6b']);
  await world.ingest();
  expect(await one(world)).toMatchObject({ state: 'live', loads: { archived: 2, superseded: 2 } });
});
