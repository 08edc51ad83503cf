/**
 * Ways in which other pipelines of such feeds are known to have lost or corrupted data, each as the story of what happened
 * there. Each test fails if it happened here.
 */
import { existsSync } from 'node:fs';
import { stat, utimes, writeFile, mkdir, readFile } from 'node:fs/promises';
import { gzipSync } from 'node:zlib';
import { folderStore, localPath } from '@farelake/lake';
import { audit, ingest, verifyTable } from '../src/index.ts';
import { Delivery, seq, type Cell, type Change } from './support/delivery.ts';
import { closeWorlds, openWorld, type World } from './support/world.ts';

afterAll(closeWorlds, 60_000);

const COLUMNS = [
  { name: 'ID', type: 'INT4', key: 1 },
  { name: 'S', type: 'STRING' },
  { name: 'T', type: 'STRING' },
];
const START = { start: '2026-01-01T00:00:00' };
const AFTER = { end: '2026-03-01T00:00:00' };

const change = (n: number, oper: string, id: string, s: Cell = null, t: Cell = null): Change => ({
  seq: seq(n),
  oper,
  row: [id, s, t],
});
const rows = (world: World) => world.rows('SELECT id::INTEGER AS id, s, t FROM edw_x ORDER BY 1');
const only = async (world: World) => (await world.status())[0]!;

/** Rows 1 to 3, each `a`, `b`. */
async function threeRows(): Promise<{ world: World; delivery: Delivery }> {
  const world = await openWorld();
  const delivery = new Delivery(world.delivered, 'EDW.X', COLUMNS);
  await delivery.snapshot(
    'LOAD00000001',
    ['1', '2', '3'].map((id) => [id, 'a', 'b']),
    START,
  );
  await world.addTable('EDW.X');
  await world.ingest();
  return { world, delivery };
}

describe('a failed file was skipped for good, because a later one had moved the watermark', () => {
  const failing = [change(1, 'U', '1', 'one'), change(2, 'D', '2'), change(3, 'I', '4', 'four', 'four')];
  const later = [change(5, 'U', '1', null, 'five'), change(6, 'U', '4', 'six'), change(7, 'U', '2', 'seven')];
  const EXPECTED = [
    { id: 1, s: 'one', t: 'five' },
    { id: 3, s: 'a', t: 'b' },
    { id: 4, s: 'six', t: 'four' },
  ];

  async function spoiled(spoil: (gz: Buffer) => Buffer) {
    const { world, delivery } = await threeRows();
    await delivery.changes('20260101-010000000', failing, { ...AFTER, spoil });
    await delivery.changes('20260101-020000000', later, AFTER);
    await world.ingest();
    // The later file counts already; the failed one is named, and nothing about the table says that all is well.
    expect(await only(world)).toMatchObject({
      state: 'failing',
      reason: expect.stringContaining('EDW.X__ct/20260101-010000000.csv.gz') as string,
      orphans: 1,
    });
    expect(await rows(world)).toContainEqual({ id: 2, s: 'seven', t: 'b' });
    return { world, delivery };
  }

  it.each<[string, (gz: Buffer) => Buffer]>([
    ['that was cut off', (gz) => gz.subarray(0, gz.length - 5)],
    ['that was no file of the feed at all', () => Buffer.from('<html>503</html>')],
    ['that was empty', () => Buffer.alloc(0)],
  ])('a file %s counts in its own place when it comes right', async (_, spoil) => {
    const { world, delivery } = await spoiled(spoil);
    await delivery.changes('20260101-010000000', failing, AFTER);
    await world.ingest();
    expect(await rows(world)).toEqual(EXPECTED);
    // The update of row 2 came after its deletion.
    expect(await only(world)).toMatchObject({ state: 'live', orphans: 1, loads: { archived: 3, superseded: 1 } });
  });

  it('a file that waited for days for its right .dfm counts in its own place when that comes', async () => {
    const { world, delivery } = await threeRows();
    await delivery.changes('20260101-010000000', failing, { ...AFTER, recordCount: 4 });
    await delivery.changes('20260101-020000000', later, AFTER);
    await world.ingest();
    expect(await only(world)).toMatchObject({ state: 'waiting' });
    // Meanwhile days pass: the watermark moves on and on.
    for (const day of [2, 3])
      await delivery.changes(`2026010${day}-000000000`, [change(10 * day, 'U', '3', 'a')], AFTER);
    await world.ingest();
    await delivery.changes('20260101-010000000', failing, AFTER);
    await world.ingest();
    expect(await rows(world)).toEqual(EXPECTED);
    expect(await only(world)).toMatchObject({ state: 'live' });
  });
});

describe('files with the same second of modification were never registered', () => {
  const SECOND = new Date('2026-01-01T12:00:00Z');
  const touch = (file: string, time: Date) =>
    Promise.all(['.csv.gz', '.dfm'].map((ending) => utimes(`${file}${ending}`, time, time)));

  it('one that came in the same second as the newest known one, one from an hour before, one from 1970', async () => {
    const { world, delivery } = await threeRows();
    await touch(await delivery.changes('20260101-010000000', [change(1, 'U', '1', 'first')], AFTER), SECOND);
    await world.ingest();
    await touch(await delivery.changes('20260101-020000000', [change(2, 'U', '2', 'second')], AFTER), SECOND);
    await world.ingest();
    const hourBefore = new Date(SECOND.getTime() - 3_600_000);
    await touch(await delivery.changes('20260101-030000000', [change(3, 'U', '3', 'third')], AFTER), hourBefore);
    await world.ingest();
    await touch(await delivery.changes('20260101-040000000', [change(4, 'I', '4', 'fourth')], AFTER), new Date(0));
    await world.ingest();
    expect(await rows(world)).toEqual([
      { id: 1, s: 'first', t: 'b' },
      { id: 2, s: 'second', t: 'b' },
      { id: 3, s: 'third', t: 'b' },
      { id: 4, s: 'fourth', t: null },
    ]);
    expect(await only(world)).toMatchObject({ state: 'live', loads: { archived: 5 } });
  });

  it('other content of the same length, under the same name, in the same second', async () => {
    const { world, delivery } = await threeRows();
    const spoil = (gz: Buffer) => Buffer.concat([Buffer.from([0, 0]), gz.subarray(2)]);
    const changes = [change(1, 'U', '1', 'right')];
    const file = await delivery.changes('20260101-010000000', changes, { ...AFTER, spoil });
    await touch(file, SECOND);
    const { size } = await stat(`${file}.csv.gz`);
    await world.ingest();
    expect(await only(world)).toMatchObject({ state: 'failing' });
    await touch(await delivery.changes('20260101-010000000', changes, AFTER), SECOND);
    expect(await stat(`${file}.csv.gz`)).toMatchObject({ size, mtime: SECOND });
    await world.ingest();
    expect(await rows(world)).toContainEqual({ id: 1, s: 'right', t: 'b' });
    expect(await only(world)).toMatchObject({ state: 'live' });
  });
});

describe('a new snapshot wiped history in place', () => {
  const FEB = (minute: number) => ({ start: `2026-02-01T00:0${minute}:00` });
  const SINCE = { end: '2026-02-02T00:00:00' };
  const row = (id: string): Cell[] => [id, 'new', 'new'];

  /** What was there before a second snapshot: rows of history, one change of February among them, and files of stage. */
  async function withHistory() {
    const { world, delivery } = await threeRows();
    await delivery.changes('20260101-010000000', [change(1, 'U', '1', 'one'), change(2, 'D', '2')], {
      end: '2026-01-01T01:00:00',
    });
    await world.ingest();
    const history = () =>
      world.rows(`SELECT header__change_seq AS seq, header__change_oper AS oper, id, s, t, _load_id, _line
        FROM edw_x_history ORDER BY ALL`);
    const files = async () =>
      (await world.pool.query<{ uri: string }>('SELECT uri FROM ledger.files')).rows.map(({ uri }) => uri);
    const before = { rows: await rows(world), history: await history(), files: await files() };
    /** Nothing of it is gone, and the table is what history says of its snapshot. */
    const expectKept = async () => {
      expect(await history()).toEqual(expect.arrayContaining(before.history));
      expect(before.files.filter((uri) => !existsSync(localPath(uri)))).toEqual([]);
      expect(await verifyTable(world, world.contracts.get('edw_x')!, 'history')).toMatchObject({ equal: true });
    };
    return { world, delivery, before, expectKept };
  }

  it('one that comes file by file: the one in use stays and takes changes, until all of the new one is there', async () => {
    const { world, delivery, before, expectKept } = await withHistory();
    await delivery.snapshot('LOAD00000001', [row('1'), row('3')], FEB(0));
    await delivery.snapshot('LOAD00000003', [row('6')], FEB(2));
    await world.ingest();
    expect(await rows(world)).toEqual(before.rows);
    await expectKept();
    await delivery.changes('20260202-000000000', [change(10, 'U', '3', 'three'), change(11, 'I', '7', 'seven')], SINCE);
    await world.ingest();
    expect(await rows(world)).toEqual([
      { id: 1, s: 'one', t: 'b' },
      { id: 3, s: 'three', t: 'b' },
      { id: 7, s: 'seven', t: null },
    ]);
    await expectKept();
    await delivery.snapshot('LOAD00000002', [row('4'), row('5')], FEB(1));
    await world.ingest();
    expect(await rows(world)).toEqual([
      { id: 1, s: 'new', t: 'new' },
      { id: 3, s: 'three', t: 'new' },
      ...[4, 5, 6].map((id) => ({ id, s: 'new', t: 'new' })),
      { id: 7, s: 'seven', t: null },
    ]);
    expect(await only(world)).toMatchObject({ state: 'live' });
    await expectKept();
  });

  it('one that cannot be read', async () => {
    const { world, delivery, before, expectKept } = await withHistory();
    await delivery.snapshot('LOAD00000001', [row('1')], { ...FEB(0), spoil: (gz) => gz.subarray(0, 30) });
    await world.ingest();
    expect(await rows(world)).toEqual(before.rows);
    expect(await only(world)).toMatchObject({ state: 'failing' });
    await expectKept();
  });

  it('one without a row', async () => {
    const { world, delivery, before, expectKept } = await withHistory();
    await delivery.snapshot('LOAD00000001', [], FEB(0));
    await world.ingest();
    expect(await rows(world)).toEqual(before.rows);
    expect(await only(world)).toMatchObject({ state: 'held' });
    await expectKept();
  });
});

describe('a path was written into a field with a newline, and what read the field took it for two', () => {
  const HOSTILE = "x\n/etc/passwd\ns3://other/bucket', 'y'); DROP TABLE ledger.loads; --\r\n\"z\"\\";

  it('zones and deliveries below folders with line breaks and quotes in their names', async () => {
    const parent = await openWorld();
    const folder = `${parent.folder}/one\ntwo', 'three"`;
    const world = await openWorld(folder);
    const delivered = `${folder}/deli\nvered`;
    const delivery = new Delivery(delivered, 'EDW.X', COLUMNS);
    await delivery.snapshot('LOAD00000001', [['1', 'a', 'b']], START);
    await delivery.changes('20260101-010000000', [change(1, 'U', '1', 'one')], AFTER);
    await world.addTable('EDW.X', { from: delivered });
    await world.ingest(delivered);
    await delivery.changes('20260101-020000000', [change(0, 'I', '2', 'late')], AFTER);
    await world.ingest(delivered);
    expect(await rows(world)).toEqual([
      { id: 1, s: 'one', t: 'b' },
      { id: 2, s: 'late', t: null },
    ]);
    expect(await only(world)).toMatchObject({ state: 'live', loads: { archived: 3 } });
    const { rows: files } = await world.pool.query<{ uri: string }>(
      `SELECT uri FROM ledger.files UNION ALL SELECT archived_uri FROM ledger.objects UNION ALL SELECT store_uri FROM ledger.objects`,
    );
    expect(files.filter(({ uri }) => /\s/.test(uri) || !existsSync(localPath(uri)))).toEqual([]);
    expect((await audit(world, folderStore(delivered))).findings).toEqual([]);
  });

  it('names with line breaks in the feed itself: left alone, named in one line, and nothing of them is a path', async () => {
    const { world } = await threeRows();
    const content = gzipSync('ID,S,T\n9,"x","y"\n');
    const folders = ['EDW.X\nEDW.Y', 'EDW.X__ct', 'EDW\n.X'];
    for (const folder of folders) {
      await mkdir(`${world.delivered}/${folder}`, { recursive: true });
      await writeFile(`${world.delivered}/${folder}/LOAD00000002\n.csv.gz`, content);
      await writeFile(`${world.delivered}/${folder}/20260101-010000000\n20260101-020000000.csv.gz`, content);
    }
    const { registered } = await ingest(world, folderStore(world.delivered));
    expect(registered).toMatchObject({ found: 2, fresh: 0 });
    expect(registered.foreign).toHaveLength(2 * folders.length);
    const { rows: objects } = await world.pool.query(
      `SELECT object_key FROM ledger.objects WHERE object_key ~ '[[:cntrl:]]' OR path ~ '[[:cntrl:]]'`,
    );
    expect(objects).toEqual([]);
    expect(await only(world)).toMatchObject({ state: 'live', rows: 3 });
  });

  it('values, keys and moves with line breaks, quotes and SQL in them stay what they are, in every place they go to', async () => {
    const world = await openWorld();
    const columns = [
      { name: 'K', type: 'STRING', key: 1 },
      { name: 'S', type: 'STRING' },
    ];
    const delivery = new Delivery(world.delivered, 'EDW.X', columns);
    const keys = Array.from({ length: 20 }, (_, n) => `${HOSTILE}${String(n).padStart(2, '0')}`);
    await delivery.snapshot(
      'LOAD00000001',
      keys.map((key) => [key, HOSTILE]),
      START,
    );
    const event = (n: number, oper: string, row: Cell[]): Change => ({ seq: seq(n), oper, row });
    await delivery.changes(
      '20260101-010000000',
      [
        event(2, 'U', [keys[1]!, `${HOSTILE}!`]),
        event(3, 'D', [keys[2]!, null]),
        event(4, 'B', [keys[3]!, HOSTILE]),
        event(4, 'U', [`${HOSTILE}moved`, HOSTILE]),
      ],
      AFTER,
    );
    await world.addTable('EDW.X', { segmentRows: 4, cdc: { updateImage: 'sparse', beforeImage: 'full' } });
    await world.ingest();
    await delivery.changes('20260101-005000000', [event(1, 'U', [keys[4]!, 'late'])], AFTER);
    await world.ingest();
    const expected = [
      ...keys.flatMap((key, n) =>
        n === 2 || n === 3 ? [] : [{ k: key, s: n === 1 ? `${HOSTILE}!` : n === 4 ? 'late' : HOSTILE }],
      ),
      { k: `${HOSTILE}moved`, s: HOSTILE },
    ];
    expect(await world.rows('SELECT k, s FROM edw_x ORDER BY k')).toEqual(expected);
    expect(await only(world)).toMatchObject({ state: 'live', orphans: 0, loads: { archived: 3 } });
    // The delivered bytes, too: what a field says is no line of a list anywhere.
    const { rows: archived } = await world.pool.query<{ archived_uri: string; path: string }>(
      `SELECT archived_uri, path FROM ledger.objects ORDER BY id`,
    );
    for (const { archived_uri, path } of archived)
      expect(await readFile(localPath(archived_uri))).toEqual(await readFile(`${world.delivered}/${path}`));
  });
});

describe('a deleted row came back, because D and U shared a batch', () => {
  const update = change(4, 'U', '1', 'updated');
  const remove = change(5, 'D', '1');
  const GONE = [
    { id: 2, s: 'a', t: 'b' },
    { id: 3, s: 'a', t: 'b' },
  ];

  it.each<[string, Change[][][]]>([
    ['in one file, in their order', [[[update, remove]]]],
    ['in one file, the D first', [[[remove, update]]]],
    ['in two files of one batch', [[[update], [remove]]]],
    ['in two files of one batch, the D in the first', [[[remove], [update]]]],
    ['split over batches', [[[update]], [[remove]]]],
    ['split over batches, the D first', [[[remove]], [[update]]]],
    ['each delivered again, with the other', [[[update]], [[remove]], [[update, remove]], [[remove], [update]]]],
  ])('%s', async (_, ingests) => {
    const { world, delivery } = await threeRows();
    let n = 0;
    for (const files of ingests) {
      for (const events of files) {
        n += 1;
        await delivery.changes(`20260101-0${n}0000000`, events, AFTER);
      }
      await world.ingest();
    }
    expect(await rows(world)).toEqual(GONE);
    expect(await only(world)).toMatchObject({ state: 'live', orphans: 0, conflicts: 0 });
  });

  it.each<[string, Change[][][]]>([
    ['in one file', [[[change(5, 'U', '1', 'x'), change(5, 'D', '1')]]]],
    ['split over batches', [[[change(5, 'U', '1', 'x')]], [[change(5, 'D', '1')]]]],
    ['split over batches, the D first', [[[change(5, 'D', '1')]], [[change(5, 'U', '1', 'x')]]]],
  ])('under one sequence, %s: the U finds nothing to change', async (_, ingests) => {
    const { world, delivery } = await threeRows();
    for (const [n, files] of ingests.entries()) {
      for (const events of files) await delivery.changes(`20260101-0${n + 1}0000000`, events, AFTER);
      await world.ingest();
    }
    expect(await rows(world)).toEqual(GONE);
    expect(await only(world)).toMatchObject({ state: 'live', orphans: 1 });
  });

  it('a later U of the whole row does not bring it back, and a later I does', async () => {
    const { world, delivery } = await threeRows();
    await delivery.changes('20260101-010000000', [update, remove, change(6, 'U', '1', 'all', 'of it')], AFTER);
    await world.ingest();
    expect(await rows(world)).toEqual(GONE);
    expect(await only(world)).toMatchObject({ state: 'live', orphans: 1 });
    await delivery.changes('20260101-020000000', [change(7, 'I', '1', 'new')], AFTER);
    await world.ingest();
    expect(await rows(world)).toEqual([{ id: 1, s: 'new', t: null }, ...GONE]);
  });
});
