/** What a person is asked about a newer snapshot, and what a release lets go: real files, real Postgres. */
import { rm } from 'node:fs/promises';
import { holdTable, rejectGeneration, releaseGeneration, releaseTable, rollBack } from '../../src/index.ts';
import { Delivery, seq } from '../support/delivery.ts';
import { closeWorlds, openWorld } from '../support/world.ts';

afterAll(closeWorlds, 60_000);

const COLUMNS = [{ name: 'ID', type: 'INT4', key: 1 }];
const rowsOf = (count: number) => Array.from({ length: count }, (_, n) => [String(n + 1)]);

async function five() {
  const world = await openWorld();
  const delivery = new Delivery(world.delivered, 'EDW.X', COLUMNS);
  await delivery.snapshot('LOAD1', rowsOf(5), { start: '2026-01-01T00:00:00' });
  const contract = await world.addTable('EDW.X');
  await world.ingest();
  return { world, delivery, contract };
}

it('who lets a table go on has not released its snapshot that lost too many keys', async () => {
  const { world, delivery } = await five();
  await delivery.snapshot('LOAD1', rowsOf(1), { start: '2026-02-01T00:00:00' });
  await world.ingest();
  await holdTable(world, 'edw_x', 'vendor looks into it');
  expect(await releaseTable(world, 'edw_x')).toMatchObject({
    released: expect.stringMatching(/^the table, held by/) as string,
    stillHeld: ['20260201T000000000000'],
  });
  await world.ingest();
  expect((await world.status())[0]).toMatchObject({ state: 'held', rows: 5 });
  expect((await releaseTable(world, 'edw_x')).released).toMatch(/^snapshot 20260201T000000000000, which was held/);
  await world.ingest();
  expect((await world.status())[0]).toMatchObject({ state: 'live', rows: 1 });
});

it.each([
  ['the first', ['2999-01-01T00:00:00']],
  ['a newer one', ['2026-01-01T00:00:00', '2999-01-01T00:00:00']],
])(
  'a snapshot said to begin in the future waits for its right .dfm, for no change would count until then: %s',
  async (_, starts) => {
    const world = await openWorld();
    const delivery = new Delivery(world.delivered, 'EDW.X', COLUMNS);
    await delivery.snapshot('LOAD1', rowsOf(4), { start: starts[0]! });
    await world.addTable('EDW.X');
    for (const start of starts) {
      await delivery.snapshot('LOAD1', rowsOf(5), { start });
      await world.ingest();
    }
    await delivery.changes('20260301-000000000', [{ seq: seq(1), oper: 'I', row: ['9'] }], {
      end: '2026-03-01T00:00:00',
    });
    await world.ingest();
    expect((await world.status())[0]).toMatchObject({
      state: 'waiting',
      rows: starts.length === 1 ? 0 : 6,
      reason: expect.stringContaining('still to come') as string,
    });
    await delivery.snapshot('LOAD1', rowsOf(5), { start: '2026-02-01T00:00:00' });
    await world.ingest();
    expect((await world.status())[0]).toMatchObject({ state: 'live', rows: 6, generation: '20260201T000000000000' });
  },
);

it('a snapshot that is held is compared again when another one is shown', async () => {
  const { world, delivery, contract } = await five();
  await delivery.snapshot('LOAD1', rowsOf(2), { start: '2026-02-01T00:00:00' });
  await world.ingest();
  await delivery.snapshot('LOAD1', [...rowsOf(1), ['2']], { start: '2026-03-01T00:00:00' });
  await world.ingest();
  expect((await world.status())[0]?.generations.map(({ state }) => state)).toEqual(['live', 'held', 'held']);
  await releaseGeneration({ workspace: world, contract, by: 'anna@host' }, { name: '20260201T000000000000' });
  await world.ingest();
  expect((await world.status())[0]).toMatchObject({ state: 'live', generation: '20260301T000000000000' });
});

it('a second rollback names what there is, and the way forth', async () => {
  const { world, delivery, contract } = await five();
  await delivery.snapshot('LOAD1', rowsOf(6), { start: '2026-02-01T00:00:00' });
  await world.ingest();
  const decision = { workspace: world, contract, by: 'anna@host' };
  await rollBack(decision);
  await expect(rollBack(decision)).rejects.toMatchObject({
    code: 'nothing-to-roll-back',
    problem: expect.stringContaining('20260201T000000000000 (rejected)') as string,
    remedy: expect.stringContaining('farelake table release EDW.X --generation') as string,
  });
});

it('a held snapshot that is rejected troubles nobody any more, and can be released after all', async () => {
  const { world, delivery, contract } = await five();
  const decision = { workspace: world, contract, by: 'anna@host' };
  expect(await rejectGeneration(decision)).toBeUndefined();
  await delivery.snapshot('LOAD1', rowsOf(1), { start: '2026-02-01T00:00:00' });
  await world.ingest();
  await expect(rejectGeneration(decision, { name: 'nope' })).rejects.toMatchObject({ code: 'no-such-generation' });
  expect(await rejectGeneration({ ...decision, why: 'cut off' })).toBe('20260201T000000000000');
  await world.ingest();
  const [status] = await world.status();
  expect(status).toMatchObject({ state: 'live', reason: null, rows: 5, loads: { archived: 1, superseded: 1 } });
  expect(status?.generations).toMatchObject([{ state: 'live' }, { state: 'rejected', reason: 'cut off' }]);
  await releaseGeneration(decision);
  await world.ingest();
  expect((await world.status())[0]).toMatchObject({ state: 'live', rows: 1 });
});

it('a released snapshot of which a file is missing by now is not shown by half', async () => {
  const { world, delivery, contract } = await five();
  await delivery.snapshot('LOAD1', [['9']], { start: '2026-02-01T00:00:00' });
  await world.ingest();
  await releaseGeneration({ workspace: world, contract, by: 'anna@host' });
  await delivery.snapshot('LOAD3', [['11']], { start: '2026-02-01T00:02:00' });
  await world.ingest();
  expect((await world.status())[0]).toMatchObject({
    state: 'waiting',
    reason: expect.stringContaining('LOAD00000002 missing') as string,
    rows: 5,
  });
  await delivery.snapshot('LOAD2', [['10']], { start: '2026-02-01T00:01:00' });
  await world.ingest();
  expect((await world.status())[0]).toMatchObject({ state: 'live', rows: 3 });
});

it('a rollback onto a snapshot whose file is gone folds it anew from history', async () => {
  const { world, delivery, contract } = await five();
  await delivery.snapshot('LOAD1', rowsOf(6), { start: '2026-02-01T00:00:00' });
  await world.ingest();
  const { rows: files } = await world.pool.query<{ uri: string }>(
    `SELECT uri FROM ledger.files WHERE table_name = 'edw_x@20260101T000000000000' AND version_removed IS NULL`,
  );
  expect(files).toHaveLength(1);
  await rm(new URL(files[0]!.uri));
  const { rows } = await rollBack({ workspace: world, contract, by: 'anna@host' });
  expect(rows).toBe(5);
  expect(await world.rows('SELECT count(*)::INTEGER AS n FROM edw_x')).toEqual([{ n: 5 }]);
});
