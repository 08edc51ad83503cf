/**
 * Proves that history as it stood shows each row once as it did then, also where the files that its rows came in were placed anew
 * since: put in the place of others, moved to another snapshot, described by another `.dfm`.
 */
import { sendBack, workTables } from '../../src/index.ts';
import { expectAsItStood, remember } from '../support/as-it-stood.ts';
import { Delivery } from '../support/delivery.ts';
import { closeWorlds, openWorld } from '../support/world.ts';

afterAll(closeWorlds, 60_000);

const COLUMNS = [
  { name: 'ID', type: 'INT4', key: 1 },
  { name: 'S', type: 'STRING' },
];
const START = { start: '2026-01-01T00:00:00', end: '2026-01-01T00:01:00' };
const NEXT = { start: '2026-01-01T00:00:30', end: '2026-01-01T00:02:00' };
const TABLES = ['edw_x', 'edw_x_history'];

async function twoFiles() {
  const world = await openWorld();
  const delivery = new Delivery(world.delivered, 'EDW.X', COLUMNS);
  await delivery.snapshot(
    'LOAD00000001',
    [
      ['1', 'a'],
      ['2', 'a'],
    ],
    START,
  );
  // Key 2 once more: history shows the row of this file.
  await delivery.snapshot(
    'LOAD00000002',
    [
      ['2', 'b'],
      ['3', 'b'],
    ],
    NEXT,
  );
  await world.addTable('EDW.X');
  await world.ingest();
  const rows = async (sql: string) => (await world.pool.query<{ n: number }>(sql)).rows.map(({ n }) => n);
  return { world, delivery, rows };
}

it('of a file that gave its place to a corrected one', async () => {
  const { world, delivery, rows } = await twoFiles();
  const all = [await remember(world, TABLES)];
  expect(all[0]?.tables.get('edw_x_history')?.rows.map(({ s }) => s)).toEqual(['a', 'b', 'b']);
  await delivery.snapshot('LOAD00000001', [['1', 'c']], START);
  await world.ingest();
  all.push(await remember(world, TABLES));
  const [waiting] = await rows(`SELECT id AS n FROM ledger.loads WHERE state = 'waiting'`);
  await sendBack(world, { loadIds: [waiting!] });
  await workTables(world, TABLES.slice(0, 1));
  all.push(await remember(world, TABLES));
  expect(all[2]?.tables.get('edw_x_history')?.rows.map(({ s }) => s)).toEqual(['c', 'b', 'b']);
  await expectAsItStood(world, all);
});

it('of a file that turned out to be of another snapshot', async () => {
  const { world, rows } = await twoFiles();
  const all = [await remember(world, TABLES)];
  // As planning does it when files come that tell so; the statement is its own (noteGeneration), the story here is short.
  const change = `UPDATE ledger.loads SET generation = '20260101T000030000000' WHERE file_time LIKE '%00:00:30%' RETURNING id AS n`;
  const commit = async () => {
    await world.pool.query(
      `INSERT INTO ledger.attempts (id, dataset, outcome, ended_at) VALUES ('a', 'edw_x', 'committed', now())`,
    );
    await world.pool.query(`INSERT INTO ledger.versions (table_name, version, attempt_id, contract_version, rows)
      SELECT table_name, 2, 'a', contract_version, rows FROM ledger.versions WHERE table_name = 'edw_x_history'`);
  };
  await commit();
  expect(await rows(change)).toHaveLength(1);
  all.push(await remember(world, ['edw_x_history']));
  // Two rows of key 2 now, for they are of two snapshots.
  expect(all.map(({ tables }) => tables.get('edw_x_history')?.rows.length)).toEqual([3, 4]);
  await expectAsItStood(world, all);
});
