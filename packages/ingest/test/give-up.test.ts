/** Proves that what a person gives up is open no more, that nothing else changes by it, and that a replay takes it back. */
import { rm } from 'node:fs/promises';
import path from 'node:path';
import { folderStore } from '@farelake/lake';
import type { Contract } from '@farelake/schema-registry';
import { audit, giveUp, sendBack, workTables } from '../src/index.ts';
import { Delivery, seq, type Change } from './support/delivery.ts';
import { closeWorlds, openWorld, type World } from './support/world.ts';

afterAll(closeWorlds, 60_000);

const COLUMNS = [
  { name: 'ID', type: 'INT4', key: 1 },
  { name: 'PRICE', type: 'NUMERIC', precision: 9, scale: 2 },
];
const START = { start: '2026-01-01T00:00:00', end: '2026-01-01T00:01:00' };
const LATER = { end: '2026-01-01T02:00:00' };
const CHANGES = '20260101-010000000';
const change = (n: number, oper: string, row: (string | null)[]): Change => ({ seq: seq(n), oper, row });
const ONE_BAD = [change(1, 'I', ['3', '3.5']), change(2, 'U', ['1', 'dear'])];

async function table(
  quarantine: Contract['quarantine'],
  changes: readonly Change[] = ONE_BAD,
): Promise<{ world: World; delivery: Delivery }> {
  const world = await openWorld();
  const delivery = new Delivery(world.delivered, 'EDW.X', COLUMNS);
  const rows = ['1', '2'].map((id) => [id, `${id}.5`]);
  await delivery.snapshot('LOAD00000001', rows, START);
  await delivery.changes(CHANGES, changes, LATER);
  world.contracts.set('edw_x', { ...(await world.addTable('EDW.X')), quarantine: quarantine ?? {} });
  return { world, delivery };
}

const statusOf = async (world: World) => (await world.status())[0]!;
const give = (world: World, ...loadIds: number[]) =>
  giveUp(world, { loadIds, why: 'the vendor lost it', by: 'me@here' });
const idOf = async (world: World, stem: string): Promise<number> => {
  const { rows } = await world.pool.query<{ id: number }>(
    `SELECT max(l.id) AS id FROM ledger.loads l JOIN ledger.objects o ON o.id = l.object_id WHERE o.object_key LIKE $1`,
    [`%${stem}%`],
  );
  return rows[0]!.id;
};
const shown = (world: World) =>
  world
    .rows('SELECT id, price::VARCHAR AS price FROM edw_x ORDER BY id')
    .then((rows) => rows.map((row) => Object.values(row)));

it('a change file that cannot be loaded: the table goes on without it, until a replay names it', async () => {
  const { world } = await table({});
  for (let n = 0; n < 5; n += 1) {
    await world.ingest();
    await world.letTimePass();
  }
  const id = await idOf(world, CHANGES);
  const failing = await statusOf(world);
  expect(failing).toMatchObject({
    state: 'failing',
    rows: 2,
    loads: { quarantined: 1 },
    givenUp: { files: 0, rows: 0 },
  });
  expect(failing.reason).toMatch(
    new RegExp(`farelake replay --load ${id}; if it is lost for good, farelake give-up --load ${id} `),
  );

  expect(await give(world, id, 99)).toMatchObject({
    lost: [{ id, lost: 'file', state: 'quarantined' }],
    left: [{ id: 99, reason: 'there is none of that number' }],
  });
  const given = { state: 'live', reason: null, rows: 2, loads: { superseded: 1 }, givenUp: { files: 1, rows: 0 } };
  expect(await statusOf(world)).toMatchObject(given);
  expect(await world.troubles()).toEqual([]);
  await world.ingest();
  expect(await statusOf(world)).toMatchObject(given);
  const { rows: noted } = await world.pool.query(
    'SELECT asked_by, filters, load_id::int, state FROM ledger.replays JOIN ledger.replayed_loads ON replay_id = id',
  );
  const filters = { giveUp: 'the vendor lost it', loadIds: [id] };
  expect(noted).toEqual([{ asked_by: 'me@here', filters, load_id: id, state: 'quarantined' }]);
  expect((await give(world, id)).left).toEqual([{ id, reason: 'it is given up already' }]);

  // What is sent back in general leaves alone what somebody has decided about; who names it takes it back.
  await sendBack(world, { datasets: ['edw_x'] });
  await workTables(world, ['edw_x']);
  expect(await statusOf(world)).toMatchObject(given);
  world.contracts.set('edw_x', { ...world.contracts.get('edw_x')!, quarantine: { changes: { rows: 1, share: 1 } } });
  expect(await sendBack(world, { loadIds: [id] })).toHaveLength(1);
  await workTables(world, ['edw_x']);
  expect(await statusOf(world)).toMatchObject({
    state: 'waiting',
    rows: 3,
    givenUp: { files: 0 },
    keysInDoubt: { rows: 1 },
  });
});

it('a change file whose .dfm never comes, and it is in time when it does', async () => {
  const { world } = await table({}, []);
  const second = new Delivery(world.delivered, 'EDW.X', COLUMNS);
  await second.changes('20260101-020000000', [change(3, 'I', ['4', '4.5'])], { ...LATER, withoutDfm: true });
  await world.ingest();
  expect(await statusOf(world)).toMatchObject({ state: 'waiting', rows: 2 });
  const id = await idOf(world, '20260101-020000000');
  expect(await give(world, id)).toMatchObject({ lost: [{ id, lost: 'file', state: 'waiting' }], left: [] });
  await world.ingest();
  expect(await statusOf(world)).toMatchObject({ state: 'live', rows: 2, givenUp: { files: 1, rows: 0 } });
  await rm(path.join(world.delivered, 'EDW.X__ct/20260101-020000000.csv.gz'));
  expect((await audit(world, folderStore(world.delivered))).findings).toEqual([]);
  await second.changes('20260101-020000000', [change(3, 'I', ['4', '4.5'])], LATER);
  await sendBack(world, { state: 'superseded' });
  await world.ingest();
  expect(await statusOf(world)).toMatchObject({ state: 'live', rows: 3, givenUp: { files: 0, rows: 0 } });
});

it('refused changes: their keys are in doubt no more, the rows stay what they are', async () => {
  const { world } = await table({ changes: { rows: 5, share: 1 } });
  await world.ingest();
  const before = await statusOf(world);
  expect(before).toMatchObject({ state: 'waiting', keysInDoubt: { rows: 1, keys: [{ id: '1' }] } });
  const id = await idOf(world, CHANGES);
  expect(await giveUp(world, { loadIds: [id], why: '', by: '', dryRun: true })).toMatchObject({
    lost: [{ id, lost: 'changes' }],
  });
  expect(await statusOf(world)).toEqual(before);
  expect((await give(world, id)).left).toEqual([]);
  expect(await statusOf(world)).toEqual({
    ...before,
    state: 'live',
    reason: null,
    keysInDoubt: { rows: 0, keys: [], loads: [] },
    givenUp: { files: 0, rows: 1 },
  });
  await sendBack(world, { loadIds: [id] });
  await workTables(world, ['edw_x']);
  expect(await statusOf(world)).toMatchObject({ keysInDoubt: { rows: 1, keys: [{ id: '1' }] }, givenUp: { rows: 0 } });
});

it('a replay that fails: the rows of before stay, and count as applied', async () => {
  const { world } = await table({ changes: { rows: 5, share: 1 } });
  await world.ingest();
  const [before, rows] = [await statusOf(world), await shown(world)];
  const id = await idOf(world, CHANGES);
  world.contracts.set('edw_x', { ...world.contracts.get('edw_x')!, quarantine: {} });
  await sendBack(world, { loadIds: [id] });
  await workTables(world, ['edw_x']);
  expect(await statusOf(world)).toMatchObject({ state: 'failing', loads: { failed: 1 } });
  expect(await give(world, id)).toMatchObject({ lost: [{ id, lost: 'replay' }], left: [] });
  await world.ingest();
  const after = await statusOf(world);
  expect(after).toMatchObject({ state: 'live', reason: null, loads: before.loads, rows: before.rows });
  expect(await shown(world)).toEqual(rows);
});

it('not a file of a snapshot that was never loaded, nor one that is all right: it says why', async () => {
  const { world, delivery } = await table({}, []);
  await delivery.snapshot('LOAD00000002', [['5', 'dear']], {
    start: '2026-01-01T00:00:30',
    end: '2026-01-01T00:02:00',
  });
  await world.ingest();
  const [bad, good] = [await idOf(world, 'LOAD00000002'), await idOf(world, CHANGES)];
  const before = await statusOf(world);
  const { lost, left } = await give(world, bad, good);
  expect(lost).toEqual([]);
  const reasons = new Map(left.map(({ id, reason }) => [id, reason]));
  expect(reasons.get(bad)).toMatch(/never shown without one of its files/);
  expect(reasons.get(good)).toBe('nothing of it is open');
  expect(await statusOf(world)).toEqual(before);
  const { rows } = await world.pool.query('SELECT 1 FROM ledger.replays');
  expect(rows).toEqual([]);
});
