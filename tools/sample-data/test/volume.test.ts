import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { generateFeed, type FeedOptions, type FeedSummary, type VolumeExpectation } from '../src/index.ts';
import { listFiles, parseCsv, readDfm, readText, type Dfm } from './support/vendor-files.ts';

/** What lies in the files of a feed of any size. What comes of them is the matter of volume-fold.test.ts. */

const scratch = mkdtempSync(path.join(tmpdir(), 'farelake-volume-'));
afterAll(() => {
  rmSync(scratch, { recursive: true });
});

let made = 0;
const generate = (options: Omit<FeedOptions, 'out'>): Promise<FeedSummary> =>
  generateFeed({ ...options, out: path.join(scratch, String(made++)) });

interface DataFile {
  readonly stem: string;
  readonly dfm: Dfm;
  readonly text: string;
  readonly records: Record<string, string | null>[];
}

const filesOf = ({ out }: FeedSummary, folder: string): DataFile[] => {
  const place = path.join(out, 'cubic', 'ods_qlik', folder);
  return listFiles(place)
    .filter((file) => file.endsWith('.csv.gz'))
    .map((file) => {
      const stem = file.replace('.csv.gz', '');
      const dfm = readDfm(path.join(place, `${stem}.dfm`));
      const text = readText(path.join(place, file));
      const [header = [], ...rows] = parseCsv(text, dfm.formatInfo.options);
      const names = dfm.dataInfo.columns.map(({ name }) => name);
      expect(header).toEqual(names);
      for (const row of rows) expect(row).toHaveLength(names.length);
      const records = rows.map((row) => Object.fromEntries(names.map((name, at) => [name, row[at] ?? null])));
      expect(dfm.fileInfo.recordCount).toBe(records.length);
      return { stem, dfm, text, records };
    });
};

const fingerprint = (folder: string): string[] =>
  listFiles(folder).map(
    (file) =>
      `${file} ${createHash('sha256')
        .update(readFileSync(path.join(folder, file)))
        .digest('hex')}`,
  );

const TABLES = [
  'EDW.FARE_TRANSACTION',
  'EDW.CARD',
  'EDW.STOP_POINT',
  'EDW.PRODUCT',
  'EDW.DEVICE_EVENT',
  'EDW.BENCH_FARE',
];
const SMALL = { rows: 300, changes: 200, tables: TABLES, changeFileRows: 60, disorder: 0.1 };

describe('equal options', () => {
  it('give equal bytes, into a folder that was used before too', async () => {
    const first = await generate(SMALL);
    const second = await generate({ ...SMALL, seed: 5 });
    expect(fingerprint(second.out)).not.toEqual(fingerprint(first.out));
    await generateFeed({ ...SMALL, out: second.out, force: true });
    expect(fingerprint(second.out)).toEqual(fingerprint(first.out));
    expect(listFiles(second.out).filter((file) => file.endsWith('.part'))).toEqual([]);
  });

  it('make a table the same whatever other tables are made', async () => {
    const all = await generate(SMALL);
    const one = await generate({ ...SMALL, tables: ['card'] });
    expect(one.expected).toEqual({ edw_card: all.expected['edw_card'] });
  });

  // Packed bytes may differ between versions of zlib; what is in them must not, between versions of anything.
  it('give the same text on every machine and Node', async () => {
    const { out } = await generate({ rows: 50, changes: 50, tables: TABLES, disorder: 0.1 });
    const hash = createHash('sha256');
    for (const file of listFiles(out)) hash.update(file).update(readText(path.join(out, file)));
    expect(hash.digest('hex')).toBe('657ca9a862c526201cc31e69a03b41994f320a23a2a8eb9e949ff9b078731f6d');
  });
});

test('every table is read back as what its .dfm says, and its snapshot adds up to the figures', async () => {
  const feed = await generate({ rows: 2_000, tables: TABLES });
  for (const { table, dataset, snapshot, rows } of feed.tables) {
    const records = filesOf(feed, table).flatMap((file) => file.records);
    expect([table, records.length, snapshot.records, rows]).toEqual([table, 2_000, 2_000, 2_000]);
    const truth = feed.expected[dataset] as VolumeExpectation;
    for (const [column, nulls] of Object.entries(truth.nulls))
      expect([column, records.filter((row) => row[column.toUpperCase()] === null).length]).toEqual([column, nulls]);
    for (const [column, sum] of Object.entries(truth.sums)) {
      const scale = sum.split('.')[1]!.length;
      const texts = records.map((row) => row[column.toUpperCase()] ?? `0.${'0'.repeat(scale)}`);
      expect(texts.filter((text) => text.split('.')[1]?.length !== scale)).toEqual([]);
      const units = texts.reduce((total, text) => total + BigInt(text.replace('.', '')), 0n);
      expect(String(units)).toBe(sum.replace('.', '').replace(/^(-?)0+(?=\d)/, '$1'));
    }
  }
});

test('BENCH_FARE has 20 columns and about 175 bytes of csv a row', async () => {
  const feed = await generate({ rows: 20_000, tables: ['EDW.BENCH_FARE'] });
  const [file] = filesOf(feed, 'EDW.BENCH_FARE');
  expect(file!.dfm.dataInfo.columns).toHaveLength(20);
  expect(file!.text.length / 20_000).toBeGreaterThan(172);
  expect(file!.text.length / 20_000).toBeLessThan(178);
  expect(new Set(file!.records.map((row) => row['FARE_ID'])).size).toBe(20_000);
  expect(file!.text).toMatch(/"two riders,\none card"/);
});

describe('files', () => {
  it('close by rows', async () => {
    const feed = await generate({ rows: 1_050, tables: ['card'], fileRows: 100 });
    const files = filesOf(feed, 'EDW.CARD');
    expect(files.map(({ records }) => records.length)).toEqual([...Array<number>(10).fill(100), 50]);
    expect(files.map(({ stem }) => stem).slice(8)).toEqual(['LOAD00000009', 'LOAD0000000A', 'LOAD0000000B']);
  });

  it('close by bytes of csv: each is full with its last row', async () => {
    const feed = await generate({ rows: 3_000, tables: ['stop_point'], fileBytes: 50_000 });
    const sizes = filesOf(feed, 'EDW.STOP_POINT').map(({ text, records }) => {
      const header = text.indexOf('\n') + 1;
      return { bytes: Buffer.byteLength(text) - header, rows: records.length };
    });
    expect(sizes.length).toBeGreaterThan(5);
    for (const { bytes } of sizes) expect(bytes).toBeLessThan(50_000 + 400);
    expect(sizes.filter(({ bytes }) => bytes < 49_990)).toHaveLength(1);
  });

  it('of a parallel load count in each segment', async () => {
    const feed = await generate({ rows: 50, tables: ['product'], fileRows: 10 });
    expect(filesOf(feed, 'EDW.PRODUCT').map(({ stem }) => stem)).toEqual([
      'LOAD_1_00000001',
      'LOAD_1_00000002',
      'LOAD_1_00000003',
      'LOAD_2_00000001',
      'LOAD_2_00000002',
    ]);
  });

  it.each([1, 3, 7])('of changes are %i where so many are asked for, in disorder too', async (changeFiles) => {
    const feed = await generate({ rows: 50, changes: 100, tables: ['card'], changeFiles, disorder: 0.3 });
    expect(filesOf(feed, 'EDW.CARD__ct')).toHaveLength(changeFiles);
  });

  it('of changes never part a before image from its update', async () => {
    const feed = await generate({ rows: 50, changes: 200, tables: ['card'], changeFileRows: 7 });
    for (const { records } of filesOf(feed, 'EDW.CARD__ct')) {
      expect(records.at(-1)!['header__change_oper']).not.toBe('B');
      expect(records.length).toBeLessThanOrEqual(8);
    }
  });

  it('may hold nothing: an empty snapshot, no changes, or only inserts', async () => {
    const empty = await generate({ rows: 0, tables: ['card'] });
    expect(filesOf(empty, 'EDW.CARD').map(({ records }) => records)).toEqual([[]]);
    expect(existsSync(path.join(empty.out, 'cubic', 'ods_qlik', 'EDW.CARD__ct'))).toBe(false);
    const grown = await generate({
      rows: 0,
      changes: 30,
      tables: ['card'],
      mix: { insert: 1, update: 0, delete: 0, move: 0 },
    });
    expect(grown.tables[0]!.changes.operations.inserted).toBe(30);
    expect(grown.expected['edw_card']!.rows).toBe(30);
  });
});

describe('changes', () => {
  const changesOf = (feed: FeedSummary, table: string) =>
    filesOf(feed, `${table}__ct`).flatMap(({ records }) => records);

  it.each(TABLES)('%s: sequences rise and times lie within the file', async (table) => {
    const feed = await generate({ rows: 200, changes: 400, tables: [table], changeFileRows: 100 });
    const sequences = changesOf(feed, table).map((row) => row['header__change_seq']!);
    expect(sequences).toEqual([...sequences].sort());
    for (const sequence of sequences) expect(sequence).toMatch(/^\d{35}$/);
    expect(new Set(sequences).size).toBeGreaterThan(300);
    const files = filesOf(feed, `${table}__ct`);
    const stems = files.map(({ stem }) => stem);
    expect(new Set(stems).size).toBe(stems.length);
    for (const { dfm, records } of files) {
      const times = records.map((row) => row['header__timestamp']!.slice(0, 23).replace(' ', 'T'));
      expect(dfm.fileInfo.firstTransactionTimestamp).toBe(times[0]);
      expect(dfm.fileInfo.lastTransactionTimestamp).toBe(times.at(-1));
      expect(dfm.fileInfo.startWriteTimestamp < dfm.fileInfo.endWriteTimestamp).toBe(true);
      expect(times.at(-1)! < dfm.fileInfo.endWriteTimestamp).toBe(true);
    }
    const snapshots = filesOf(feed, table).map(({ dfm }) => dfm.fileInfo.endWriteTimestamp);
    expect(snapshots.at(-1)! < files[0]!.dfm.fileInfo.firstTransactionTimestamp!).toBe(true);
  });

  it('are mixed as asked for', async () => {
    const feed = await generate({
      rows: 5_000,
      changes: 20_000,
      tables: ['card'],
      mix: { insert: 10, update: 60, delete: 20, move: 10 },
    });
    const { inserted, updated, deleted, moved } = feed.tables[0]!.changes.operations;
    expect(inserted + updated + deleted + moved).toBe(20_000);
    for (const [count, wanted] of [
      [inserted, 0.1],
      [deleted, 0.2],
      [updated, 0.6],
      [moved, 0.1],
    ] as const)
      // Statements over several rows shift the shares a little.
      expect(Math.abs(count / 20_000 - wanted)).toBeLessThan(0.025);
  });

  it.each([
    ['0.9 on the newest 2 %', { share: 0.9, newest: 0.02 }, 0.902],
    ['half on the newest tenth', { share: 0.5, newest: 0.1 }, 0.55],
    ['uniform', { share: 0, newest: 1 }, undefined],
  ])('fall where the skew says: %s', async (_, skew, wanted) => {
    const rows = 20_000;
    const feed = await generate({
      rows,
      changes: 20_000,
      tables: ['BENCH_FARE'],
      skew,
      mix: { insert: 0, update: 1, delete: 0, move: 0 },
    });
    const numbers = changesOf(feed, 'EDW.BENCH_FARE').map((row) => Number(row['FARE_ID']) - 4_000_000_000);
    expect(numbers).toHaveLength(20_000);
    if (wanted !== undefined) {
      const newest = numbers.filter((number) => number >= rows * (1 - skew.newest)).length / numbers.length;
      expect(Math.abs(newest - wanted)).toBeLessThan(0.02);
    }
    const old = numbers.filter((number) => number < rows / 2).length / numbers.length;
    expect(Math.abs(old - (1 - skew.share) / 2)).toBeLessThan(0.02);
  });

  it('of one hot row for a long time end in time, and right', async () => {
    const feed = await generate({
      rows: 1,
      changes: 3_000,
      tables: ['card'],
      mix: { insert: 0, update: 9, delete: 0, move: 1 },
    });
    const last = changesOf(feed, 'EDW.CARD').at(-1)!;
    expect(feed.expected['edw_card']).toMatchObject({ rows: 1 });
    const [row] = readText(path.join(feed.out, 'expected-rows', 'edw_card.jsonl'))
      .trim()
      .split('\n');
    expect((JSON.parse(row!) as Record<string, unknown>)['card_token']).toBe(last['CARD_TOKEN']);
  });
});

describe('what cannot be', () => {
  it.each<[string, Partial<FeedOptions>, string]>([
    ['rows', { rows: -1 }, 'rows -1 cannot be'],
    ['rows', { rows: 2e9 }, '1000000000'],
    ['a table', { tables: ['EDW.NONE'] }, 'there is no table "EDW.NONE"'],
    ['no table', { tables: [] }, 'none is named'],
    ['both ways to cut change files', { changeFiles: 2, changeFileRows: 3 }, 'give one of the two'],
    ['a share', { skew: { share: 1.5, newest: 0.1 } }, 'from 0 to 1'],
    ['no newest part', { skew: { share: 0.5, newest: 0 } }, 'above 0'],
    ['a mix of nothing', { mix: { insert: 0, update: 0, delete: 0, move: 0 } }, 'not all of them 0'],
    ['a day', { start: '2026-02-30' }, 'YYYY-MM-DD'],
    ['a level', { level: 10 }, 'from 1 to 9'],
    ['disorder', { disorder: 0.9 }, 'from 0 to 0.5'],
  ])('%s is refused before anything is written', async (_, options, message) => {
    const out = path.join(scratch, 'never');
    await expect(generateFeed({ rows: 1, out, ...options })).rejects.toThrow(message);
    expect(existsSync(out)).toBe(false);
  });

  it('a folder that holds anything, unless it is forced; and then only the feed is replaced', async () => {
    const out = path.join(scratch, 'used');
    mkdirSync(out);
    writeFileSync(path.join(out, 'notes.txt'), 'mine');
    await expect(generateFeed({ rows: 1, out })).rejects.toThrow('is not empty');
    await generateFeed({ rows: 10, out, force: true });
    await generateFeed({ rows: 10, out, force: true, tables: ['product'] });
    expect(listFiles(out)).toEqual([
      'cubic/ods_qlik/EDW.PRODUCT/LOAD_1_00000001.csv.gz',
      'cubic/ods_qlik/EDW.PRODUCT/LOAD_1_00000001.dfm',
      'expected-rows/edw_product.jsonl',
      'expected.json',
      'notes.txt',
    ]);
  });
});

test('a feed that is stopped has whole files only, and no expected.json', async () => {
  const out = path.join(scratch, 'stopped');
  const stop = new AbortController();
  const work = generateFeed(
    { rows: 100_000, tables: ['bench_fare'], fileRows: 5_000, out },
    {
      signal: stop.signal,
      onProgress: ({ done }) => {
        if (done > 17_000) stop.abort(new Error('enough'));
      },
    },
  );
  await expect(work).rejects.toThrow('enough');
  const files = listFiles(out);
  expect(files).toHaveLength(6);
  expect(files.filter((file) => file.endsWith('.part') || file === 'expected.json')).toEqual([]);
});
