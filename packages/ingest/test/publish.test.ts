/**
 * Proves that a Postgres client sees the rows that the lake shows, of every type and key, after everything that can
 * happen to a table; and how they come there: by changes where that will do.
 */
import { randomBytes } from 'node:crypto';
import { publishTable, withTable as withLease } from '../src/index.ts';
import { Delivery, seq, type Cell, type Column } from './support/delivery.ts';
import { bothSides, expectPublished, publish } from './support/published.ts';
import { closeWorlds, openWorld, type World } from './support/world.ts';

afterAll(closeWorlds, 60_000);

const COLUMNS: readonly Column[] = [
  { name: 'ID', type: 'INT8', key: 1 },
  { name: 'PART', type: 'STRING', key: 2 },
  { name: 'NAME', type: 'WSTRING' },
  { name: 'AMOUNT', type: 'NUMERIC', precision: 12, scale: 2 },
  { name: 'HUGE', type: 'NUMERIC', precision: 38, scale: 10 },
  { name: 'BIG', type: 'UINT8' },
  { name: 'RATIO', type: 'REAL8' },
  { name: 'DAY', type: 'DATE' },
  { name: 'AT', type: 'DATETIME' },
  { name: 'CLOCK', type: 'TIME' },
  { name: 'RAW', type: 'BYTES' },
  { name: 'OK', type: 'BOOLEAN' },
];

const nulls = (...key: Cell[]): Cell[] => [...key, ...COLUMNS.slice(key.length).map(() => null)];
const VALUES: readonly (readonly Cell[])[] = [
  [
    '1',
    'a',
    'plain',
    '1.50',
    '1234567890123456789012345678.0123456789',
    '18446744073709551615',
    '0.1',
    '2026-02-28',
    '2026-01-02 03:04:05.123456',
    '23:59:59.5',
    'AB01',
    '1',
  ],
  ['2', 'a', '', '-0.01', '-0.0000000001', '0', 'nan', '0001-01-01', '0001-01-01 00:00:00', '00:00:00', '', '0'],
  [
    '3',
    '',
    'quote " comma , back\\slash\\.',
    '0',
    '0',
    '1',
    'inf',
    '9999-12-31',
    '9999-12-31 23:59:59.999999',
    null,
    '00',
    'true',
  ],
  ['4', null, 'two\nlines\r\n\\.\nend', '9999999999.99', null, null, '-inf', null, null, null, null, null],
  [null, 'b', '\\N', null, null, null, '5e-324', null, null, null, null, null],
  [null, null, '🔥 é NULL', null, null, null, '-0.0', null, null, null, 'DEADBEEF', 'f'],
  nulls('9223372036854775807', '\\.'),
  nulls('-9223372036854775808', ' '),
];

async function withTable(rows: readonly (readonly Cell[])[] = VALUES, segmentRows = 3) {
  const world = await openWorld();
  const delivery = new Delivery(world.delivered, 'EDW.T', COLUMNS);
  await delivery.snapshot('LOAD1', rows, { start: '2026-01-01T00:00:00' });
  const contract = publish(world, await world.addTable('EDW.T', { segmentRows, cdc: { beforeImage: 'full' } }));
  return { world, delivery, contract };
}

/** Postgres's number of the table: another one says that it was copied anew. */
const oidOf = async (world: World): Promise<number> =>
  (await world.pool.query<{ oid: number }>(`SELECT 'ods.edw_t'::regclass::oid AS oid`)).rows[0]!.oid;

const EMPTY = COLUMNS.map(() => null);
const row = (id: Cell, part: Cell, name: Cell): Cell[] => [id, part, name, ...EMPTY.slice(3)];

describe('a published table', () => {
  it('holds every type, key and value as the lake does, after snapshot, changes, deletes, moves and a truncation', async () => {
    const { world, delivery, contract } = await withTable();
    await world.ingest();
    await expectPublished(world, contract);
    expect((await bothSides(world, contract)).postgres).toHaveLength(8);
    const made = await oidOf(world);

    await delivery.changes('20260102-000000000', [
      { seq: seq(1), oper: 'U', row: row('1', 'a', 'changed') },
      { seq: seq(2), oper: 'D', row: row('2', 'a', null) },
      { seq: seq(3), oper: 'I', row: row('5', 'new', '') },
      { seq: seq(4), oper: 'D', row: row(null, null, null) },
      { seq: seq(5), oper: 'U', row: row(null, 'b', 'NULL key changed') },
      { seq: seq(6), oper: 'B', row: row('4', null, 'x') },
      { seq: seq(6), oper: 'U', row: row('44', null, 'moved') },
      { seq: seq(7), oper: 'I', row: row(null, '', 'NULL and empty') },
    ]);
    await world.ingest();
    await expectPublished(world, contract);

    await delivery.changes('20260103-000000000', [
      { seq: seq(8), oper: 'B', row: row(null, 'b', 'x') },
      { seq: seq(8), oper: 'U', row: row('7', 'b', 'out of NULL') },
      { seq: seq(9), oper: 'I', row: row(null, null, 'both') },
      { seq: seq(10), oper: 'D', row: row('9223372036854775807', '\\.', null) },
    ]);
    await world.ingest();
    await expectPublished(world, contract);

    await delivery.changes('20260104-000000000', [
      { seq: seq(11), oper: 'T', row: EMPTY },
      { seq: seq(12), oper: 'I', row: row('1', 'z', 'after') },
    ]);
    await world.ingest();
    await expectPublished(world, contract);
    expect((await bothSides(world, contract)).postgres).toHaveLength(1);
    expect(await oidOf(world)).toBe(made);
  }, 60_000);

  it('tells what its columns are, how sensitive, and which rows are one', async () => {
    const { world, contract } = await withTable();
    world.contracts.set(contract.dataset, {
      ...contract,
      columns: contract.columns.map((column) =>
        column.name === 'name' ? { ...column, classification: 'pseudonymous', description: "Whose it's" } : column,
      ),
    });
    await world.ingest();
    const { rows } = await world.pool.query<Record<string, string>>(
      `SELECT attname AS name, format_type(atttypid, atttypmod) AS type, col_description(attrelid, attnum) AS comment
       FROM pg_attribute WHERE attrelid = 'ods.edw_t'::regclass AND attnum > 0 ORDER BY attnum`,
    );
    expect(rows.map(({ name, type }) => `${name!} ${type!}`)).toEqual([
      'id bigint',
      'part text',
      'name text',
      'amount numeric(12,2)',
      'huge numeric(38,10)',
      'big numeric(20,0)',
      'ratio double precision',
      'day date',
      'at timestamp(6) without time zone',
      'clock text',
      'raw bytea',
      'ok boolean',
      'header__change_seq text',
      'header__timestamp timestamp(6) without time zone',
    ]);
    expect(rows.find(({ name }) => name === 'name')?.['comment']).toBe("[pseudonymous] Whose it's");
    const key = await world.pool.query<{ def: string }>(
      `SELECT pg_get_constraintdef(oid) AS def FROM pg_constraint WHERE conrelid = 'ods.edw_t'::regclass AND contype = 'u'`,
    );
    expect(key.rows).toEqual([{ def: 'UNIQUE NULLS NOT DISTINCT (id, part)' }]);
  }, 30_000);

  it('is not there unless the contract says so, and comes with the next ingest after it does', async () => {
    const { world, contract } = await withTable();
    world.contracts.set(contract.dataset, { ...contract, publish: { postgres: false } });
    await world.ingest();
    expect((await world.status())[0]).toMatchObject({ state: 'live', publication: null });
    expect((await world.pool.query(`SELECT to_regclass('ods.edw_t') AS t`)).rows).toEqual([{ t: null }]);
    publish(world, contract);
    expect((await world.status())[0]).toMatchObject({ state: 'live', publication: { version: 0, publishedAt: null } });
    await world.ingest();
    await expectPublished(world, contract);
  }, 30_000);

  it('is left alone by an ingest that brings nothing', async () => {
    const { world, contract } = await withTable();
    await world.ingest();
    await expectPublished(world, contract);
    const [before] = await world.status();
    await world.ingest();
    expect((await world.status())[0]!.publication).toEqual(before!.publication);
  }, 30_000);

  it('is written where rows changed, and nowhere else', async () => {
    const { world, delivery, contract } = await withTable();
    await world.ingest();
    // Rows that do not change keep their place: their xmin tells which transaction wrote them.
    const places = async () =>
      new Map(
        (await world.pool.query<{ name: string; xmin: string }>('SELECT name, xmin::text FROM ods.edw_t')).rows.map(
          (one) => [one.name, one.xmin],
        ),
      );
    const before = await places();
    await delivery.changes('20260102-000000000', [{ seq: seq(1), oper: 'U', row: row('1', 'a', 'changed') }]);
    await world.ingest();
    const after = await places();
    expect([...after].filter(([name, xmin]) => before.get(name) !== xmin).map(([name]) => name)).toEqual(['changed']);
    await expectPublished(world, contract);
  }, 30_000);

  it('is published once by those who come at the same time', async () => {
    const { world, contract } = await withTable();
    world.contracts.set(contract.dataset, { ...contract, publish: { postgres: false } });
    await world.ingest();
    // By one holder: what keeps them apart is the lock of the publication itself.
    const ways = await withLease(world, contract.dataset, (own) =>
      Promise.all([1, 2, 3].map(() => publishTable(own, publish(world, contract)))),
    );
    expect(ways?.toSorted()).toEqual(['copy', 'nothing', 'nothing']);
    await expectPublished(world, contract);
  }, 30_000);

  it('is published with a hashed key', async () => {
    const { world, delivery, contract } = await withTable();
    const before = process.env['FARELAKE_HMAC_KEY'];
    process.env['FARELAKE_HMAC_KEY'] = randomBytes(32).toString('hex');
    try {
      const hashed = publish(world, {
        ...contract,
        columns: contract.columns.map((column) =>
          column.name === 'part' || column.name === 'id' ? { ...column, treatment: 'hmac' as const } : column,
        ),
      });
      await world.ingest();
      await expectPublished(world, hashed);
      await delivery.changes('20260102-000000000', [
        { seq: seq(1), oper: 'D', row: row('1', 'a', null) },
        { seq: seq(2), oper: 'U', row: row(null, 'b', 'changed') },
        { seq: seq(3), oper: 'I', row: row('5', null, 'new') },
      ]);
      await world.ingest();
      await expectPublished(world, hashed);
    } finally {
      if (before === undefined) delete process.env['FARELAKE_HMAC_KEY'];
      else process.env['FARELAKE_HMAC_KEY'] = before;
    }
  }, 30_000);
});
