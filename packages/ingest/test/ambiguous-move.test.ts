/** Proves that what the message of a hold by ambiguous moves says to do, works; and that nothing is lost until then. */
import { Delivery, seq, type Change } from './support/delivery.ts';
import { closeWorlds, openWorld, type World } from './support/world.ts';

afterAll(closeWorlds, 60_000);

const COLUMNS = [
  { name: 'ID', type: 'INT4', key: 1 },
  { name: 'NAME', type: 'STRING' },
];
const START = { start: '2026-01-01T00:00:00', end: '2026-01-01T00:01:00' };
const AFTER = { end: '2026-01-01T02:00:00' };
const change = (oper: string, row: (string | null)[]): Change => ({ seq: seq(5), oper, row });
// Two rows change their keys in one sequence, and no B stands next to its U.
const MOVES = [change('B', ['1', 'a']), change('B', ['2', 'b']), change('U', ['11', 'x']), change('U', ['12', 'y'])];

const statusOf = async (world: World) => (await world.status())[0]!;
const shown = (world: World) =>
  world.rows('SELECT id, name FROM edw_x ORDER BY id').then((rows) => rows.map((row) => Object.values(row).join(' ')));

/** @param shownBefore the snapshot is in the table when the changes come */
async function held(shownBefore: boolean): Promise<{ world: World; delivery: Delivery }> {
  const world = await openWorld();
  const delivery = new Delivery(world.delivered, 'EDW.X', COLUMNS);
  const rows = [
    ['1', 'a'],
    ['2', 'b'],
  ];
  await delivery.snapshot('LOAD00000001', rows, START);
  const contract = await world.addTable('EDW.X');
  world.contracts.set('edw_x', { ...contract, cdc: { ...contract.cdc, beforeImage: 'full' } });
  if (shownBefore) await world.ingest();
  await delivery.changes('20260101-010000000', MOVES, AFTER);
  await world.ingest();
  return { world, delivery };
}

it.each([
  ['shown before', true],
  ['not shown yet', false],
])(
  'the snapshot %s: the table is held and says what to do; a snapshot that begins later is shown by itself',
  async (_, shownBefore) => {
    const { world, delivery } = await held(shownBefore);
    const status = await statusOf(world);
    expect(status).toMatchObject({ state: 'held', rows: shownBefore ? 2 : 0 });
    expect(status.reason).toMatch(
      /sequence 0{34}5\. Nothing .* says which row became which: have the source table loaded anew/,
    );
    expect(status.reason).toMatch(/or let the contract say cdc\.beforeImage none/);
    const rows = [
      ['11', 'x'],
      ['12', 'y'],
    ];
    const contract = world.contracts.get('edw_x')!;
    world.contracts.set('edw_x', { ...contract, generations: { maxShrink: 1 } });
    await delivery.snapshot('LOAD00000001', rows, { start: '2026-01-02T00:00:00', end: '2026-01-02T00:01:00' });
    await delivery.changes('20260102-010000000', [{ seq: seq(6), oper: 'U', row: ['12', 'z'] }], {
      end: '2026-01-02T02:00:00',
    });
    await world.ingest();
    expect(await statusOf(world)).toMatchObject({ state: 'live', reason: null });
    expect(await shown(world)).toEqual(['11 x', '12 z']);
    await world.ingest();
    expect(await statusOf(world)).toMatchObject({ state: 'live', reason: null });
  },
);

it('without before images by contract no row changes its key, and the next snapshot sets it right', async () => {
  const { world, delivery } = await held(true);
  expect((await statusOf(world)).state).toBe('held');
  const contract = world.contracts.get('edw_x')!;
  world.contracts.set('edw_x', {
    ...contract,
    cdc: { ...contract.cdc, beforeImage: 'none' },
    generations: { maxShrink: 1 },
  });
  await world.ingest();
  expect(await statusOf(world)).toMatchObject({ state: 'live', reason: null, orphans: 2 });
  expect(await shown(world)).toEqual(['1 a', '2 b']);
  await delivery.snapshot('LOAD00000001', [['11', 'x']], { start: '2026-01-02T00:00:00', end: '2026-01-02T00:01:00' });
  await world.ingest();
  expect(await shown(world)).toEqual(['11 x']);
});
