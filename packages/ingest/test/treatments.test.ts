/** Proves that treatments hold the whole way, and that what disagrees with a contract is read by nobody. */
import { hmacOf, openHmacKey } from '@farelake/lake';
import { parseLogicalType, type Contract, type ContractColumn } from '@farelake/schema-registry';
import { createViews, withEngine } from '../src/index.ts';
import { Delivery, seq } from './support/delivery.ts';
import { closeWorlds, openWorld, type World } from './support/world.ts';

const SECRET = '0123456789abcdef0123456789abcdef';
const OTHER = 'fedcba9876543210fedcba9876543210';
const KEY = openHmacKey(Buffer.from(SECRET));

const useKey = (secret: string | undefined) => {
  if (secret === undefined) delete process.env['FARELAKE_HMAC_KEY'];
  else process.env['FARELAKE_HMAC_KEY'] = secret;
};
beforeEach(() => {
  useKey(SECRET);
});
afterAll(async () => {
  useKey(undefined);
  await closeWorlds();
}, 60_000);

const COLUMNS = [
  { name: 'ID', type: 'INT4', key: 1 },
  { name: 'CARD', type: 'STRING' },
  { name: 'BORN', type: 'DATE' },
  { name: 'PAID', type: 'NUMERIC', precision: 10, scale: 2 },
  { name: 'PIN', type: 'STRING' },
];
const ROWS = [
  ['1', 'card 1', '2001-02-03', '1.5', '1111'],
  ['2', '', null, '-0.5', '2222'],
  ['3', null, '1999-12-31', null, null],
];
const START = { start: '2026-01-01T00:00:00', end: '2026-01-01T00:01:00' };
const AFTER = { end: '2026-01-01T05:00:00' };

const treat = (contract: Contract, treatments: Record<string, ContractColumn['treatment']>): Contract => ({
  ...contract,
  columns: contract.columns.map((column) => ({ ...column, treatment: treatments[column.name] ?? column.treatment })),
});
const ALL = { id: 'hmac', card: 'hmac', born: 'hmac', paid: 'hmac', pin: 'drop' } as const;

async function table(treatments: Record<string, ContractColumn['treatment']>) {
  const world = await openWorld();
  const delivery = new Delivery(world.delivered, 'EDW.X', COLUMNS);
  await delivery.snapshot('LOAD00000001', ROWS, START);
  const kept = await world.addTable('EDW.X');
  const contract = treat(kept, treatments);
  world.contracts.set('edw_x', contract);
  return { world, delivery, kept, contract };
}

const hash = (type: string, value: string | null) => hmacOf(KEY, parseLogicalType(type), value);
const expectedRow = ([id, card, born, paid]: readonly (string | null)[]) => ({
  id: hash('bigint', id!),
  card: hash('string', card!),
  born: hash('date', born!),
  paid: hash('decimal(10,2)', paid!),
});
const SHOWN = 'SELECT * EXCLUDE (header__change_seq, header__timestamp) FROM edw_x';
const sorted = (rows: readonly object[]) => rows.map((row) => JSON.stringify(row)).sort();

async function statusOf(world: World) {
  await world.ingest();
  return (await world.status())[0]!;
}

/** Names of views that cannot be had, with the reason. */
const refused = (world: World) =>
  withEngine(world, async (engine) => (await createViews(engine, world.pool, world.contracts.values())).unreadable);

it('every type is hashed, NULL is NULL, the empty text has a hash, what is dropped is in no table', async () => {
  const { world } = await table(ALL);
  expect(await statusOf(world)).toMatchObject({ state: 'live', rows: 3 });
  expect(sorted(await world.rows(SHOWN))).toEqual(sorted(ROWS.map(expectedRow)));
  expect(Object.keys((await world.rows('SELECT * FROM edw_x_history'))[0]!)).not.toContain('pin');
  const { rows } = await world.pool.query('SELECT treatments, column_ids FROM ledger.files');
  const hmac = (type: string) => ({ treatment: 'hmac', type, keyId: KEY.id });
  const treatments = {
    ...{ 101: hmac('bigint'), 102: hmac('string'), 103: hmac('date'), 104: hmac('decimal(10,2)') },
    105: { treatment: 'drop' },
  };
  expect(rows).toEqual([1, 2].map(() => ({ treatments, column_ids: [101, 102, 103, 104] })));
});

it('a hashed key: changes, deletes and moves find their rows, in many segments', async () => {
  const { world, delivery, contract } = await table(ALL);
  world.contracts.set('edw_x', {
    ...contract,
    layout: { segmentRows: 1 },
    cdc: { updateImage: 'sparse', beforeImage: 'full' },
  });
  const more = Array.from({ length: 20 }, (_, n) => [String(n + 10), `card ${n}`, null, '2', null]);
  const change = (n: number, oper: string, row: (string | null)[]) => ({ seq: seq(n), oper, row });
  await delivery.changes(
    '20260101-010000000',
    [
      ...more.map((row, n) => change(n, 'I', row)),
      change(30, 'U', ['1', 'card one', null, null, '9']),
      change(31, 'D', ['2', null, null, null, null]),
      change(32, 'B', ['3', null, '1999-12-31', null, null]),
      change(32, 'U', ['33', 'moved', null, null, null]),
    ],
    AFTER,
  );
  expect(await statusOf(world)).toMatchObject({ state: 'live', rows: 22, orphans: 0, movesOntoLive: 0 });
  const expected = [['1', 'card one', '2001-02-03', '1.5'], ['33', 'moved', '1999-12-31', null], ...more];
  expect(sorted(await world.rows(SHOWN))).toEqual(sorted(expected.map(expectedRow)));
  await delivery.changes('20260101-020000000', [change(40, 'D', ['10', null, null, null, null])], {
    end: '2026-01-01T06:00:00',
  });
  expect(await statusOf(world)).toMatchObject({ state: 'live', rows: 21 });
});

it.each([
  ['none', undefined, /There is no key of keyed hashes: neither FARELAKE_HMAC_KEY nor FARELAKE_HMAC_SECRET is set/],
  ['a short one', 'too short', /has 9 bytes, and needs 32 at least/],
])('%s: the table is in trouble and loads when there is a key; others go on', async (_, secret, reason) => {
  const { world } = await table(ALL);
  await new Delivery(world.delivered, 'EDW.Y', COLUMNS).snapshot('LOAD00000001', ROWS, START);
  await world.addTable('EDW.Y');
  useKey(secret);
  const { troubled } = await world.ingest();
  expect(troubled.map(({ dataset }) => dataset)).toEqual(['edw_x']);
  const [hashed, plain] = await world.status();
  expect(hashed).toMatchObject({ state: 'failing', rows: 0 });
  expect(hashed?.reason).toMatch(reason);
  expect(plain).toMatchObject({ table: 'edw_y', state: 'live', rows: 3 });
  useKey(SECRET);
  expect(await statusOf(world)).toMatchObject({ state: 'live', rows: 3 });
  // What is loaded is hashed already: folding and reading need no key.
  useKey(undefined);
  expect(await statusOf(world)).toMatchObject({ state: 'live', rows: 3 });
  expect(await world.rows(SHOWN)).toHaveLength(3);
});

describe('another treatment than that of the files', () => {
  it.each<[string, Record<string, ContractColumn['treatment']>, Record<string, ContractColumn['treatment']>, RegExp]>([
    ['keep → hmac', {}, { card: 'hmac' }, /column CARD as delivered, and the contract says hmac/],
    ['keep → hmac of the key', {}, { id: 'hmac' }, /column ID as delivered, and the contract says hmac/],
    ['keep → drop', {}, { card: 'drop' }, /column CARD as delivered, and the contract says drop/],
    ['hmac → keep', { paid: 'hmac' }, { paid: 'keep' }, /column PAID hashed, and the contract says keep/],
    ['drop → keep', { pin: 'drop' }, { pin: 'keep' }, /column PIN not at all, and the contract says keep/],
    ['drop → hmac', { pin: 'drop' }, { pin: 'hmac' }, /column PIN not at all, and the contract says hmac/],
  ])('%s holds the table, and no view shows it', async (_, before, after, reason) => {
    const { world, delivery, contract } = await table(before);
    expect(await statusOf(world)).toMatchObject({ state: 'live', rows: 3 });
    const shown = sorted(await world.rows(SHOWN));
    world.contracts.set('edw_x', treat(contract, after));
    await delivery.changes(
      '20260101-010000000',
      [{ seq: seq(1), oper: 'D', row: ['1', null, null, null, null] }],
      AFTER,
    );
    const held = await statusOf(world);
    expect(held).toMatchObject({ state: 'held', rows: 3, reason: expect.stringMatching(reason) as string });
    const views = await refused(world);
    expect(views.map((view) => view.table)).toEqual(['edw_x', 'edw_x_history']);
    for (const view of views) expect(view.reason).toMatch(reason);
    // Set back, nothing is lost, and what waited comes in.
    world.contracts.set('edw_x', contract);
    expect(sorted(await world.rows(SHOWN))).toEqual(shown);
    expect(await statusOf(world)).toMatchObject({ state: 'live', rows: 2 });
  });

  it('another key holds the table before anything is written; the former one heals it', async () => {
    const { world, delivery } = await table({ card: 'hmac' });
    await statusOf(world);
    await delivery.changes(
      '20260101-010000000',
      [{ seq: seq(1), oper: 'I', row: ['4', 'card 4', null, null, null] }],
      AFTER,
    );
    useKey(OTHER);
    const held = await statusOf(world);
    const ids = `hashed with key ${KEY.id}, and the key at hand is ${openHmacKey(Buffer.from(OTHER)).id}`;
    expect(held).toMatchObject({ state: 'held', rows: 3, reason: expect.stringContaining(ids) as string });
    // Without new files nobody needs the key, and what is there is right.
    expect(await refused(world)).toEqual([]);
    useKey(SECRET);
    expect(await statusOf(world)).toMatchObject({ state: 'live', rows: 4 });
  });

  it('a column that comes with its treatment is none: files from before do not have it', async () => {
    const { world, contract } = await table({ card: 'hmac' });
    await statusOf(world);
    const added = ['hmac', 'drop'].map((treatment, n) => ({
      ...contract.columns[1]!,
      ...{ id: 106 + n, name: `new${n}`, sourceName: `NEW${n}`, treatment: treatment as 'hmac' | 'drop' },
    }));
    world.contracts.set('edw_x', {
      ...contract,
      version: 2,
      columns: [...contract.columns, ...added],
      lastColumnId: 107,
    });
    const wider = new Delivery(world.delivered, 'EDW.X', [
      ...COLUMNS,
      { name: 'NEW0', type: 'STRING' },
      { name: 'NEW1', type: 'STRING' },
    ]);
    const row = ['4', 'card 4', null, null, null, 'new', 'secret'];
    await wider.changes('20260101-010000000', [{ seq: seq(1), oper: 'I', row }], AFTER);
    expect(await statusOf(world)).toMatchObject({ state: 'live', rows: 4 });
    expect(await world.rows('SELECT id, new0 FROM edw_x ORDER BY 1')).toEqual([
      ...['1', '2', '3'].map((id) => ({ id, new0: null })),
      { id: '4', new0: hash('string', 'new') },
    ]);
  });
});

test('a type that loaded values are not all of holds the table: none is rounded', async () => {
  const { world, kept } = await table({});
  await world.ingest();
  const narrowed = kept.columns.map((column) =>
    column.name === 'paid' ? { ...column, type: 'decimal(10,1)' } : column,
  );
  world.contracts.set('edw_x', { ...kept, version: kept.version + 1, columns: narrowed });
  await world.ingest();
  expect(await world.status()).toMatchObject([
    {
      state: 'held',
      reason: expect.stringContaining(
        'file has column PAID as decimal(10,2), and the contract says decimal(10,1)',
      ) as string,
    },
  ]);
  await expect(world.rows('SELECT paid FROM edw_x')).rejects.toThrow(/edw_x/);
  world.contracts.set('edw_x', { ...kept, version: kept.version + 2 });
  await world.ingest();
  expect(await world.status()).toMatchObject([{ state: 'live', rows: 3 }]);
});
