/**
 * Proves that a snapshot file that is delivered again with other content and the same `.dfm` waits for a person's word, and
 * takes the place of the first by one commit then: nothing of the first stays, nothing is counted twice.
 */
import type { ReplayFilter } from '@farelake/db';
import { giveUp, sendBack, workTables } from '../src/index.ts';
import { Delivery, seq } from './support/delivery.ts';
import { closeWorlds, openWorld, type World } from './support/world.ts';

afterAll(closeWorlds, 60_000);

const COLUMNS = [
  { name: 'ID', type: 'INT4', key: 1 },
  { name: 'PRICE', type: 'NUMERIC', precision: 9, scale: 2 },
];
const START = { start: '2026-01-01T00:00:00', end: '2026-01-01T00:01:00' };
const NEXT = { start: '2026-01-01T00:00:30', end: '2026-01-01T00:02:00' };
const ANY = { snapshot: { rows: 100, share: 1 } };
const BAD = [
  ['1', '1.5'],
  ['2', 'dear'],
  ['3', '3.5'],
];
const RIGHT = [
  ['1', '1.5'],
  ['2', '2.5'],
  ['4', '4.5'],
];

const statusOf = async (world: World) => (await world.status())[0]!;
const shown = (world: World) =>
  world
    .rows('SELECT id, price::VARCHAR AS price FROM edw_x ORDER BY id')
    .then((rows) => rows.map((row) => Object.values(row).join(' ')));
const inHistory = (world: World) =>
  world
    .rows('SELECT id, header__change_oper AS o, _load_id::INTEGER AS l FROM edw_x_history ORDER BY 1, 2')
    .then((rows) => rows.map((row) => Object.values(row).join(' ')));

/** A snapshot of two files and a change; of the first file a row was refused. */
async function partly(): Promise<{ world: World; delivery: Delivery }> {
  const world = await openWorld();
  const delivery = new Delivery(world.delivered, 'EDW.X', COLUMNS);
  await delivery.snapshot('LOAD00000001', BAD, START);
  await delivery.snapshot('LOAD00000002', [['5', '5.5']], NEXT);
  await delivery.changes('20260101-010000000', [{ seq: seq(1), oper: 'U', row: ['1', '9'] }], {
    end: '2026-01-01T01:00:00',
  });
  world.contracts.set('edw_x', { ...(await world.addTable('EDW.X')), quarantine: ANY });
  await world.ingest();
  return { world, delivery };
}

async function replay(world: World, filter: ReplayFilter): Promise<number> {
  const sent = await sendBack(world, filter);
  await workTables(world, ['edw_x']);
  return sent.length;
}

/** The number of the load that waits, as the reason tells it. */
async function waiting(world: World): Promise<number> {
  const { state, reason } = await statusOf(world);
  expect(state).toBe('waiting');
  return Number(
    /corrected: then farelake replay --load (\d+) puts it in the place of the first/.exec(reason ?? '')?.[1],
  );
}

it('waits, and takes the place of the first when somebody says so', async () => {
  const { world, delivery } = await partly();
  const before = await statusOf(world);
  expect(before).toMatchObject({ state: 'live', rows: 3, quarantined: 1, loads: { archived: 3 } });
  await delivery.snapshot('LOAD00000001', RIGHT, START);
  await world.ingest();
  const id = await waiting(world);
  expect(await shown(world)).toEqual(['1 9.00', '3 3.50', '5 5.50']);
  // Whoever names no number leaves it alone.
  expect(await replay(world, { datasets: ['edw_x'] })).toBe(3);
  expect(await waiting(world)).toBe(id);

  expect(await replay(world, { loadIds: [id] })).toBe(1);
  const after = await statusOf(world);
  expect(after).toMatchObject({
    ...{ state: 'live', reason: null, rows: 4, quarantined: 0, generation: before.generation },
    ...{ loads: { archived: 3, superseded: 1 }, receipts: { read: 5, written: 5 } },
  });
  expect(await shown(world)).toEqual(['1 9.00', '2 2.50', '4 4.50', '5 5.50']);
  const history = ['1 L', '1 U', '2 L', '4 L', '5 L'];
  expect((await inHistory(world)).map((row) => row.split(' ').slice(0, 2).join(' '))).toEqual(history);
  await world.ingest();
  expect(await statusOf(world)).toEqual(after);
  const { rows } = await world.pool.query(
    `SELECT filters ->> 'takesItsPlace' AS by, quarantined::int FROM ledger.replayed_loads JOIN ledger.replays ON id = replay_id
     WHERE filters ->> 'takesItsPlace' IS NOT NULL`,
  );
  expect(rows).toEqual([{ by: String(id), quarantined: 1 }]);
});

it('and may be taken through again, or be corrected once more', async () => {
  const { world, delivery } = await partly();
  await delivery.snapshot('LOAD00000001', RIGHT, START);
  await world.ingest();
  await replay(world, { loadIds: [await waiting(world)] });
  const [rows, status] = [await shown(world), await statusOf(world)];
  expect(await replay(world, { datasets: ['edw_x'] })).toBe(3);
  expect(await shown(world)).toEqual(rows);
  expect(await statusOf(world)).toMatchObject({ state: 'live', receipts: status.receipts, loads: status.loads });
  for (const price of ['7', '8']) {
    await delivery.snapshot('LOAD00000001', [['1', price], ...RIGHT.slice(1)], START);
    await world.ingest();
  }
  // Two wait: of these the one that came last counts, and the other gives way to it.
  await delivery.changes('20260101-020000000', [{ seq: seq(2), oper: 'D', row: ['1', null] }], {
    end: '2026-01-01T02:00:00',
  });
  await replay(world, { loadIds: [await waiting(world)] });
  await world.ingest();
  expect(await statusOf(world)).toMatchObject({ state: 'live', reason: null });
  expect(await shown(world)).toEqual(['2 2.50', '4 4.50', '5 5.50']);
  expect(
    await world.rows(`SELECT price::VARCHAR AS p FROM edw_x_history WHERE id = 1 AND header__change_oper = 'L'`),
  ).toEqual([{ p: '8.00' }]);
});

it('that cannot be loaded, or has other rows than announced, leaves the first where it is', async () => {
  const { world, delivery } = await partly();
  const rows = await shown(world);
  await delivery.snapshot(
    'LOAD00000001',
    [
      ['1', '1'],
      ['1', '2'],
    ],
    { ...START, recordCount: 3 },
  );
  await world.ingest();
  const id = await waiting(world);
  await replay(world, { loadIds: [id] });
  expect((await statusOf(world)).reason).toMatch(/it has 2 rows, the .dfm announces 3/);
  expect(await shown(world)).toEqual(rows);
  world.contracts.set('edw_x', { ...world.contracts.get('edw_x')!, quarantine: {} });
  await delivery.snapshot(
    'LOAD00000001',
    BAD.map(([key = '']) => [key, 'cheap']),
    START,
  );
  await world.ingest();
  const other = await waiting(world);
  await replay(world, { loadIds: [other] });
  expect((await statusOf(world)).reason).toMatch(/"cheap"/);
  expect(await shown(world)).toEqual(rows);
  expect((await giveUp(world, { loadIds: [other], why: 'no', by: 'me' })).left).toEqual([]);
  await world.ingest();
  expect(await statusOf(world)).toMatchObject({ state: 'live', reason: null, quarantined: 1 });
  expect(await shown(world)).toEqual(rows);
});

it('is data of a newer snapshot, when its own .dfm comes: nothing of it came into the old one', async () => {
  const { world, delivery } = await partly();
  world.contracts.set('edw_x', { ...world.contracts.get('edw_x')!, generations: { maxShrink: 1 } });
  await delivery.snapshot('LOAD00000001', RIGHT, START);
  await world.ingest();
  await waiting(world);
  await delivery.snapshot('LOAD00000001', RIGHT, { start: '2026-02-01T00:00:00', end: '2026-02-01T00:01:00' });
  await world.ingest();
  expect(await statusOf(world)).toMatchObject({ state: 'live', reason: null, rows: 3 });
  expect(await shown(world)).toEqual(['1 1.50', '2 2.50', '4 4.50']);
});
