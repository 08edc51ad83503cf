/** Proves that a published table follows its contract: new, renamed, widened and dropped columns, another key. */
import type { Contract } from '@farelake/schema-registry';
import { sendBack } from '../src/index.ts';
import { Delivery, seq, type Cell, type Column } from './support/delivery.ts';
import { expectPublished, publish } from './support/published.ts';
import { closeWorlds, openWorld, type World } from './support/world.ts';

afterAll(closeWorlds, 60_000);

const COLUMNS: readonly Column[] = [
  { name: 'ID', type: 'INT8', key: 1 },
  { name: 'A', type: 'STRING' },
  { name: 'B', type: 'STRING' },
  { name: 'AMOUNT', type: 'NUMERIC', precision: 9, scale: 2 },
];
const ROWS: readonly (readonly Cell[])[] = [1, 2, 3, 4, 5, 6].map((n) => [`${n}`, `a${n}`, `b${n}`, `${n}.25`]);
const NEW: Column = { name: 'NEW', type: 'INT8' };

async function withTable() {
  const world = await openWorld();
  const delivery = new Delivery(world.delivered, 'EDW.T', COLUMNS);
  await delivery.snapshot('LOAD1', ROWS, { start: '2026-01-01T00:00:00' });
  const contract = publish(world, await world.addTable('EDW.T', { segmentRows: 2 }));
  await world.ingest();
  await expectPublished(world, contract);
  return { world, delivery, contract, made: await oidOf(world) };
}

const oidOf = async (world: World): Promise<number> =>
  (await world.pool.query<{ oid: number }>(`SELECT 'ods.edw_t'::regclass::oid AS oid`)).rows[0]!.oid;

const typesOf = async (world: World) => {
  const { rows } = await world.pool.query<{ name: string; type: string }>(
    `SELECT attname AS name, format_type(atttypid, atttypmod) AS type FROM pg_attribute
     WHERE attrelid = 'ods.edw_t'::regclass AND attnum > 0 AND NOT attisdropped`,
  );
  return Object.fromEntries(rows.map(({ name, type }) => [name, type]));
};

/** The contract's next version. */
function revise(world: World, contract: Contract, change: Partial<Contract>): Contract {
  const next = { ...contract, ...change, version: contract.version + 1 };
  world.contracts.set(contract.dataset, next);
  return next;
}

const changed = (contract: Contract, name: string, change: Partial<Contract['columns'][number]>) =>
  contract.columns.map((column) => (column.name === name ? { ...column, ...change } : column));

const without = ({ columns }: Contract, name: string) => columns.filter((column) => column.name !== name);

const withNew = (contract: Contract): Partial<Contract> => ({
  columns: [
    ...contract.columns,
    {
      ...contract.columns[0]!,
      id: contract.lastColumnId + 1,
      name: 'new',
      sourceName: 'NEW',
      description: 'came late',
    },
  ],
  lastColumnId: contract.lastColumnId + 1,
});

describe('a published table follows its contract', () => {
  it('a new column is added in place, NULL where no file has it', async () => {
    const { world, contract, made } = await withTable();
    const next = revise(world, contract, withNew(contract));
    await world.ingest();
    await expectPublished(world, next);
    const later = new Delivery(world.delivered, 'EDW.T', [...COLUMNS, NEW]);
    await later.changes('20260102-000000000', [
      { seq: seq(1), oper: 'U', row: ['2', null, null, null, '22'] },
      { seq: seq(2), oper: 'I', row: ['7', 'a7', '', '7', null] },
    ]);
    await world.ingest();
    await expectPublished(world, next);
    expect((await world.pool.query('SELECT new FROM ods.edw_t WHERE id = 2')).rows).toEqual([{ new: 22 }]);
    expect(await oidOf(world)).toBe(made);
  }, 60_000);

  it('a column that was away and is back under its old id shows the values that its files still hold', async () => {
    const { world, contract } = await withTable();
    const wide = revise(world, contract, withNew(contract));
    const later = new Delivery(world.delivered, 'EDW.T', [...COLUMNS, NEW]);
    await later.changes('20260102-000000000', [{ seq: seq(1), oper: 'U', row: ['2', null, null, null, '22'] }]);
    await world.ingest();
    const narrow = revise(world, wide, { columns: contract.columns });
    await world.ingest();
    await expectPublished(world, narrow);
    expect(Object.keys(await typesOf(world))).not.toContain('new');
    const again = revise(world, narrow, { columns: wide.columns });
    await world.ingest();
    await expectPublished(world, again);
    expect((await world.pool.query('SELECT new FROM ods.edw_t WHERE id = 2')).rows).toEqual([{ new: 22 }]);
  }, 60_000);

  it('renamed columns keep their rows, also when two exchange their names', async () => {
    const { world, delivery, contract, made } = await withTable();
    const exchanged = contract.columns.map((column) =>
      column.name === 'a' ? { ...column, name: 'b' } : column.name === 'b' ? { ...column, name: 'a' } : column,
    );
    const next = revise(world, contract, { columns: exchanged });
    await world.ingest();
    await expectPublished(world, next);
    expect((await world.pool.query('SELECT a, b FROM ods.edw_t WHERE id = 1')).rows).toEqual([{ a: 'b1', b: 'a1' }]);
    const key = revise(world, next, { columns: changed(next, 'id', { name: 'number' }), key: ['number'] });
    await delivery.changes('20260102-000000000', [{ seq: seq(1), oper: 'D', row: ['3', null, null, null] }]);
    await world.ingest();
    await expectPublished(world, key);
    expect(await oidOf(world)).toBe(made);
  }, 60_000);

  it('a wider decimal widens in place; new words become comments', async () => {
    const { world, contract, made } = await withTable();
    const next = revise(world, contract, {
      columns: changed(contract, 'amount', { type: 'decimal(19,2)', description: 'dollars', classification: 'public' }),
    });
    await world.ingest();
    await expectPublished(world, next);
    expect(await typesOf(world)).toMatchObject({ amount: 'numeric(19,2)' });
    const { rows } = await world.pool.query(`SELECT col_description('ods.edw_t'::regclass, 4) AS comment`);
    expect(rows).toEqual([{ comment: '[public] dollars' }]);
    expect(await oidOf(world)).toBe(made);
  }, 30_000);

  it('a dropped column leaves no value behind: the table is copied anew', async () => {
    const { world, contract, made } = await withTable();
    const next = revise(world, contract, { columns: without(contract, 'a') });
    await world.ingest();
    await expectPublished(world, next);
    expect(Object.keys(await typesOf(world))).not.toContain('a');
    expect(await oidOf(world)).not.toBe(made);
  }, 30_000);

  it('a column that files hold as delivered and the contract wants hashed: nothing is published by that contract', async () => {
    const { world, delivery, contract, made } = await withTable();
    revise(world, contract, { columns: changed(contract, 'a', { treatment: 'hmac', description: 'now hashed' }) });
    await delivery.changes('20260102-000000000', [{ seq: seq(1), oper: 'D', row: ['3', null, null, null] }]);
    await world.ingest();
    expect((await world.status())[0]).toMatchObject({
      state: 'held',
      publication: { version: 1, rows: 6, trouble: null },
    });
    expect(await oidOf(world)).toBe(made);
    world.contracts.set(contract.dataset, contract);
    await world.ingest();
    await expectPublished(world, contract);
  }, 30_000);

  it('a column that is hashed once all loads were taken through again leaves no value behind, either', async () => {
    process.env['FARELAKE_HMAC_KEY'] = '0123456789abcdef0123456789abcdef';
    const { world, contract, made } = await withTable();
    const next = revise(world, contract, {
      columns: changed(contract, 'a', { classification: 'personal', treatment: 'hmac' }),
    });
    await sendBack(world, { datasets: ['edw_t'] });
    await world.ingest();
    await expectPublished(world, next);
    expect(await typesOf(world)).toMatchObject({ a: 'text' });
    expect((await world.pool.query(`SELECT count(*) AS n FROM ods.edw_t WHERE a ~ '^[0-9a-f]{64}$'`)).rows).toEqual([
      { n: 6 },
    ]);
    expect(await oidOf(world)).not.toBe(made);
  }, 30_000);

  it('another key makes another table, unique by that key', async () => {
    const { world, delivery, contract, made } = await withTable();
    const next = revise(world, contract, { key: ['a', 'id'] });
    await delivery.changes('20260102-000000000', [{ seq: seq(1), oper: 'I', row: ['1', null, 'x', '0'] }]);
    await world.ingest();
    await expectPublished(world, next);
    expect(await oidOf(world)).not.toBe(made);
    const { rows } = await world.pool.query<{ def: string }>(
      `SELECT pg_get_constraintdef(oid) AS def FROM pg_constraint WHERE conrelid = 'ods.edw_t'::regclass AND contype = 'u'`,
    );
    expect(rows).toEqual([{ def: 'UNIQUE NULLS NOT DISTINCT (a, id)' }]);
  }, 30_000);

  it('under a view a new column comes in place, and another key too', async () => {
    const { world, contract, made } = await withTable();
    await world.pool.query('CREATE VIEW seen AS SELECT id, b FROM ods.edw_t');
    const wide = revise(world, contract, withNew(contract));
    await world.ingest();
    await expectPublished(world, wide);
    const next = revise(world, wide, { key: ['b'], columns: without(wide, 'a') });
    await world.ingest();
    await expectPublished(world, next);
    expect(await oidOf(world)).toBe(made);
    expect((await world.pool.query('SELECT count(*) AS n FROM seen')).rows).toEqual([{ n: 6 }]);
  }, 30_000);

  it('a column that a view shows cannot go: publication says so, the lake goes on, and the table stays', async () => {
    const { world, delivery, contract } = await withTable();
    await world.pool.query('CREATE VIEW seen AS SELECT id, a FROM ods.edw_t');
    const next = revise(world, contract, { columns: without(contract, 'a') });
    await delivery.changes('20260102-000000000', [{ seq: seq(1), oper: 'D', row: ['3', null, null, null] }]);
    await world.ingest();
    expect((await world.status())[0]).toMatchObject({
      state: 'failing',
      rows: 5,
      publication: { version: 1, rows: 6, trouble: expect.stringMatching(/ods\.edw_t .*views .*Drop them/) as string },
    });
    expect((await world.pool.query('SELECT count(*) AS n FROM seen')).rows).toEqual([{ n: 6 }]);
    await world.pool.query('DROP VIEW seen');
    await world.ingest();
    await expectPublished(world, next);
  }, 30_000);
});
