/** Proves that a table goes from one snapshot to the next whole: real files, real Postgres. */
import { releaseGeneration, rollBack } from '../../src/index.ts';
import { Delivery, seq } from '../support/delivery.ts';
import { COLUMNS, FEB, five, G1, G2, G3, JAN, MAR, one, rowsOf, shown, states } from '../support/five-rows.ts';
import { closeWorlds, openWorld } from '../support/world.ts';

afterAll(closeWorlds, 60_000);

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
