/** Proves that snapshots that were shown, rejected or held before the loss are so after it. */
import { rejectGeneration, rollBack } from '../../src/index.ts';
import { CURRENT, findings, tables, withChanges } from '../support/before-loss.ts';
import { Delivery } from '../support/delivery.ts';
import { lostAndRestored } from '../support/lost.ts';
import { COLUMNS } from '../support/one-row.ts';
import { closeWorlds, type World } from '../support/world.ts';

afterAll(closeWorlds, 60_000);

async function withTwoSnapshots(): Promise<{ world: World; delivery: Delivery }> {
  const { world } = await withChanges(2);
  const delivery = new Delivery(`${world.delivered}/again`, 'EDW.X', COLUMNS);
  await delivery.snapshot(
    'LOAD1',
    [
      ['1', 'A'],
      ['2', 'B'],
      ['8', 'H'],
    ],
    { start: '2026-02-01T00:00:00' },
  );
  await world.ingest();
  return { world, delivery };
}

it('after a rollback the rejected snapshot stays rejected', async () => {
  const { world } = await withTwoSnapshots();
  const contract = world.contracts.get('edw_x')!;
  await rollBack({ workspace: world, contract, by: 'somebody', why: 'wrong day' });
  const before = await tables(world);
  const restored = await lostAndRestored(world);
  expect(await tables(restored)).toEqual(before);
  const generations = async ({ pool }: World) =>
    (await pool.query<object>('SELECT name, start, state, reason, decided_by FROM ledger.generations ORDER BY start'))
      .rows;
  expect(await generations(restored)).toEqual(await generations(world));
  expect((await restored.ingest()).tables).toMatchObject([{ loaded: 0, applied: 0, trouble: null }]);
  expect(await tables(restored)).toEqual(before);
  expect(await generations(restored)).toEqual(await generations(world));
});

it('the former snapshot can be gone back to: its own table is built anew', async () => {
  const { world } = await withTwoSnapshots();
  const restored = await lostAndRestored(world);
  const contract = world.contracts.get('edw_x')!;
  const back = await rollBack({ workspace: restored, contract, by: 'somebody' });
  expect(back).toMatchObject({ version: 5 });
  const { world: twin } = await withTwoSnapshots();
  await rollBack({ workspace: twin, contract, by: 'somebody' });
  expect(await restored.rows(CURRENT)).toEqual(await twin.rows(CURRENT));
  expect(await findings(restored)).toEqual([]);
});

it('a snapshot that is held is held again, and can be rejected', async () => {
  const { world } = await withChanges(3);
  const delivery = new Delivery(`${world.delivered}/again`, 'EDW.X', COLUMNS);
  await delivery.snapshot('LOAD1', [['1', 'A']], { start: '2026-02-01T00:00:00' });
  await world.ingest();
  expect(await world.status()).toMatchObject([{ state: 'held' }]);
  const restored = await lostAndRestored(world);
  await restored.ingest();
  expect(await restored.status()).toMatchObject([{ state: 'held' }]);
  expect(await tables(restored)).toEqual(await tables(world));
  const contract = world.contracts.get('edw_x')!;
  expect(await rejectGeneration({ workspace: restored, contract, by: 'somebody' })).toMatch(/^20260201/);
});
