/** Proves that queries see the ledger as it is, typed, only what may be seen, and that receipts account for every row of history. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { LEDGER_TABLES, NOT_QUERIED } from '../../src/query/ledger-tables.ts';
import { Delivery, seq } from '../support/delivery.ts';
import { closeWorlds, openWorld, REPOSITORY, type World } from '../support/world.ts';

afterAll(closeWorlds, 60_000);

const DOCUMENT = readFileSync(path.join(REPOSITORY, 'docs/ledger.md'), 'utf8');
const COLUMNS = [
  { name: 'CARD_ID', type: 'INT4', key: 1 },
  { name: 'S', type: 'STRING' },
];
const AFTER = { end: '2026-03-01T00:00:00' };

async function loaded(): Promise<World> {
  const world = await openWorld();
  const delivery = new Delivery(world.delivered, 'EDW.CARD', COLUMNS);
  await delivery.snapshot(
    'LOAD1',
    [
      ['1', 'a'],
      ['2', ''],
    ],
    { start: '2026-01-01T00:00:00' },
  );
  await delivery.changes('20260102-000000000', [{ seq: seq(1), oper: 'I', row: ['3', 'c'] }], AFTER);
  await delivery.changes('20260103-000000000', [{ seq: seq(2), oper: 'D', row: ['1', null] }], AFTER);
  await world.addTable('EDW.CARD');
  await world.ingest();
  return world;
}

it('every row of history has a receipt, and receipts add up: the example of docs/ledger.md', async () => {
  const world = await loaded();
  const [, example = ''] = /^```sql receipts\n(.*?)^```$/ms.exec(DOCUMENT) ?? [];
  const receipt = (rows: string) => ({
    announced: rows,
    read: rows,
    written: rows,
    quarantined: '0',
    in_history: rows,
  });
  expect(await world.rows(example)).toEqual([
    { id: '1', object_key: 'cubic/ods_qlik/EDW.CARD/LOAD1.csv.gz', ...receipt('2') },
    { id: '2', object_key: 'cubic/ods_qlik/EDW.CARD__ct/20260102-000000000.csv.gz', ...receipt('1') },
    { id: '3', object_key: 'cubic/ods_qlik/EDW.CARD__ct/20260103-000000000.csv.gz', ...receipt('1') },
  ]);
  // It can fail: a receipt that is not true shows.
  await world.pool.query('UPDATE ledger.receipts SET read = 5, written = 5 WHERE load_id = 2');
  const wrong = (await world.rows(example)).filter((row) => row['written'] !== row['in_history']);
  expect(wrong).toMatchObject([{ id: '2', written: '5', in_history: '1' }]);
});

it('every relation can be read, with the types that are told, and holds what the ledger holds', async () => {
  const world = await loaded();
  for (const [name, { columns }] of Object.entries(LEDGER_TABLES)) {
    const described = await world.rows(`DESCRIBE ledger.${name}`);
    expect(described.map((row) => [row['column_name'], row['column_type']])).toEqual(
      Object.entries(columns).map(([column, type]) => [column, typeof type === 'string' ? type : type[0]]),
    );
    const [counted] = await world.rows(`SELECT count(*) AS n FROM ledger.${name}`);
    const there = await world.pool.query<{ n: number }>(`SELECT count(*) AS n FROM ledger.${name}`);
    expect(counted).toEqual({ n: String(there.rows[0]?.n) });
  }
});

it('texts come as they are: NULL is not the empty text, quotes, line breaks and commas are no end of anything', async () => {
  const world = await loaded();
  const texts = ['', 'a "quoted", text', 'two\r\nlines', "l'été 🔥", null];
  for (const [index, text] of texts.entries()) {
    await world.pool.query('INSERT INTO ledger.tables (dataset, trouble) VALUES ($1, $2)', [`t${index}`, text]);
  }
  const rows = await world.rows(`SELECT trouble FROM ledger.tables WHERE dataset LIKE 't_' ORDER BY dataset`);
  expect(rows.map((row) => row['trouble'])).toEqual(texts);
});

it('times are UTC to the microsecond', async () => {
  const world = await loaded();
  await world.pool.query(`UPDATE ledger.attempts SET started_at = '2026-03-01 23:00:00.123456-05'`);
  expect(await world.rows('SELECT DISTINCT started_at FROM ledger.attempts')).toEqual([
    { started_at: '2026-03-02 04:00:00.123456' },
  ]);
});

it('what the statement does not name is there and says so when it is read', async () => {
  const world = await loaded();
  const all = await world.rows(`SELECT table_name AS t FROM duckdb_views() v, (SELECT 1) x
    JOIN information_schema.tables i ON true WHERE i.table_schema = 'led' || 'ger' AND i.table_name = v.view_name`);
  expect(new Set(all.map((row) => row['t']))).toEqual(new Set(Object.keys(LEDGER_TABLES)));
  await expect(world.rows(`SELECT * FROM query_table('led' || 'ger.loads')`)).rejects.toThrow();
  await expect(world.rows(`SELECT * FROM query_table('ledger.lo' || 'ads')`)).rejects.toThrow(
    /ledger\.loads was not read/,
  );
  await expect(
    world.rows(`SELECT count(*) FROM query_table('ledger.lo' || 'ads') WHERE state IS NOT NULL`),
  ).rejects.toThrow(/ledger\.loads was not read/);
  await expect(world.rows('DELETE FROM ledger.loads')).rejects.toThrow();
});

it('every column of the ledger is shown, or said not to be', async () => {
  const { pool } = await openWorld();
  const { rows } = await pool.query<{ name: string }>(
    `SELECT table_name || '.' || column_name AS name FROM information_schema.columns WHERE table_schema = 'ledger'`,
  );
  const shown = Object.entries(LEDGER_TABLES).flatMap(([table, { columns }]) =>
    Object.keys(columns).map((column) => `${table}.${column}`),
  );
  // A load is shown with its receipt.
  const own = shown.filter((name) => !/^loads\.(announced|read|written|quarantined)$/.test(name));
  expect(rows.map(({ name }) => name).sort()).toEqual([...own, ...NOT_QUERIED].sort());
});

it('docs/ledger.md lists what can be queried', () => {
  const items = DOCUMENT.matchAll(/^- `(\w+)`: ((?:`\w+`(?:,\s+)?)+)$/gm);
  const listed = [...items].map(([, name, columns = '']) => [name, columns.match(/\w+/g)]);
  expect(listed).toEqual(Object.entries(LEDGER_TABLES).map(([name, { columns }]) => [name, Object.keys(columns)]));
});
