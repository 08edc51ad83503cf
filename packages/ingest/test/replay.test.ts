/** Proves that a load taken through again gives its new rows once and takes its old ones along, or changes nothing at all. */
import { rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { replayableLoads, type ReplayFilter } from '@farelake/db';
import { hmacOf, openHmacKey } from '@farelake/lake';
import { parseLogicalType, type Contract, type ContractColumn } from '@farelake/schema-registry';
import { sendBack, workTables } from '../src/index.ts';
import { Delivery, seq, type Change } from './support/delivery.ts';
import { closeWorlds, openWorld, type World } from './support/world.ts';

afterAll(async () => {
  delete process.env['FARELAKE_HMAC_KEY'];
  await closeWorlds();
}, 60_000);

const COLUMNS = [
  { name: 'ID', type: 'INT4', key: 1 },
  { name: 'NAME', type: 'STRING' },
  { name: 'PRICE', type: 'NUMERIC', precision: 9, scale: 2 },
];
const START = { start: '2026-01-01T00:00:00', end: '2026-01-01T00:01:00' };
const LATER = { end: '2026-01-01T02:00:00' };
const ROWS = [
  ['1', 'a', '1.5'],
  ['2', 'b', '2.5'],
];
const ANY = { snapshot: { rows: 100, share: 1 }, changes: { rows: 100, share: 1 } };
const change = (n: number, oper: string, row: (string | null)[]): Change => ({ seq: seq(n), oper, row });

/** A snapshot, two change files in one batch, an orphan among the changes. */
async function table(contractOf: (contract: Contract) => Contract = (contract) => contract, price = '3.5') {
  const world = await openWorld();
  const delivery = new Delivery(world.delivered, 'EDW.X', COLUMNS);
  await delivery.snapshot('LOAD00000001', ROWS, START);
  await delivery.changes(
    '20260101-010000000',
    [change(1, 'I', ['3', 'c', price]), change(2, 'U', ['9', 'nobody', '1'])],
    LATER,
  );
  await delivery.changes('20260101-010500000', [change(3, 'U', ['1', 'one', null])], LATER);
  world.contracts.set('edw_x', contractOf(await world.addTable('EDW.X')));
  return { world, delivery };
}

const statusOf = async (world: World) => (await world.status())[0]!;

async function replay(world: World, filter: ReplayFilter): Promise<number> {
  const sent = await sendBack(world, filter);
  await workTables(world, ['edw_x']);
  return sent.length;
}

const shown = (world: World) =>
  world
    .rows('SELECT id, name, price::VARCHAR AS price FROM edw_x ORDER BY id')
    .then((rows) => rows.map((row) => Object.values(row)));
const history = (world: World) =>
  world
    .rows('SELECT header__change_oper AS o, id, name, _load_id, _line FROM edw_x_history ORDER BY 4, 5')
    .then((rows) => rows.map((row) => Object.values(row)));

/** Rows of history's files, each file once, are those of the receipts, load by load; nothing is in two files. */
async function expectCountedOnce(world: World): Promise<void> {
  const { rows: files } = await world.pool.query<{ uri: string; rows: number }>(
    `SELECT uri, rows FROM ledger.files WHERE table_name = 'edw_x_history' AND version_removed IS NULL`,
  );
  const list = files.map(({ uri }) => `'${uri.replace('file://', '')}'`).join(', ');
  const found = await world.rows(
    `SELECT _load_id::INTEGER AS load, count(*)::INTEGER AS n FROM read_parquet([${list}]) GROUP BY 1 ORDER BY 1`,
  );
  const { rows: receipts } = await world.pool.query<{ load: number; n: number }>(
    'SELECT load_id::int AS load, written::int AS n FROM ledger.receipts WHERE written > 0 ORDER BY 1',
  );
  expect(found).toEqual(receipts);
  const { rows: versions } = await world.pool.query<{ rows: number }>(
    `SELECT rows FROM ledger.versions WHERE table_name = 'edw_x_history' ORDER BY version DESC LIMIT 1`,
  );
  expect(versions[0]?.rows).toBe(receipts.reduce((sum, { n }) => sum + n, 0));
  expect(files.reduce((sum, { rows }) => sum + rows, 0)).toBe(versions[0]?.rows);
}

const loadOf = async (world: World, stem: string): Promise<number> =>
  (await replayableLoads(world.pool, {})).find(({ objectKey }) => objectKey.includes(stem))!.id;

it('of everything, and of everything again, changes nothing but versions', async () => {
  const { world } = await table();
  await world.ingest();
  const [before, rows, then] = [await statusOf(world), await shown(world), await history(world)];
  expect(before).toMatchObject({ state: 'live', orphans: 1, receipts: { written: 5 } });
  for (let round = 1; round <= 2; round += 1) {
    expect(await replay(world, {})).toBe(3);
    const after = await statusOf(world);
    expect(after).toEqual({ ...before, version: before.version + round });
    expect([await shown(world), await history(world)]).toEqual([rows, then]);
    await expectCountedOnce(world);
  }
  const { rows: replays } = await world.pool.query(
    `SELECT asked_by, (SELECT count(*)::int FROM ledger.replayed_loads WHERE replay_id = id) AS n FROM ledger.replays ORDER BY id`,
  );
  expect(replays).toEqual([1, 2].map(() => ({ asked_by: expect.stringContaining('@') as string, n: 3 })));
});

it('of one load of a batch leaves the others in a file of their own, with their columns and ids', async () => {
  const { world } = await table();
  await world.ingest();
  const [rows, then] = [await shown(world), await history(world)];
  const id = await loadOf(world, '20260101-010000000');
  expect(await replay(world, { loadIds: [id] })).toBe(1);
  expect([await shown(world), await history(world)]).toEqual([rows, then]);
  await expectCountedOnce(world);
  const { rows: added } = await world.pool.query<{ uri: string; rows: number }>(
    `SELECT uri, rows FROM ledger.files WHERE table_name = 'edw_x_history' AND version_removed IS NULL AND uri LIKE '%-r0001.parquet'`,
  );
  expect(added).toMatchObject([{ rows: 1 }]);
  const fields = await world.rows(
    `SELECT name, field_id::INTEGER AS id FROM parquet_schema('${added[0]!.uri.replace('file://', '')}') WHERE field_id IS NOT NULL`,
  );
  expect(fields).toEqual(
    expect.arrayContaining([
      { name: 'id', id: 101 },
      { name: 'price', id: 103 },
    ]),
  );
});

it('brings the rows that were refused, once, after the contract was put right', async () => {
  const { world, delivery } = await table();
  const right = world.contracts.get('edw_x')!;
  world.contracts.set('edw_x', {
    ...right,
    quarantine: ANY,
    columns: right.columns.map((column) => (column.name === 'price' ? { ...column, nullable: false } : column)),
  });
  await delivery.snapshot('LOAD00000001', [...ROWS, ['7', 'free', null]], START);
  await world.ingest();
  expect(await statusOf(world)).toMatchObject({
    state: 'live',
    rows: 3,
    quarantined: 1,
    receipts: { read: 6, written: 5 },
  });
  world.contracts.set('edw_x', right);
  expect(await replay(world, { state: 'quarantined' })).toBe(1);
  expect(await statusOf(world)).toMatchObject({
    state: 'live',
    rows: 4,
    quarantined: 0,
    orphans: 1,
    receipts: { read: 6, written: 6, quarantined: 0 },
  });
  expect((await world.pool.query('SELECT * FROM ledger.refused_rows')).rows).toEqual([]);
  const { rows } = await world.pool.query(
    'SELECT state, read::int, written::int, quarantined::int FROM ledger.replayed_loads',
  );
  expect(rows).toEqual([{ state: 'archived', read: 3, written: 2, quarantined: 1 }]);
  await expectCountedOnce(world);
});

it('fills in a column that was classified later', async () => {
  const { world } = await table((contract) => ({
    ...contract,
    columns: contract.columns.filter(({ name }) => name !== 'price'),
  }));
  await world.ingest();
  expect((await statusOf(world)).drift).toMatchObject([{ column: 'PRICE', kind: 'new column' }]);
  const whole = await world.addTable('EDW.X');
  world.contracts.set('edw_x', { ...whole, version: 2 });
  await world.ingest();
  expect((await shown(world)).map(([, , price]) => price)).toEqual([null, null, null]);
  expect(await replay(world, { datasets: ['edw_x'] })).toBe(3);
  expect((await shown(world)).map(([, , price]) => price)).toEqual(['1.50', '2.50', '3.50']);
  expect((await statusOf(world)).drift).toEqual([]);
  await expectCountedOnce(world);
});

describe('a treatment that changed', () => {
  const treat = (contract: Contract, treatment: ContractColumn['treatment']): Contract => ({
    ...contract,
    columns: contract.columns.map((column) => (column.name === 'id' ? { ...column, treatment } : column)),
  });
  const hash = (secret: string, value: string) =>
    hmacOf(openHmacKey(Buffer.from(secret)), parseLogicalType('bigint'), value);
  const [ONE, OTHER] = ['0123456789abcdef0123456789abcdef', 'fedcba9876543210fedcba9876543210'];
  const ids = async (world: World) => (await shown(world)).map(([id]) => id).sort();

  it('holds the table until all of its loads were taken through again; and so for another key', async () => {
    process.env['FARELAKE_HMAC_KEY'] = ONE;
    const { world } = await table();
    await world.ingest();
    const kept = world.contracts.get('edw_x')!;
    world.contracts.set('edw_x', treat(kept, 'hmac'));
    await world.ingest();
    expect((await statusOf(world)).reason).toMatch(/and the contract says hmac\. .*farelake replay/);
    // Of one alone nothing comes: the others' rows would still be as delivered.
    await replay(world, { loadIds: [await loadOf(world, '20260101-010000000')] });
    expect(await statusOf(world)).toMatchObject({ state: 'held' });
    await replay(world, {});
    expect(await statusOf(world)).toMatchObject({ state: 'live', rows: 3, orphans: 1 });
    expect(await ids(world)).toEqual(['1', '2', '3'].map((id) => hash(ONE, id)).sort());
    await expectCountedOnce(world);

    process.env['FARELAKE_HMAC_KEY'] = OTHER;
    await replay(world, {});
    expect(await statusOf(world)).toMatchObject({ state: 'live', rows: 3, orphans: 1 });
    expect(await ids(world)).toEqual(['1', '2', '3'].map((id) => hash(OTHER, id)).sort());
    await expectCountedOnce(world);
  }, 60_000);
});

it('of a failed file, after its contract was widened', async () => {
  const { world } = await table(
    (contract) => ({
      ...contract,
      columns: contract.columns.map((column) =>
        column.name === 'price' ? { ...column, type: 'decimal(5,2)' } : column,
      ),
    }),
    '99999.5',
  );
  for (let n = 1; n <= 5; n += 1) {
    await world.ingest();
    await world.letTimePass();
  }
  expect(await statusOf(world)).toMatchObject({ state: 'failing', rows: 2, loads: { quarantined: 1 } });
  world.contracts.set('edw_x', await world.addTable('EDW.X'));
  expect(await replay(world, { reason: 'BAD-VALUE' })).toBe(1);
  expect(await statusOf(world)).toMatchObject({ state: 'live', rows: 3, loads: { archived: 3 } });
  await expectCountedOnce(world);
});

it('reads the archived copy where the file is another one by now; when that is gone, too, the old rows stay', async () => {
  const { world } = await table();
  await world.ingest();
  const [rows, then] = [await shown(world), await history(world)];
  const id = await loadOf(world, '20260101-010000000');
  await writeFile(path.join(world.delivered, 'EDW.X__ct/20260101-010000000.csv.gz'), 'another content by now');
  // Its archived copy is what was read: the content that was meant, whatever lies in its place by now.
  await replay(world, { loadIds: [id] });
  expect([await shown(world), await history(world)]).toEqual([rows, then]);

  await rm(path.join(world.folder, 'archive'), { recursive: true });
  await replay(world, { loadIds: [id] });
  expect(await statusOf(world)).toMatchObject({ state: 'failing', rows: 3, loads: { failed: 1 } });
  expect([await shown(world), await history(world)]).toEqual([rows, then]);
  await expectCountedOnce(world);
});

it('killed at any step goes on with the next ingest', async () => {
  const { world } = await table();
  await world.ingest();
  const [rows, then] = [await shown(world), await history(world)];
  // Sent back, and then nothing.
  await sendBack(world, {});
  expect([await shown(world), await history(world)]).toEqual([rows, then]);
  // As if an attempt at its batch had begun and died: the batch is open, the loads are loading.
  await workTables({ ...world, stage: { ...world.stage, adopt: () => Promise.reject(new Error('died')) } }, ['edw_x']);
  expect((await world.pool.query(`SELECT 1 FROM ledger.batches WHERE state = 'open'`)).rows).not.toEqual([]);
  expect([await shown(world), await history(world)]).toEqual([rows, then]);
  await world.ingest();
  expect(await statusOf(world)).toMatchObject({ state: 'live', loads: { archived: 3 } });
  expect([await shown(world), await history(world)]).toEqual([rows, then]);
  await expectCountedOnce(world);
});

it('together with another key takes the rows of the old one away', async () => {
  const { world } = await table();
  const right = world.contracts.get('edw_x')!;
  world.contracts.set('edw_x', { ...right, key: ['name'] });
  await world.ingest();
  world.contracts.set('edw_x', right);
  await replay(world, {});
  expect(await shown(world)).toEqual([
    ['1', 'one', '1.50'],
    ['2', 'b', '2.50'],
    ['3', 'c', '3.50'],
  ]);
});

it('of a snapshot and the one that took its place under the same names: each by its own .dfm and content', async () => {
  const { world, delivery } = await table();
  await world.ingest();
  const second = { start: '2026-01-02T00:00:00', end: '2026-01-02T00:01:00' };
  await delivery.snapshot('LOAD00000001', [['1', 'new', '8'], ...ROWS.slice(1), ['3', 'c', '3.5']], second);
  await delivery.changes('20260102-010000000', [change(9, 'U', ['2', 'bb', null])], { end: '2026-01-02T02:00:00' });
  await world.ingest();
  const [before, rows, then] = [await statusOf(world), await shown(world), await history(world)];
  expect(before).toMatchObject({ state: 'live', generation: expect.stringMatching(/^20260102/) as string });
  expect(rows).toEqual([
    ['1', 'new', '8.00'],
    ['2', 'bb', '2.50'],
    ['3', 'c', '3.50'],
  ]);
  expect(await replay(world, {})).toBe(5);
  const after = await statusOf(world);
  expect(after).toMatchObject({
    state: 'live',
    generation: before.generation,
    loads: before.loads,
    receipts: before.receipts,
  });
  expect([await shown(world), await history(world)]).toEqual([rows, then]);
  await expectCountedOnce(world);
});

it('chooses by table, load, time, reason and state, and never what waits or what other content took the place of', async () => {
  const { world, delivery } = await table();
  await delivery.changes('20260101-030000000', [change(9, 'I', ['x', 'bad', '1'])], LATER);
  await delivery.changes('20260101-040000000', [change(10, 'I', ['5', 'w', '1'])], { ...LATER, withoutDfm: true });
  await world.ingest();
  await delivery.changes('20260101-030000000', [change(9, 'I', ['8', 'good', '1'])], LATER);
  await world.ingest();
  const count = async (filter: ReplayFilter) => (await replayableLoads(world.pool, filter)).length;
  expect(await count({})).toBe(4);
  expect(await count({ datasets: ['edw_y'] })).toBe(0);
  expect(await count({ state: 'failed' })).toBe(0);
  expect(await count({ state: 'archived' })).toBe(4);
  expect(await count({ since: '2100-01-01' })).toBe(0);
  expect(await count({ until: '2100-01-01' })).toBe(4);
  expect(await count({ reason: "100% '_" })).toBe(0);
});
