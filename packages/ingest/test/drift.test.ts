/** Proves that files which differ from their contract load as far as they go, that the ledger says how, and status. */
import type { Contract } from '@farelake/schema-registry';
import { isTroubled } from '../src/index.ts';
import { Delivery, seq, type Column } from './support/delivery.ts';
import { closeWorlds, openWorld, type World } from './support/world.ts';

afterAll(closeWorlds, 60_000);

const ID: Column = { name: 'ID', type: 'INT4', key: 1 };
const NAME: Column = { name: 'NAME', type: 'STRING' };
const PRICE: Column = { name: 'PRICE', type: 'NUMERIC', precision: 10, scale: 2 };
const price = (precision: number, scale = 2): Column => ({ ...PRICE, precision, scale });
const EXTRA: Column = { name: 'EXTRA', type: 'DATE' };
const START = { start: '2026-01-01T00:00:00', end: '2026-01-01T00:01:00' };
const after = (hour: number) => ({ end: `2026-01-01T0${hour}:00:00`, tableVersion: hour });

/** A table of two rows, and a way to deliver changes in other columns. */
async function table() {
  const world = await openWorld();
  const first = new Delivery(world.delivered, 'EDW.X', [ID, NAME, PRICE]);
  await first.snapshot(
    'LOAD00000001',
    [
      ['1', 'a', '1.5'],
      ['2', 'b', '2.5'],
    ],
    START,
  );
  const contract = await world.addTable('EDW.X');
  const deliver = (hour: number, columns: readonly Column[], changes: Parameters<Delivery['changes']>[1]) =>
    new Delivery(world.delivered, 'EDW.X', columns).changes(`20260101-0${hour}0000000`, changes, after(hour));
  return { world, contract, deliver };
}

const insert = (n: number, ...row: (string | null)[]) => ({ seq: seq(n), oper: 'I', row });
const rows = (world: World, columns = '*') =>
  world.rows(
    `SELECT ${columns} FROM (SELECT * EXCLUDE (header__change_seq, header__timestamp) FROM edw_x) ORDER BY id`,
  );

async function live(world: World) {
  await world.ingest();
  const [status] = await world.status();
  expect(status).toMatchObject({ state: 'live', reason: null });
  expect(isTroubled(status!)).toBe(false);
  return status!.drift.map(({ kind, column, files, note }) => ({ kind, column, files, note }));
}

it('a file with the columns of its contract has no drift', async () => {
  const { world } = await table();
  expect(await live(world)).toEqual([]);
  expect((await world.pool.query('SELECT drift FROM ledger.loads')).rows).toEqual([{ drift: null }]);
});

it('a new column is left out and shown until it is in the contract; rows loaded before then wait for a replay', async () => {
  const { world, contract, deliver } = await table();
  await deliver(1, [ID, NAME, PRICE, EXTRA], [insert(1, '3', 'c', '3.5', '2026-01-01')]);
  await deliver(
    2,
    [EXTRA, ID, NAME, PRICE],
    [{ seq: seq(2), oper: 'U', mask: '10', row: ['2026-02-02', '1', null, null] }],
  );
  expect(await live(world)).toEqual([
    {
      kind: 'new column',
      column: 'EXTRA',
      files: 2,
      note: expect.stringMatching(/left out until it is in the contract/) as string,
    },
  ]);
  expect(await rows(world)).toEqual([
    { id: '1', name: 'a', price: '1.50' },
    { id: '2', name: 'b', price: '2.50' },
    { id: '3', name: 'c', price: '3.50' },
  ]);
  const extra = { ...contract.columns[1]!, id: 104, name: 'extra', sourceName: 'EXTRA', type: 'date' };
  const next = { ...contract, version: 2, columns: [...contract.columns, extra], lastColumnId: 104 };
  world.contracts.set('edw_x', next);
  await deliver(3, [ID, NAME, PRICE, EXTRA], [insert(3, '4', 'd', '4.5', '2026-03-03')]);
  expect(await live(world)).toEqual([
    { kind: 'new column', column: 'EXTRA', files: 2, note: expect.stringMatching(/a replay fills in/) as string },
  ]);
  expect(await rows(world, 'id, extra')).toEqual([
    { id: '1', extra: null },
    { id: '2', extra: null },
    { id: '3', extra: null },
    { id: '4', extra: '2026-03-03' },
  ]);
  // Whoever wants it in no table says so, and nothing is left to tell.
  world.contracts.set('edw_x', { ...next, columns: [...contract.columns, { ...extra, treatment: 'drop' }] });
  expect((await world.status())[0]?.drift).toEqual([]);
});

it('a missing column is NULL in new rows and untouched where a change does not speak of it', async () => {
  const { world, deliver } = await table();
  await deliver(
    1,
    [PRICE, ID],
    [
      insert(1, '3.5', '3'),
      { seq: seq(2), oper: 'U', row: ['9.5', '1'] },
      { seq: seq(3), oper: 'U', mask: '10', row: [null, '2'] },
    ],
  );
  expect(await live(world)).toEqual([
    { kind: 'missing column', column: 'NAME', files: 1, note: expect.stringMatching(/NULL in the rows/) as string },
  ]);
  expect(await rows(world)).toEqual([
    { id: '1', name: 'a', price: '9.50' },
    { id: '2', name: 'b', price: null },
    { id: '3', name: null, price: '3.50' },
  ]);
});

it('less room than the contract has is no drift', async () => {
  const { world, deliver } = await table();
  await deliver(1, [ID, NAME, price(8)], [insert(1, '3', 'c', '123456.78')]);
  await deliver(2, [ID, NAME, price(5, 1)], [insert(2, '4', 'd', '1234.5')]);
  expect(await live(world)).toEqual([]);
  expect(await rows(world, 'id, price')).toEqual([
    { id: '1', price: '1.50' },
    { id: '2', price: '2.50' },
    { id: '3', price: '123456.78' },
    { id: '4', price: '1234.50' },
  ]);
});

it('more room than the contract has is shown; a value that needs it fails its file, until the contract is revised', async () => {
  const { world, contract, deliver } = await table();
  await deliver(1, [ID, NAME, price(12)], [insert(1, '3', 'c', '3.5')]);
  const widening = { kind: 'widening', column: 'PRICE', note: expect.stringMatching(/revise the contract/) as string };
  expect(await live(world)).toEqual([{ ...widening, files: 1 }]);
  await deliver(2, [ID, NAME, price(12)], [insert(2, '4', 'd', '1234567890.12')]);
  await world.ingest();
  const [failing] = await world.status();
  expect(failing).toMatchObject({ state: 'failing', rows: 3, drift: [{ ...widening, files: 2 }] });
  expect(failing?.reason).toMatch(
    /column PRICE: "1234567890\.12" is not .*announces decimal\(12,2\), the contract has decimal\(10,2\): give PRICE the type decimal\(12,2\) in the contract of edw_x/,
  );
  const columns = contract.columns.map((column) =>
    column.name === 'price' ? { ...column, type: 'decimal(12,2)' } : column,
  );
  world.contracts.set('edw_x', { ...contract, version: 2, columns });
  expect(await live(world)).toEqual([]);
  expect(await rows(world, 'id, price')).toEqual([
    { id: '1', price: '1.50' },
    { id: '2', price: '2.50' },
    { id: '3', price: '3.50' },
    { id: '4', price: '1234567890.12' },
  ]);
});

it.each<[string, Column[], (string | null)[], RegExp]>([
  [
    'another type',
    [ID, { name: 'NAME', type: 'INT4' }, PRICE],
    ['3', '7', '3.5'],
    /NAME is bigint, in the contract string/,
  ],
  ['another scale', [ID, NAME, price(12, 3)], ['3', 'c', '3.5'], /PRICE is decimal\(12,3\)/],
  ['no key', [NAME, PRICE], ['c', '3.5'], /ID \(bigint\) is missing, and it is part of the key/],
])('%s holds the table, and nothing is lost', async (_, columns, row, reason) => {
  const { world, deliver } = await table();
  await deliver(1, columns, [insert(1, ...row)]);
  await world.ingest();
  const [status] = await world.status();
  expect(status).toMatchObject({ state: 'held', drift: [{ kind: 'incompatible', files: 1 }] });
  expect(status?.reason).toMatch(reason);
  expect(isTroubled(status!)).toBe(true);
  const { rows: loads } = await world.pool.query('SELECT state, waiting_for FROM ledger.loads ORDER BY id');
  expect(loads[1]).toEqual({ state: 'waiting', waiting_for: 'schema' });
});

/** The contract as a held reason, or a failure, says that it may be: read from its words alone. */
function followed(contract: Contract, reason: string): Contract {
  const asked = [...reason.matchAll(/(\w+) the type (\S+\))/g)].map(([, column, type]) => [column!, type!] as const);
  expect(asked.length).toBeGreaterThan(0);
  const types = new Map(asked);
  const columns = contract.columns.map((column) => ({ ...column, type: types.get(column.sourceName) ?? column.type }));
  return { ...contract, version: contract.version + 1, columns };
}

it.each([
  ['another scale with room for all', price(12, 3), '1234.567', '1234.567'],
  ['more digits', price(12), '1234567890.12', '1234567890.12'],
])('%s: what the message says to do is all that has to be done', async (_, column, value, shown) => {
  const { world, contract, deliver } = await table();
  await deliver(1, [ID, NAME, column], [insert(1, '3', 'c', value)]);
  await world.ingest();
  const [troubled] = await world.status();
  expect(troubled?.reason).not.toMatch(/table add/);
  world.contracts.set('edw_x', followed(contract, troubled?.reason ?? ''));
  await live(world);
  expect((await rows(world, 'id, price')).map(({ price: own }) => Number(own))).toEqual([1.5, 2.5, Number(shown)]);
});

it('where no contract would help, the message says what does', async () => {
  const { world, deliver } = await table();
  await deliver(1, [ID, { name: 'NAME', type: 'INT4' }, PRICE], [insert(1, '3', '7', '3.5')]);
  await world.ingest();
  const [held] = await world.status();
  expect(held?.reason).toMatch(/Deliver it again under the same name with columns that fit$/);
  await deliver(1, [ID, NAME, PRICE], [insert(1, '3', '7', '3.5')]);
  await live(world);
  expect(await rows(world, 'id, name')).toContainEqual({ id: '3', name: '7' });
});

it('all verdicts at once: the gravest counts, each is told', async () => {
  const { world, deliver } = await table();
  await deliver(1, [ID, price(12), EXTRA], [insert(1, '3', '3.5', '2026-01-01')]);
  const drift = await live(world);
  expect(drift.map(({ kind, column }) => `${kind} ${column}`).sort()).toEqual([
    'missing column NAME',
    'new column EXTRA',
    'widening PRICE',
  ]);
  const noted = await world.pool.query<{ drift: unknown }>('SELECT drift FROM ledger.loads WHERE drift IS NOT NULL');
  expect(noted.rows).toEqual([
    {
      drift: [
        { column: 'PRICE', file: 'decimal(12,2)', contract: 'decimal(10,2)', kind: 'widening' },
        { column: 'EXTRA', kind: 'new column', file: 'date' },
        { column: 'NAME', kind: 'missing column', contract: 'string' },
      ],
    },
  ]);
});

it('text with a NUL character fails its file where the table is published, and nowhere else', async () => {
  const { world, contract, deliver } = await table();
  world.contracts.set('edw_x', { ...contract, publish: { postgres: true } });
  await deliver(1, [ID, NAME, PRICE], [insert(1, '3', 'c\0d', '3.5')]);
  await world.ingest();
  const [status] = await world.status();
  expect(status).toMatchObject({ state: 'failing', rows: 2 });
  expect(status?.reason).toMatch(
    /column NAME: "c\\u0000d" is not any text without a NUL character, which Postgres cannot hold/,
  );
  world.contracts.set('edw_x', contract);
  expect(await live(world)).toEqual([]);
  expect(await rows(world, 'name')).toContainEqual({ name: 'c\0d' });
});
