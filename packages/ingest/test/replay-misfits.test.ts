/** Proves that a replay leaves alone what the contract, as it is now, would not let in again, and says so beforehand. */
import type { Contract } from '@farelake/schema-registry';
import { chooseLoads, sendBack, workTables } from '../src/index.ts';
import { Delivery, seq } from './support/delivery.ts';
import { closeWorlds, openWorld, type World } from './support/world.ts';

afterAll(closeWorlds, 60_000);

const COLUMNS = [
  { name: 'ID', type: 'INT4', key: 1 },
  { name: 'AMT', type: 'NUMERIC', precision: 9, scale: 2 },
];

/** A snapshot and a change file, one row of which was refused. */
async function table(): Promise<{ world: World; contract: Contract }> {
  const world = await openWorld();
  const delivery = new Delivery(world.delivered, 'EDW.X', COLUMNS);
  await delivery.snapshot('LOAD00000001', [['1', '1.5']], { start: '2026-01-01T00:00:00' });
  await delivery.changes(
    '20260101-010000000',
    [
      { seq: seq(1), oper: 'I', row: ['2', '2.5'] },
      { seq: seq(2), oper: 'I', row: ['3', 'xx'] },
    ],
    { end: '2026-01-01T02:00:00' },
  );
  const contract = { ...(await world.addTable('EDW.X')), quarantine: { changes: { rows: 1, share: 1 } } };
  world.contracts.set('edw_x', contract);
  await world.ingest();
  return { world, contract };
}

const retyped = (contract: Contract, type: string): Contract => ({
  ...contract,
  columns: contract.columns.map((column) => (column.name === 'amt' ? { ...column, type } : column)),
});
const loadsOf = async (world: World) => (await world.status())[0]!.loads;
const numbers = ({ loads, left }: Awaited<ReturnType<typeof chooseLoads>>) => ({
  sent: loads.map(({ id }) => id),
  left: left.map(({ because, loadIds }) => [because, loadIds]),
});

it('a type that is not that of the files: nothing is sent back, its loads stay as they are, and the table is held until it is set right', async () => {
  const { world, contract } = await table();
  const before = await world.status();
  world.contracts.set('edw_x', retyped(contract, 'string'));
  for (const filter of [{ datasets: ['edw_x'] }, { state: 'quarantined' as const }]) {
    const chosen = await chooseLoads(world, filter);
    expect(numbers(chosen).sent).toEqual([]);
    expect(chosen.left).toEqual([
      expect.objectContaining({
        because: 'contract',
        reason: expect.stringMatching(/AMT.*revise the contract/) as string,
      }),
    ]);
    expect(await sendBack(world, filter)).toEqual([]);
  }
  await workTables(world, ['edw_x']);
  expect((await world.status())[0]).toMatchObject({ state: 'held', loads: before[0]!.loads });
  // What the files can be read by is sent back as ever.
  world.contracts.set('edw_x', retyped(contract, 'decimal(11,2)'));
  expect(numbers(await chooseLoads(world, {}))).toEqual({ sent: [1, 2], left: [] });
  expect(await sendBack(world, {})).toHaveLength(2);
  await workTables(world, ['edw_x']);
  expect((await world.status())[0]).toMatchObject({ state: before[0]!.state, loads: { archived: 2 } });
});

it('of a contract that says there are no snapshots, the snapshot stays and the changes go', async () => {
  const { world, contract } = await table();
  world.contracts.set('edw_x', { ...contract, snapshot: 'none' });
  const { rows } = await world.pool.query<{ id: number }>('SELECT id FROM ledger.loads WHERE generation IS NOT NULL');
  const chosen = numbers(await chooseLoads(world, {}));
  expect(chosen).toEqual({ sent: [expect.any(Number)], left: [['contract', [rows[0]!.id]]] });
  expect((await sendBack(world, {})).map(({ id }) => id)).toEqual(chosen.sent);
  await workTables(world, ['edw_x']);
  expect(await loadsOf(world)).toEqual({ archived: 2 });
});

it('without a contract, and with one that cannot be used, nothing is sent back', async () => {
  const { world } = await table();
  world.contracts.clear();
  const faulty = new Map([['edw_x', [{ file: 'qlik/edw_x.json', path: '$', problem: 'not JSON' }]]]);
  for (const [workspace, reason] of [
    [world, /its contract is gone/],
    [{ ...world, faulty }, /qlik\/edw_x\.json cannot be used: \$: not JSON/],
  ] as const) {
    const { loads, left } = await chooseLoads(workspace, {});
    expect([loads, left.map((one) => one.loadIds.length)]).toEqual([[], [2]]);
    expect(left[0]!.reason).toMatch(reason);
    expect(await sendBack(workspace, {})).toEqual([]);
  }
  expect(await loadsOf(world)).toEqual({ archived: 2 });
});
