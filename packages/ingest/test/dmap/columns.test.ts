/** Proves what stands in the files of datasets: values typed by the contract, treated, under permanent ids, for any reader. */
import { readFile } from 'node:fs/promises';
import { parquetMetadata, parquetReadObjects } from 'hyparquet';
import { compressors } from 'hyparquet-compressors';
import { hmacOf, localPath, openHmacKey } from '@farelake/lake';
import { sendBack } from '../../src/index.ts';
import { setContract, useSet } from '../support/datasets.ts';
import { closeWorlds, openWorld, type World } from '../support/world.ts';

const SECRET = '0123456789abcdef0123456789abcdef';
beforeAll(() => {
  process.env['FARELAKE_HMAC_KEY'] = SECRET;
});
afterAll(async () => {
  delete process.env['FARELAKE_HMAC_KEY'];
  await closeWorlds();
}, 60_000);

const TABLE = 'dmap_sale';
const COLUMNS = [
  { name: 'id', sourceName: 'Sale Id', type: 'bigint' },
  { name: 'paid', type: 'decimal(10,2)' },
  { name: 'at', type: 'timestamp' },
  { name: 'note' },
  { name: 'card', classification: 'pseudonymous', treatment: 'hmac' },
  { name: 'email', classification: 'personal', treatment: 'drop' },
] as const;
const TEXT = [
  '\uFEFFnote,Sale Id,paid,at,card,email,extra',
  '"two\nlines, ""quoted""",1,1.5,2026-01-02 03:04:05.678,c1,one@b.example,x',
  '"",2,,2026-01-02T03:04:05,c1,two@b.example,x',
  ',3,"",,,,',
  '',
].join('\r\n');

const files = async (world: World): Promise<string[]> => {
  const { rows } = await world.pool.query<{ uri: string }>(
    'SELECT uri FROM ledger.files WHERE version_removed IS NULL ORDER BY uri',
  );
  return rows.map(({ uri }) => localPath(uri));
};

async function loaded(): Promise<World> {
  const world = await openWorld();
  const deliver = useSet(world, setContract('sale', COLUMNS));
  await deliver({ datasetId: 'sale one', lastUpdated: '2026-01-05T01:02:03.456789999', text: TEXT });
  await world.ingest();
  return world;
}

test('values are as the contract says: nothing is NULL, a quoted nothing is empty text', async () => {
  const world = await loaded();
  const card = hmacOf(openHmacKey(Buffer.from(SECRET)), { kind: 'string' }, 'c1');
  expect(
    await world.rows(
      `SELECT id, paid::VARCHAR AS paid, "at"::VARCHAR AS at, note, card, dataset_id, _line FROM ${TABLE} ORDER BY id`,
    ),
  ).toEqual([
    {
      id: '1',
      paid: '1.50',
      at: '2026-01-02 03:04:05.678',
      note: 'two\nlines, "quoted"',
      card,
      dataset_id: 'sale one',
      _line: '2',
    },
    { id: '2', paid: null, at: '2026-01-02 03:04:05', note: '', card, dataset_id: 'sale one', _line: '3' },
    { id: '3', paid: null, at: null, note: null, card: null, dataset_id: 'sale one', _line: '4' },
  ]);
  expect((await world.status())[0]!.drift).toMatchObject([{ column: 'extra', kind: 'new column' }]);
});

test('hyparquet, which shares no code with the engine, finds columns by their permanent ids, and nothing of what is dropped', async () => {
  const world = await loaded();
  const [file] = await files(world);
  expect(file).toMatch(/\/stage\/dmap_sale\/period=2026-01-01\/sale%20one-[0-9a-f]{20}\.parquet$/);
  const bytes = await readFile(file!);
  const buffer = new Uint8Array(bytes).buffer;
  const fields = parquetMetadata(buffer)
    .schema.slice(1)
    .map(({ name, field_id }) => [name, field_id]);
  expect(fields).toEqual([
    ['id', 101],
    ['paid', 102],
    ['at', 103],
    ['note', 104],
    ['card', 105],
    ['dataset_id', 8],
    ['_period_start', 9],
    ['_period_end', 10],
    ['_last_updated', 11],
    ['_load_id', 6],
    ['_line', 7],
  ]);
  const rows = await parquetReadObjects({
    file: buffer,
    compressors,
    columns: ['id', '_last_updated', '_period_start'],
  });
  expect(rows[0]).toEqual({
    id: 1n,
    _last_updated: new Date('2026-01-05T01:02:03.456Z'),
    _period_start: new Date('2026-01-01'),
  });
  expect(bytes.includes('b.example')).toBe(false);
  const { rows: told } = await world.pool.query<{ t: string }>('SELECT json_agg(f)::text AS t FROM ledger.files f');
  expect(told[0]!.t).not.toContain(hmacOf(openHmacKey(Buffer.from(SECRET)), { kind: 'string' }, 'c1'));
});

test('a treatment that files disagree with holds the table, and a replay of all makes it right', async () => {
  const world = await loaded();
  world.contracts.set(
    TABLE,
    setContract(
      'sale',
      COLUMNS.map((one) => (one.name === 'note' ? { ...one, treatment: 'hmac' as const } : one)),
    ),
  );
  await world.ingest();
  expect((await world.status())[0]).toMatchObject({ state: 'held', rows: 3 });
  expect((await world.status())[0]!.reason).toMatch(/1 file has column note as delivered, and the contract says hmac/);
  await expect(world.rows(`SELECT * FROM ${TABLE}`)).rejects.toThrow();
  await sendBack(world, { datasets: [TABLE] });
  await world.ingest();
  expect((await world.status())[0]).toMatchObject({ state: 'live', rows: 3 });
  expect(await world.rows(`SELECT count(*) AS n FROM ${TABLE} WHERE note IS NOT NULL`)).toEqual([{ n: '2' }]);
});

test('a dataset of several pieces is several files, and its lines go through', async () => {
  const world = await openWorld();
  const deliver = useSet(world, setContract('sale', [{ name: 'id', type: 'bigint' }, { name: 'note' }]));
  const long = 'x'.repeat(2000);
  const rows = Array.from({ length: 40_000 }, (_, index) => `${index},${long}\n`);
  await deliver({ datasetId: 'large', text: `id,note\n${rows.join('')}` });
  await deliver({ datasetId: 'small', text: 'id,note\n-1,x\n' });
  await world.ingest();
  expect((await files(world)).map((file) => file.replace(/.*\/|[0-9a-f]{20}/g, ''))).toEqual([
    ...['large--0001.parquet', 'large--0002.parquet', 'large--0003.parquet', 'small-.parquet'],
  ]);
  expect(
    await world.rows(`SELECT dataset_id, count(*) AS n, count(DISTINCT _line) AS lines, bool_and(_line = id + 2) FILTER (WHERE id >= 0) AS ok
      FROM ${TABLE} GROUP BY 1 ORDER BY 1`),
  ).toEqual([
    { dataset_id: 'large', n: '40000', lines: '40000', ok: true },
    { dataset_id: 'small', n: '1', lines: '1', ok: null },
  ]);
});

describe('another treatment in the contract', () => {
  const otherwise = COLUMNS.map((column) =>
    column.name === 'card' ? { ...column, treatment: 'drop' as const } : column,
  );

  test('holds the table until no file says otherwise; datasets that are issued anew are loaded meanwhile', async () => {
    const world = await loaded();
    const deliver = useSet(world, setContract('sale', otherwise));
    await deliver({ datasetId: 'sale two', lastUpdated: '2026-01-05T00:00:00.000000000', text: TEXT });
    await world.ingest();
    const [held] = await world.status();
    expect(held).toMatchObject({
      state: 'held',
      reason: expect.stringContaining('1 file has column card hashed') as string,
    });
    expect(held!.loads).toMatchObject({ archived: 2 });
    await deliver({ datasetId: 'sale one', lastUpdated: '2026-01-06T00:00:00.000000000', text: TEXT });
    await world.ingest();
    expect(await world.status()).toMatchObject([{ state: 'live', rows: 6 }]);
    expect(await world.rows(`SELECT count(*)::INT AS n, count(DISTINCT dataset_id)::INT AS ids FROM ${TABLE}`)).toEqual(
      [{ n: 6, ids: 2 }],
    );
  });

  test('another key holds what would be hashed, until the last file with the former one is replaced', async () => {
    const world = await loaded();
    const deliver = useSet(world, setContract('sale', COLUMNS));
    process.env['FARELAKE_HMAC_KEY'] = 'f'.repeat(32);
    try {
      await deliver({ datasetId: 'sale two', lastUpdated: '2026-01-05T00:00:00.000000000', text: TEXT });
      await world.ingest();
      expect(await world.status()).toMatchObject([{ state: 'held', rows: 3 }]);
      await deliver({ datasetId: 'sale one', lastUpdated: '2026-01-06T00:00:00.000000000', text: TEXT });
      await world.ingest();
      expect(await world.status()).toMatchObject([{ state: 'live', rows: 6 }]);
    } finally {
      process.env['FARELAKE_HMAC_KEY'] = SECRET;
    }
  });
});

test('another type that not every value is of holds the table, tells no value, and goes with a replay', async () => {
  const world = await loaded();
  const as = (type: string, version: number) =>
    useSet(
      world,
      setContract(
        'sale',
        COLUMNS.map((column) =>
          column.name === 'note' ? { ...column, type, classification: 'pseudonymous' as const } : column,
        ),
        { version, publish: { postgres: true } },
      ),
    );
  as('bigint', 2);
  await world.ingest();
  const [held] = await world.status();
  expect(held).toMatchObject({
    state: 'held',
    reason: expect.stringContaining('file has column note as string, and the contract says bigint') as string,
  });
  expect(held!.publication?.trouble ?? '').not.toContain('two');
  await expect(world.rows(`SELECT * FROM ${TABLE}`)).rejects.toThrow(/does not exist/);
  as('string', 3);
  await world.ingest();
  expect(await world.status()).toMatchObject([{ state: 'live', rows: 3 }]);
});

test.each([
  ['paid', 'decimal(10,1)', 'decimal(10,2)'],
  ['at', 'date', 'timestamp'],
  // As text a number would be another one than was delivered.
  ['paid', 'string', 'decimal(10,2)'],
])('another type of %s, %s, changes nothing that is in the table: it is held', async (name, type, written) => {
  const world = await loaded();
  const columns = COLUMNS.map((column) => (column.name === name ? { ...column, type } : column));
  // A person may well forget the version.
  useSet(world, setContract('sale', columns, { version: 1 }));
  await world.ingest();
  const [held] = await world.status();
  expect(held).toMatchObject({
    state: 'held',
    reason: expect.stringContaining(`column ${name} as ${written}, and the contract says ${type}`) as string,
  });
  await expect(world.rows(`SELECT * FROM ${TABLE}`)).rejects.toThrow(/does not exist/);
});

test('of a file that begins with values nothing of its first line is told or kept', async () => {
  const world = await openWorld();
  const deliver = useSet(world, setContract('sale', [{ name: 'adult' }, { name: 'id', type: 'bigint' }]));
  await deliver({ datasetId: 'other', text: 'ann.ashdown@b.example,4111111111111111\nbob.birch@b.example,1\n' });
  // One value is by chance the name of a column.
  await deliver({ datasetId: 'chance', text: 'adult,ann.ashdown@b.example,4111111111111111,new\nchild,x,1,2\n' });
  await world.ingest();
  const status = await world.status();
  expect(status[0]!.drift.map(({ text }) => text)).toEqual([
    expect.stringContaining('(field 2, which looks like a value)') as string,
    expect.stringContaining('(field 3, which looks like a value)') as string,
    expect.stringContaining('new column new') as string,
    expect.stringContaining('id (bigint) is missing') as string,
    expect.stringContaining("and so is every other of the contract's columns") as string,
  ]);
  const { rows } = await world.pool.query<{ told: string }>(
    `SELECT concat((SELECT json_agg(l)::text FROM ledger.loads l), (SELECT json_agg(t)::text FROM ledger.tables t)) AS told`,
  );
  expect(rows[0]!.told).toContain('waiting');
  expect(rows[0]!.told + JSON.stringify(status)).not.toMatch(/ashdown|birch|4111/);
});
