/** Proves that a table goes from one snapshot to the next, and back, whole: real files, real Postgres. */
import { rm } from 'node:fs/promises';
import { folderStore } from '@farelake/lake';
import { ingest, releaseGeneration, rollBack } from '../../src/index.ts';
import { Delivery, seq, type Cell } from '../support/delivery.ts';
import { expectPublished, publish } from '../support/published.ts';
import { closeWorlds, openWorld, type World } from '../support/world.ts';

afterAll(closeWorlds, 60_000);

const COLUMNS = [
  { name: 'ID', type: 'INT4', key: 1 },
  { name: 'S', type: 'STRING' },
];
const [JAN, FEB, MAR] = ['2026-01-01T00:00:00', '2026-02-01T00:00:00', '2026-03-01T00:00:00'] as const;
const [G1, G2, G3] = ['20260101T000000000000', '20260201T000000000000', '20260301T000000000000'] as const;
/** Keys from 1, each with the same text. */
const rowsOf = (count: number, text: string): Cell[][] =>
  Array.from({ length: count }, (_, n) => [String(n + 1), text]);
const shown = async (world: World) =>
  (await world.rows('SELECT id::INTEGER AS id, s FROM edw_x ORDER BY 1')).map(
    (row) => `${String(row['id'])}${String(row['s'])}`,
  );
const one = async (world: World) => (await world.status())[0]!;
const states = async (world: World) =>
  Object.fromEntries((await one(world)).generations.map(({ name, state }) => [name, state]));

interface Told {
  readonly world: World;
  readonly delivery: Delivery;
  /** Inserts a row, in a change file of that time. */
  readonly change: (time: string, n: number, id: number, text: string) => Promise<string>;
  readonly decide: { workspace: World; contract: Awaited<ReturnType<World['addTable']>>; by: string };
}

/** A table that shows a snapshot of five rows, `a`. */
async function five(start: string | null = JAN): Promise<Told> {
  const world = await openWorld();
  const delivery = new Delivery(world.delivered, 'EDW.X', COLUMNS);
  await delivery.snapshot('LOAD00000001', rowsOf(5, 'a'), start === null ? {} : { start });
  const contract = await world.addTable('EDW.X');
  await world.ingest();
  expect(await one(world)).toMatchObject({ state: 'live', rows: 5 });
  const change: Told['change'] = (time, n, id, text) => {
    const stem = `${time.slice(0, 10).replaceAll('-', '')}-${time.slice(11).replaceAll(':', '')}000`;
    return delivery.changes(stem, [{ seq: seq(n), oper: 'I', row: [String(id), text] }], { end: time });
  };
  return { world, delivery, change, decide: { workspace: world, contract, by: 'anna@host' } };
}

it('a newer snapshot takes the place of the one in use, with all changes since its start and none from before', async () => {
  const { world, delivery, change } = await five();
  await change('2026-01-15T00:00:00', 1, 7, 'old');
  await world.ingest();
  await delivery.snapshot('LOAD00000001', rowsOf(4, 'b'), { start: FEB });
  await delivery.snapshot('LOAD00000002', [['5', 'b']], { start: '2026-02-01T00:01:00' });
  await change('2026-02-01T00:00:30', 2, 8, 'new');
  await world.ingest();
  expect(await shown(world)).toEqual(['1b', '2b', '3b', '4b', '5b', '8new']);
  expect(await one(world)).toMatchObject({
    state: 'live',
    reason: null,
    generation: G2,
    loads: { archived: 3, superseded: 2 },
    generations: [
      { name: G1, state: 'retired' },
      { name: G2, state: 'live', rows: 6, keysLost: 1, keysGained: 0 },
    ],
  });
  // Rows of the two snapshots stay apart in history.
  const history = await world.rows(`SELECT count(*)::INTEGER AS n FROM edw_x_history WHERE header__change_oper = 'L'`);
  expect(history).toEqual([{ n: 10 }]);
  await world.ingest();
  expect(await one(world)).toMatchObject({ version: 4, state: 'live' });
});

it('several snapshots found at once: the newest is shown in the end, and each before it can be gone back to', async () => {
  const world = await openWorld();
  const starts = [JAN, FEB, MAR, '2026-04-01T00:00:00'];
  for (const [n, start] of starts.entries())
    await new Delivery(`${world.delivered}/${n}`, 'EDW.X', COLUMNS).snapshot('LOAD1', rowsOf(5, String(n)), { start });
  const contract = await world.addTable('EDW.X');
  await world.ingest();
  expect(await shown(world)).toEqual(['13', '23', '33', '43', '53']);
  expect(await states(world)).toEqual({
    [G1]: 'retired',
    [G2]: 'retired',
    [G3]: 'retired',
    '20260401T000000000000': 'live',
  });
  const decide = { workspace: world, contract, by: 'anna@host' };
  expect(await rollBack(decide)).toMatchObject({ to: G3 });
  expect(await rollBack(decide)).toMatchObject({ to: G2 });
  expect(await shown(world)).toEqual(['11', '21', '31', '41', '51']);
  expect(await rollBack(decide)).toMatchObject({ to: G1 });
  await expect(rollBack(decide)).rejects.toMatchObject({ code: 'nothing-to-roll-back' });
});

describe('a snapshot that lost too many keys', () => {
  async function shrunk() {
    const told = await five();
    await told.delivery.snapshot('LOAD00000001', rowsOf(3, 'b'), { start: FEB });
    await told.world.ingest();
    return told;
  }

  it('is held, with the reason and what to do, while changes go on into the one in use', async () => {
    const { world, change } = await shrunk();
    await change('2026-02-02T00:00:00', 1, 9, 'x');
    await world.ingest();
    expect(await shown(world)).toEqual(['1a', '2a', '3a', '4a', '5a', '9x']);
    const { state, reason, generations } = await one(world);
    expect(state).toBe('held');
    expect(reason).toMatch(/2 keys are lost \(40 %, at most 20 % may be\), 0 gained.*farelake table release EDW\.X$/);
    expect(generations[1]).toMatchObject({ name: G2, state: 'held', rows: 3, keysLost: 2, keysGained: 0 });
  });

  it('is shown by the next ingest once it is released, with what came meanwhile', async () => {
    const { world, change, decide } = await shrunk();
    await change('2026-02-02T00:00:00', 1, 9, 'x');
    expect(await releaseGeneration(decide)).toEqual({ generation: G2, was: 'held' });
    expect(await one(world)).toMatchObject({ state: 'waiting', reason: expect.stringMatching(/released/) as string });
    await world.ingest();
    expect(await shown(world)).toEqual(['1b', '2b', '3b', '9x']);
    expect(await one(world)).toMatchObject({ state: 'live' });
    expect(await releaseGeneration(decide)).toBeUndefined();
  });

  it('is looked at again when another file of it comes', async () => {
    const { world, delivery } = await shrunk();
    await delivery.snapshot(
      'LOAD00000002',
      [
        ['4', 'b'],
        ['5', 'b'],
      ],
      { start: '2026-02-01T00:01:00' },
    );
    await world.ingest();
    expect(await shown(world)).toEqual(['1b', '2b', '3b', '4b', '5b']);
  });

  it('gives way to a newer one', async () => {
    const { world, delivery } = await shrunk();
    await delivery.snapshot('LOAD00000001', rowsOf(5, 'c'), { start: MAR });
    await world.ingest();
    expect(await shown(world)).toEqual(['1c', '2c', '3c', '4c', '5c']);
    expect(await one(world)).toMatchObject({ state: 'live', loads: { archived: 1, superseded: 2 } });
    expect(await states(world)).toEqual({ [G1]: 'retired', [G3]: 'live' });
  });

  it('is not held where the contract allows it', async () => {
    const { world, delivery, decide } = await five();
    world.contracts.set('edw_x', { ...decide.contract, generations: { maxShrink: 0.4 } });
    await delivery.snapshot('LOAD00000001', rowsOf(3, 'b'), { start: FEB });
    await world.ingest();
    expect(await shown(world)).toEqual(['1b', '2b', '3b']);
  });

  it('an empty one is held like any other, and takes the place of nothing as nothing', async () => {
    const { world, delivery } = await five();
    await delivery.snapshot('LOAD00000001', [], { start: FEB });
    await world.ingest();
    expect(await one(world)).toMatchObject({ state: 'held', rows: 5 });
    const empty = await openWorld();
    const other = new Delivery(empty.delivered, 'EDW.X', COLUMNS);
    await other.snapshot('LOAD00000001', [], { start: JAN });
    await empty.addTable('EDW.X');
    await empty.ingest();
    expect(await one(empty)).toMatchObject({ state: 'live', rows: 0, generation: G1 });
    await other.snapshot('LOAD00000001', rowsOf(1, 'b'), { start: FEB });
    await empty.ingest();
    expect(await shown(empty)).toEqual(['1b']);
  });
});

describe('a rollback', () => {
  it('brings back the former snapshot with the changes and files it missed, and holds the other until it is released', async () => {
    const { world, delivery, change, decide } = await five();
    publish(world, decide.contract);
    await world.ingest();
    await delivery.snapshot('LOAD00000001', rowsOf(5, 'b'), { start: FEB });
    await world.ingest();
    await expectPublished(world, decide.contract);
    await change('2026-01-20T00:00:00', 1, 8, 'between');
    await change('2026-02-20T00:00:00', 2, 9, 'after');
    await delivery.snapshot('LOAD00000002', [['6', 'a']], { start: '2026-01-01T00:01:00' });
    await world.ingest();
    expect(await shown(world)).toEqual(['1b', '2b', '3b', '4b', '5b', '9after']);
    expect(await one(world)).toMatchObject({ state: 'live', loads: { archived: 2, superseded: 3 } });

    const contract = world.contracts.get('edw_x')!;
    const done = await rollBack({ ...decide, contract, why: 'wrong' });
    expect(done).toMatchObject({ to: G1, from: G2, rows: 8, missed: 3 });
    const back = ['1a', '2a', '3a', '4a', '5a', '6a', '8between', '9after'];
    expect(await shown(world)).toEqual(back);
    expect(await states(world)).toEqual({ [G1]: 'live', [G2]: 'rejected' });
    await expectPublished(world, decide.contract);
    await world.ingest();
    expect(await shown(world)).toEqual(back);
    expect(await one(world)).toMatchObject({ state: 'live', loads: { archived: 4, superseded: 1 } });

    await change('2026-02-21T00:00:00', 3, 10, 'later');
    expect(await releaseGeneration(decide, { name: G2 })).toEqual({ generation: G2, was: 'rejected' });
    await world.ingest();
    expect(await shown(world)).toEqual(['1b', '2b', '3b', '4b', '5b', '9after', '10later']);
    await expectPublished(world, decide.contract);
    // And once more: files that left a table and come back are listed once for each time.
    await rollBack({ ...decide, contract });
    expect(await shown(world)).toEqual([...back, '10later']);
    await expectPublished(world, decide.contract);
  }, 60_000);

  it('does not stand in the way of a snapshot that comes later', async () => {
    const { world, delivery, decide } = await five();
    await delivery.snapshot('LOAD00000001', rowsOf(5, 'b'), { start: FEB });
    await world.ingest();
    await rollBack(decide);
    await delivery.snapshot('LOAD00000001', rowsOf(5, 'c'), { start: MAR });
    await world.ingest();
    expect(await shown(world)).toEqual(['1c', '2c', '3c', '4c', '5c']);
    expect(await states(world)).toEqual({ [G1]: 'retired', [G2]: 'rejected', [G3]: 'live' });
    await expect(releaseGeneration(decide, { name: G2 })).rejects.toMatchObject({ code: 'no-such-generation' });
  });

  it('is refused where there is nothing to go back to', async () => {
    const { world, decide } = await five();
    await expect(rollBack(decide)).rejects.toMatchObject({ code: 'nothing-to-roll-back' });
    expect(await shown(world)).toEqual(['1a', '2a', '3a', '4a', '5a']);
  });
});

describe('a newer snapshot that is not whole', () => {
  it('is waited for, file by file, while changes go on', async () => {
    const { world, delivery, change } = await five();
    await delivery.snapshot('LOAD00000002', rowsOf(5, 'b'), { start: '2026-02-01T00:01:00' });
    await world.ingest();
    // Until more is known it may be a late file of the one in use.
    expect(await one(world)).toMatchObject({ state: 'live', generation: G1 });
    await delivery.snapshot('LOAD00000001', rowsOf(5, 'b'), { start: FEB });
    await delivery.snapshot('LOAD00000003', [['6', 'b']], { start: '2026-02-01T00:02:00' });
    await rm(`${world.delivered}/EDW.X/LOAD00000003.csv.gz`);
    await change('2026-02-01T00:03:00', 1, 9, 'x');
    await world.ingest();
    expect(await shown(world)).toEqual(['1a', '2a', '3a', '4a', '5a', '9x']);
    expect(await one(world)).toMatchObject({
      state: 'waiting',
      reason: expect.stringMatching(/LOAD00000003\.dfm: its data file has not come/) as string,
    });
    await delivery.snapshot('LOAD00000003', [['6', 'b']], { start: '2026-02-01T00:02:00' });
    await world.ingest();
    expect(await shown(world)).toEqual(['1b', '2b', '3b', '4b', '5b', '6b', '9x']);
  });

  it('of which a file without .dfm has come is waited for, under names that were used before', async () => {
    const { world, delivery } = await five();
    await delivery.snapshot('LOAD00000002', [['6', 'a']], { start: '2026-01-01T00:01:00' });
    await world.ingest();
    // LOAD00000002 comes with the old .dfm still beside it.
    const next = new Delivery(world.delivered, 'EDW.X', COLUMNS);
    await next.snapshot('LOAD00000001', rowsOf(5, 'b'), { start: FEB });
    await next.snapshot('LOAD00000002', [['6', 'b']], { start: '2026-01-01T00:01:00' });
    await world.ingest();
    expect(await shown(world)).toEqual(['1a', '2a', '3a', '4a', '5a', '6a']);
    expect(await one(world)).toMatchObject({
      state: 'waiting',
      reason: expect.stringMatching(/new data beside an old \.dfm/) as string,
    });
    await next.snapshot('LOAD00000002', [['6', 'b']], { start: '2026-02-01T00:01:00' });
    await world.ingest();
    expect(await shown(world)).toEqual(['1b', '2b', '3b', '4b', '5b', '6b']);
  });

  it('of which a file is broken keeps nothing from the one in use', async () => {
    const { world, delivery, change } = await five();
    await delivery.snapshot('LOAD00000001', rowsOf(5, 'b'), { start: FEB, spoil: () => Buffer.from('junk') });
    await change('2026-02-01T00:03:00', 1, 9, 'x');
    await world.ingest();
    expect(await shown(world)).toEqual(['1a', '2a', '3a', '4a', '5a', '9x']);
    expect(await one(world)).toMatchObject({ state: 'failing' });
  });

  it('has a proof to give where it is asked for: a later change file, or a quiet time', async () => {
    const { world, delivery, change } = await five();
    const scheduled = (quietTime: number) => ingest(world, folderStore(world.delivered), { quietTime });
    await delivery.snapshot('LOAD00000001', rowsOf(5, 'b'), { start: FEB, end: '2026-02-01T01:00:00' });
    await change('2026-02-01T00:30:00', 1, 8, 'x');
    await scheduled(3_600_000);
    expect(await shown(world)).toEqual(['1a', '2a', '3a', '4a', '5a', '8x']);
    expect(await one(world)).toMatchObject({
      state: 'waiting',
      reason: expect.stringMatching(/may still be written: .* counts as whole at 20\d\d-/) as string,
    });
    await change('2026-02-01T01:30:00', 2, 9, 'y');
    await scheduled(3_600_000);
    expect(await shown(world)).toEqual(['1b', '2b', '3b', '4b', '5b', '8x', '9y']);
    await delivery.snapshot('LOAD00000001', rowsOf(9, 'c'), { start: MAR, end: MAR });
    await scheduled(0);
    expect((await one(world)).generation).toBe(G3);
  });
});

it('a snapshot without times is held for a person, and shown when released', async () => {
  const { world, delivery, decide, change } = await five(null);
  await new Delivery(`${world.delivered}/again`, 'EDW.X', COLUMNS).snapshot('LOAD00000001', rowsOf(6, 'b'));
  await change('2026-02-01T00:30:00', 1, 9, 'x');
  await world.ingest();
  expect(await one(world)).toMatchObject({ state: 'held', reason: expect.stringMatching(/no times/) as string });
  expect(await shown(world)).toEqual(['1a', '2a', '3a', '4a', '5a', '9x']);
  await releaseGeneration(decide);
  await world.ingest();
  expect(await shown(world)).toEqual(['1b', '2b', '3b', '4b', '5b', '6b', '9x']);
  await delivery.snapshot('LOAD00000001', rowsOf(6, 'c'), { start: MAR });
  await world.ingest();
  // The change was written to its end before that snapshot began.
  expect(await shown(world)).toEqual(['1c', '2c', '3c', '4c', '5c', '6c']);
});

it('where the contract says that there are no snapshots, one that comes waits for the contract', async () => {
  const world = await openWorld();
  const delivery = new Delivery(world.delivered, 'EDW.X', COLUMNS);
  await delivery.changes('20260101-000000000', [{ seq: seq(1), oper: 'I', row: ['1', 'x'] }], { end: JAN });
  const contract = await world.addTable('EDW.X');
  world.contracts.set('edw_x', { ...contract, snapshot: 'none' });
  await delivery.snapshot('LOAD00000001', rowsOf(2, 'a'), { start: FEB });
  await world.ingest();
  expect(await shown(world)).toEqual(['1x']);
  expect(await one(world)).toMatchObject({ state: 'waiting', reason: expect.stringMatching(/no snapshots/) as string });
  world.contracts.set('edw_x', contract);
  await world.ingest();
  expect(await shown(world)).toEqual(['1a', '2a']);
  expect(await one(world)).toMatchObject({ state: 'live', generation: G2 });
});

it('a table without key goes from one snapshot to the next in its history', async () => {
  const world = await openWorld();
  const keyless = new Delivery(`${world.folder}/keyless`, 'EDW.Y', [{ name: 'S', type: 'STRING' }]);
  await keyless.snapshot('LOAD00000001', [['a']], { start: JAN });
  const contract = await world.addTable('EDW.Y', { from: `${world.folder}/keyless`, key: ['s'] });
  world.contracts.set('edw_y', { ...contract, key: [] });
  await world.ingest(`${world.folder}/keyless`);
  await keyless.snapshot('LOAD00000001', [['b']], { start: FEB });
  await world.ingest(`${world.folder}/keyless`);
  expect((await world.status()).find(({ table }) => table === 'edw_y')).toMatchObject({
    state: 'live',
    generation: G2,
    loads: { archived: 1, superseded: 1 },
  });
  expect(await world.rows('SELECT s FROM edw_y_history ORDER BY 1')).toEqual([{ s: 'a' }, { s: 'b' }]);
});

it('events that hold the newer snapshot hold nothing else, and are tried again when more comes', async () => {
  const { world, delivery, decide } = await five();
  world.contracts.set('edw_x', { ...decide.contract, cdc: { updateImage: 'sparse', beforeImage: 'full' } });
  await world.ingest();
  await delivery.snapshot('LOAD00000001', rowsOf(5, 'b'), { start: FEB });
  const b = (id: string) => ({ seq: seq(5), oper: 'B', row: [id, 'm'] });
  const u = (id: string) => ({ seq: seq(5), oper: 'U', row: [id, 'm'] });
  await delivery.changes('20260202-000000000', [b('1'), b('2'), u('11'), u('12')], { end: '2026-02-02T00:00:00' });
  await world.ingest();
  expect(await one(world)).toMatchObject({ state: 'held', rows: 5, generation: G1 });
  expect(await states(world)).toEqual({ [G1]: 'live', [G2]: 'held' });
  // The newest snapshot is from after what cannot be told apart.
  await delivery.snapshot('LOAD00000001', rowsOf(5, 'c'), { start: MAR });
  await world.ingest();
  expect(await shown(world)).toEqual(['1c', '2c', '3c', '4c', '5c']);
  await world.ingest();
  expect(await one(world)).toMatchObject({ state: 'live' });
});
