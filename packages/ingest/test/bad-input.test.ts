/** Proves that bad input gets a clear line and exit 1, loses nothing, keeps other tables going, and heals. */
import { rm } from 'node:fs/promises';
import { folderStore } from '@farelake/lake';
import { isTroubled, register } from '../src/index.ts';
import { Delivery, seq, type FileOptions } from './support/delivery.ts';
import { closeWorlds, openWorld, type World } from './support/world.ts';

afterAll(closeWorlds, 60_000);

const COLUMNS = [
  { name: 'ID', type: 'INT4', key: 1 },
  { name: 'NAME', type: 'STRING' },
  { name: 'PRICE', type: 'NUMERIC', precision: 9, scale: 2 },
];
const START = { start: '2026-01-01T00:00:00', end: '2026-01-01T00:01:00' };
const LATER = { end: '2026-01-01T02:00:00' };

/** A table that is all right beside the one under test. */
async function twoTables(): Promise<{ world: World; bad: Delivery }> {
  const world = await openWorld();
  const good = new Delivery(world.delivered, 'EDW.GOOD', COLUMNS);
  const bad = new Delivery(world.delivered, 'EDW.BAD', COLUMNS);
  await good.snapshot('LOAD00000001', [['1', 'a', '1.5']], START);
  await good.changes('20260101-010000000', [{ seq: seq(1), oper: 'U', row: ['1', 'b', null] }], LATER);
  await world.addTable('EDW.GOOD');
  return { world, bad };
}

const BAD_ROWS = [
  ['1', 'a', '1.5'],
  ['2', 'b', '2.5'],
];

async function outcome(world: World) {
  await world.ingest();
  const [bad, good] = await world.status();
  const troubles = await world.troubles();
  expect(good).toMatchObject({ table: 'edw_good', state: 'live', rows: 1 });
  return { bad: bad!, lines: troubles.map((t) => `${t.waitingFor ?? t.state}: ${t.object}: ${t.reason}`) };
}

async function snapshotCase(options: FileOptions, rows = BAD_ROWS) {
  const { world, bad } = await twoTables();
  await bad.snapshot('LOAD00000001', BAD_ROWS, START);
  await world.addTable('EDW.BAD');
  await bad.snapshot('LOAD00000001', rows, { ...START, ...options });
  return { world, bad, ...(await outcome(world).then((o) => ({ status: o.bad, lines: o.lines }))) };
}

/** After a right delivery under the same name the table must be there. */
async function heals(world: World, bad: Delivery) {
  await bad.snapshot('LOAD00000001', BAD_ROWS, START);
  await world.ingest();
  expect((await world.status())[0]).toMatchObject({ state: 'live', rows: 2 });
  expect(await world.troubles()).toEqual([]);
  expect(await world.rows('SELECT id, name FROM edw_bad ORDER BY 1')).toEqual([
    { id: '1', name: 'a' },
    { id: '2', name: 'b' },
  ]);
}

const KEY = 'cubic/ods_qlik/EDW.BAD/LOAD00000001.csv.gz';

describe('a snapshot file', () => {
  it.each<[string, FileOptions, string[][], 'failing' | 'waiting', RegExp]>([
    ['cut off', { spoil: (gz) => gz.subarray(0, gz.length - 9) }, BAD_ROWS, 'failing', /cut off before its end/],
    ['that is no gzip', { spoil: () => Buffer.from('ID,NAME\n') }, BAD_ROWS, 'failing', /no gzip file/],
    ['with no bytes', { spoil: () => Buffer.alloc(0) }, BAD_ROWS, 'failing', /cut off|no gzip/],
    [
      'beside a .dfm that is not JSON',
      { dfmText: '{"fileInfo": ' },
      BAD_ROWS,
      'waiting',
      /LOAD00000001\.dfm cannot be used: it is not JSON/,
    ],
    [
      'beside the .dfm of another table',
      {
        dfmText: JSON.stringify({
          fileInfo: { recordCount: 1 },
          formatInfo: { options: { fieldDelimiter: ',', quoteChar: '"', escapeChar: '', nullValue: '' } },
          dataInfo: { sourceSchema: 'EDW', sourceTable: 'OTHER', columns: [{ ordinal: 1, name: 'ID', type: 'INT4' }] },
        }),
      },
      BAD_ROWS,
      'waiting',
      /describes EDW\.OTHER/,
    ],
    [
      'whose header differs from its .dfm',
      { header: ['ID', 'TITLE', 'PRICE'] },
      BAD_ROWS,
      'waiting',
      /column 2 of the header is "TITLE", the .dfm announces "NAME"/,
    ],
    [
      'with a column less in the header',
      { header: ['ID', 'NAME'] },
      BAD_ROWS,
      'waiting',
      /header has 2 columns, the .dfm announces 3/,
    ],
    ['with fewer rows than announced', { recordCount: 3 }, BAD_ROWS, 'waiting', /it has 2 rows, the .dfm announces 3/],
    ['with more rows than announced', { recordCount: 1 }, BAD_ROWS, 'waiting', /it has 2 rows, the .dfm announces 1/],
    ['without .dfm', { withoutDfm: true }, BAD_ROWS, 'waiting', /its .dfm has not come/],
    [
      'with text in a number',
      {},
      [
        ['1', 'a', '1.5'],
        ['two', 'b', '2.5'],
      ],
      'failing',
      /Line 3, column ID: "two" is no/,
    ],
    [
      'with more digits than the scale',
      {},
      [
        ['1', 'a', '1.505'],
        ['2', 'b', '2.5'],
      ],
      'failing',
      /Line 2, column PRICE: "1\.505" is no/,
    ],
    [
      'with a record of two fields',
      {},
      [
        ['1', 'a'],
        ['2', 'b', '2.5'],
      ],
      'failing',
      /Line 2 has 2 fields where 3 are announced/,
    ],
  ])('%s', async (_, options, rows, state, line) => {
    const { world, bad, status, lines } = await snapshotCase(options, rows);
    expect(status).toMatchObject({ table: 'edw_bad', state, rows: 0 });
    expect(isTroubled(status)).toBe(true);
    expect({ lines, ...(lines.length === 1 ? {} : { status }) }).toEqual({ lines: [expect.any(String)] });
    expect(lines[0]).toContain(KEY);
    expect(lines[0]).toMatch(line);
    expect(status.reason).toMatch(line);
    await heals(world, bad);
  });

  it('is tried again by each ingest, and its error stays the same', async () => {
    const { world, lines } = await snapshotCase({ spoil: (gz) => gz.subarray(0, 30) });
    await world.ingest();
    const again = await outcome(world);
    expect(again.lines).toEqual(lines);
    expect(again.bad.loads).toEqual({ failed: 1 });
  });

  it('missing between two others keeps the snapshot from being shown', async () => {
    const { world, bad } = await twoTables();
    await bad.snapshot('LOAD00000001', [['1', 'a', '1']], START);
    await bad.snapshot('LOAD00000003', [['3', 'c', '3']], START);
    await world.addTable('EDW.BAD');
    const { bad: status } = await outcome(world);
    expect(status).toMatchObject({
      state: 'waiting',
      rows: 0,
      reason: 'the snapshot is not whole: LOAD00000002 missing',
    });
    await bad.snapshot('LOAD00000002', [['2', 'b', '2']], START);
    await world.ingest();
    expect((await world.status())[0]).toMatchObject({ state: 'live', rows: 3 });
  });
});

describe('a batch', () => {
  it('goes on without the files that spoil it', async () => {
    const { world, bad } = await twoTables();
    await bad.snapshot('LOAD00000001', [['1', 'a', '1']], START);
    await world.addTable('EDW.BAD');
    for (let n = 1; n <= 9; n += 1)
      await bad.changes(
        `20260101-0${n}0000000`,
        [{ seq: seq(n), oper: 'I', row: [n === 4 ? 'four' : String(100 + n), 'x', '1'] }],
        {
          ...LATER,
          ...(n === 6 ? { recordCount: 2 } : {}),
          ...(n === 8 ? { spoil: (gz: Buffer) => gz.subarray(0, 40) } : {}),
        },
      );
    const { bad: status, lines } = await outcome(world);
    expect(status).toMatchObject({ state: 'failing', rows: 7, loads: { archived: 7, failed: 2, waiting: 1 } });
    expect(lines.map((line) => line.replace(/^.*__ct\//, '').slice(0, 18))).toEqual([
      '20260101-040000000',
      '20260101-060000000',
      '20260101-080000000',
    ]);
    const batches = await world.pool.query<{ state: string; n: number }>(
      `SELECT state, count(*) AS n FROM ledger.batches WHERE dataset = 'edw_bad' GROUP BY 1 ORDER BY 1`,
    );
    expect(batches.rows.map((row) => row.state)).toEqual(['closed', 'done']);
    const files = await world.pool.query<{ uri: string }>(`SELECT uri FROM ledger.files`);
    expect(new Set(files.rows.map((row) => row.uri)).size).toBe(files.rows.length);
  });

  it('whose late file comes right in the end is as if it had come in time', async () => {
    const { world, bad } = await twoTables();
    await bad.snapshot('LOAD00000001', [['1', 'a', '1']], START);
    await world.addTable('EDW.BAD');
    const first = [{ seq: seq(1), oper: 'I', row: ['2', 'late', '2'] }];
    await bad.changes('20260101-010000000', first, { ...LATER, spoil: (gz) => gz.subarray(0, 40) });
    await bad.changes('20260101-020000000', [{ seq: seq(2), oper: 'U', row: ['2', null, '3'] }], LATER);
    expect((await outcome(world)).bad).toMatchObject({ rows: 1, orphans: 1 });
    await bad.changes('20260101-010000000', first, LATER);
    await world.ingest();
    expect((await world.status())[0]).toMatchObject({
      state: 'live',
      rows: 2,
      orphans: 0,
      loads: { archived: 3, superseded: 1 },
    });
    expect(await world.rows('SELECT name, price::VARCHAR AS price FROM edw_bad WHERE id = 2')).toEqual([
      { name: 'late', price: '3.00' },
    ]);
  });
});

describe('changes', () => {
  it('without any snapshot wait for it, and are applied when it comes', async () => {
    const { world, bad } = await twoTables();
    await bad.changes('20260101-010000000', [{ seq: seq(1), oper: 'U', row: ['1', 'new', null] }], LATER);
    await world.addTable('EDW.BAD', { key: ['ID'] });
    const { bad: status, lines } = await outcome(world);
    expect(status).toMatchObject({ state: 'waiting', loads: { waiting: 1 } });
    expect(lines).toEqual([
      'snapshot: cubic/ods_qlik/EDW.BAD__ct/20260101-010000000.csv.gz: no snapshot of the table has come',
    ]);
    await bad.snapshot('LOAD00000001', BAD_ROWS, START);
    await world.ingest();
    expect(await world.rows('SELECT name FROM edw_bad WHERE id = 1')).toEqual([{ name: 'new' }]);
  });

  it('with another operation, sequence or mask name the field', async () => {
    for (const [change, line] of [
      [
        { seq: seq(1), oper: 'X', row: ['1', 'a', '1'] },
        /Line 2, column header__change_oper: "X" is not one of I, U, D, B, T/,
      ],
      [{ seq: '17', oper: 'I', row: ['1', 'a', '1'] }, /Line 2, column header__change_seq: "17" is not 35 digits/],
      [{ seq: null, oper: 'I', row: ['1', 'a', '1'] }, /Line 2, column header__change_seq: NULL is not 35 digits/],
      [{ seq: seq(1), oper: 'U', mask: 'ZZ', row: ['1', 'a', '1'] }, /Line 2, column header__change_mask: "ZZ" is no/],
    ] as const) {
      const { world, bad } = await twoTables();
      await bad.snapshot('LOAD00000001', BAD_ROWS, START);
      await world.addTable('EDW.BAD');
      await bad.changes('20260101-010000000', [change], LATER);
      const { bad: status, lines } = await outcome(world);
      expect(status).toMatchObject({ state: 'failing', rows: 2 });
      expect(lines[0]).toMatch(line);
    }
  }, 60_000);

  it('of another type than the contract hold the table, naming the difference, and lose nothing', async () => {
    const { world, bad } = await twoTables();
    await bad.snapshot('LOAD00000001', BAD_ROWS, START);
    await world.addTable('EDW.BAD');
    await world.ingest();
    const [id, ...others] = COLUMNS;
    const other = new Delivery(world.delivered, 'EDW.BAD', [{ ...id!, type: 'STRING' }, ...others]);
    const lettered = { seq: seq(1), oper: 'I', row: ['three', 'c', '3'] };
    await other.changes('20260101-010000000', [lettered], { ...LATER, tableVersion: 2 });
    const { bad: status } = await outcome(world);
    expect(status).toMatchObject({ state: 'held', rows: 2, loads: { archived: 1, waiting: 1 } });
    expect(status.reason).toMatch(/column ID is string, in the contract bigint/);
  });

  it('that cannot be told apart hold the table until what was missing comes', async () => {
    const { world, bad } = await twoTables();
    await bad.snapshot('LOAD00000001', BAD_ROWS, START);
    await world.addTable('EDW.BAD', { cdc: { beforeImage: 'full' } });
    const row = (id: string) => [id, 'm', '1'];
    const b = (id: string) => ({ seq: seq(5), oper: 'B', row: row(id) });
    const u = (id: string) => ({ seq: seq(5), oper: 'U', row: row(id) });
    await bad.changes('20260101-010000000', [b('1'), b('2'), u('11'), u('12')], LATER);
    const { bad: status } = await outcome(world);
    expect(status).toMatchObject({ state: 'held', rows: 0, loads: { loaded: 2 } });
    expect(status.reason).toContain(seq(5));
  });
});

describe('a second snapshot', () => {
  it('that lost most keys is recognised under reused names and held; changes keep flowing into the first', async () => {
    const { world, bad } = await twoTables();
    await bad.snapshot('LOAD00000001', BAD_ROWS, START);
    await world.addTable('EDW.BAD');
    await world.ingest();
    await bad.snapshot('LOAD00000001', [['9', 'z', '9']], { start: '2026-02-01T00:00:00' });
    await bad.changes('20260201-010000000', [{ seq: seq(3), oper: 'I', row: ['3', 'c', '3'] }], {
      end: '2026-02-01T02:00:00',
    });
    const { bad: status } = await outcome(world);
    expect(status).toMatchObject({ state: 'held', rows: 3, loads: { archived: 2, loaded: 1 } });
    expect(status.reason).toMatch(
      /^snapshot 20260201T000000000000 is held: it has 2 rows .* has 3: 2 keys are lost \(66\.7 %, at most 20 % may be\), 1 gained; .*farelake table release EDW\.BAD$/,
    );
  });

  it('does not count changes from before the first one', async () => {
    const { world, bad } = await twoTables();
    await bad.snapshot('LOAD00000001', BAD_ROWS, { start: '2026-01-05T00:00:00' });
    await bad.changes('20260101-010000000', [{ seq: seq(1), oper: 'D', row: ['1', null, null] }], LATER);
    await world.addTable('EDW.BAD');
    expect((await outcome(world)).bad).toMatchObject({ state: 'live', rows: 2, loads: { archived: 1, superseded: 1 } });
    expect(await world.rows('SELECT count(*)::INTEGER AS n FROM edw_bad_history')).toEqual([{ n: 3 }]);
  });
});

describe('objects', () => {
  it('of a table without contract are listed and do not count', async () => {
    const { world, bad } = await twoTables();
    await bad.snapshot('LOAD00000001', BAD_ROWS, START);
    const { bad: status, lines } = await outcome(world);
    expect(status).toMatchObject({ table: 'edw_bad', state: 'waiting', loads: { waiting: 1 } });
    expect(isTroubled(status)).toBe(false);
    expect(lines[0]).toMatch(/^contract: .*farelake table add EDW\.BAD/);
  });

  it('that cannot be read do not keep the others from coming in', async () => {
    const { world, bad } = await twoTables();
    await bad.snapshot('LOAD00000001', BAD_ROWS, START);
    await world.addTable('EDW.BAD');
    // A .dfm beyond all measure is cut, is then no JSON, and is reported as such.
    await bad.snapshot('LOAD00000001', BAD_ROWS, { ...START, dfmText: `{"x": "${'y'.repeat(9_000_000)}"}` });
    const { bad: status, lines } = await outcome(world);
    expect(status).toMatchObject({ state: 'waiting', loads: { waiting: 1 } });
    expect(lines[0]).toMatch(/^dfm: .*is not JSON/);
    expect(lines[0]!.length).toBeLessThan(400);
    await heals(world, bad);

    const store = folderStore(world.delivered);
    const gone = await register(world, {
      ...store,
      read: (path) => (path.endsWith('.csv.gz') ? Promise.reject(new Error('gone meanwhile')) : store.read(path)),
    });
    expect(gone).toMatchObject({ found: 6, unreadable: [{ reason: 'gone meanwhile' }, {}, {}] });
  });

  it('that are gone when their turn comes are reported and tried again', async () => {
    const { world, bad } = await twoTables();
    await bad.snapshot('LOAD00000001', BAD_ROWS, START);
    await world.ingest();
    await rm(world.delivered, { recursive: true });
    await new Delivery(world.delivered, 'EDW.GOOD', COLUMNS).snapshot('LOAD00000001', [['1', 'a', '1.5']], START);
    await new Delivery(`${world.folder}/draft`, 'EDW.BAD', COLUMNS).snapshot('LOAD00000001', BAD_ROWS, START);
    await world.addTable('EDW.BAD', { from: `${world.folder}/draft` });
    const { bad: status } = await outcome(world);
    expect(status.state).toBe('failing');
    expect(status.reason).toMatch(/cannot be read/);
    await heals(world, bad);
  });
});
