import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { DEFAULT_SEED, folderOf, TABLES, writeFeed } from '../src/index.ts';
import { listFiles, parseCsv, readDfm, readText, type Dfm } from './support/vendor-files.ts';

interface DataFile {
  file: string;
  stem: string;
  folder: string;
  dfm: Dfm;
  records: Record<string, string | null>[];
  header: (string | null)[];
}

const scratch = mkdtempSync(path.join(tmpdir(), 'farelake-feed-'));
const FEED = path.join(scratch, 'feed', 'cubic', 'ods_qlik');
const write = (name: string, seed: number) => {
  writeFeed(TABLES, seed, path.join(scratch, name));
};

const readDataFile = (file: string): DataFile => {
  const dfm = readDfm(path.join(FEED, file.replace(/\.csv\.gz$/, '.dfm')));
  const [header = [], ...rows] = parseCsv(readText(path.join(FEED, file)), dfm.formatInfo.options);
  const names = dfm.dataInfo.columns.map(({ name }) => name);
  const records = rows.map((row) =>
    Object.fromEntries(names.map((name, index): [string, string | null] => [name, row[index] ?? null])),
  );
  const [folder = '', base = ''] = file.split('/');
  return { file, folder, stem: base.replace('.csv.gz', ''), dfm, records, header };
};

let files: DataFile[] = [];
beforeAll(() => {
  write('feed', DEFAULT_SEED);
  files = listFiles(FEED)
    .filter((file) => file.endsWith('.csv.gz'))
    .map(readDataFile);
});
afterAll(() => {
  rmSync(scratch, { recursive: true });
});

const below = (folder: string) => files.filter((file) => file.folder === folder);
const changesOf = (folder: string) => below(`${folder}__ct`).flatMap(({ records }) => records);

describe('the generator', () => {
  const sha256 = (bytes: Buffer) => createHash('sha256').update(bytes).digest('hex');
  const bytesOf = (name: string) =>
    listFiles(path.join(scratch, name)).map((file) => [file, sha256(readFileSync(path.join(scratch, name, file)))]);

  test('makes the same bytes of the same seed, and replaces what was there', () => {
    write('again', 7);
    write('again', DEFAULT_SEED);
    expect(bytesOf('again')).toEqual(bytesOf('feed'));
  });

  test.each([0, 1, 2, 3, 4, 5, 6, 7, 4294967295])('makes another, whole feed of seed %i', (seed) => {
    write('other', seed);
    expect(bytesOf('other')).not.toEqual(bytesOf('feed'));
  });

  test('makes a table alike, whichever others are made', () => {
    writeFeed(TABLES.slice(3, 4), DEFAULT_SEED, path.join(scratch, 'one'));
    const one = bytesOf('one').filter(([file]) => file !== 'expected.json');
    expect(one.length).toBeGreaterThan(0);
    expect(bytesOf('feed')).toEqual(expect.arrayContaining(one));
  });
});

describe('each pair of files', () => {
  test('is a pair', () => {
    const names = listFiles(FEED);
    expect(names.filter((name) => name.endsWith('.dfm')).map((name) => name.replace('.dfm', '.csv.gz'))).toEqual(
      names.filter((name) => name.endsWith('.csv.gz')),
    );
  });

  test('agrees in columns, ordinals and record count', () => {
    for (const { file, dfm, header, records } of files) {
      const { columns } = dfm.dataInfo;
      expect([file, header]).toEqual([file, columns.map(({ name }) => name)]);
      expect(columns.map(({ ordinal }) => ordinal)).toEqual(columns.map((_, index) => index + 1));
      expect([file, records.length]).toEqual([file, dfm.fileInfo.recordCount]);
      expect(records.length).toBeGreaterThan(0);
    }
  });

  test('is written in order; changes reach their snapshot', () => {
    for (const table of TABLES) {
      const start = below(folderOf(table))[0]!.dfm.fileInfo.startWriteTimestamp;
      let previousEnd = '';
      for (const { dfm, stem } of below(`${folderOf(table)}__ct`)) {
        const { startWriteTimestamp, endWriteTimestamp, lastTransactionTimestamp } = dfm.fileInfo;
        expect(stem).toBe(startWriteTimestamp.replace(/[-:.]/g, '').replace('T', '-'));
        expect(startWriteTimestamp > previousEnd).toBe(true);
        expect(endWriteTimestamp > start && endWriteTimestamp > (lastTransactionTimestamp ?? '')).toBe(true);
        previousEnd = endWriteTimestamp;
      }
    }
  });
});

describe('the feed', () => {
  test('has names that differ: tables, and columns within a table', () => {
    expect(new Set(TABLES.map(folderOf)).size).toBe(TABLES.length);
    for (const { dfm } of files) {
      const names = dfm.dataInfo.columns.map(({ name }) => name.toLowerCase());
      expect(new Set(names).size).toBe(names.length);
    }
  });

  test('has the snapshot names of the vendor', () => {
    const stems = (folder: string) => below(folder).map(({ stem }) => stem);
    expect(stems('EDW.FARE_TRANSACTION').slice(8)).toEqual(['LOAD00000009', 'LOAD0000000A', 'LOAD0000000B']);
    expect(stems('EDW.PRODUCT')).toEqual(['LOAD_1_00000001', 'LOAD_2_00000001']);
    expect(stems('EDW.STOP_POINT')).toEqual(['LOAD1', 'LOAD2']);
  });

  test('has every operation and every source type', () => {
    const operations = TABLES.flatMap((table) => changesOf(folderOf(table)).map((row) => row['header__change_oper']));
    expect([...new Set(operations)].sort()).toEqual(['B', 'D', 'I', 'T', 'U']);
    const types = new Set(files.flatMap(({ dfm }) => dfm.dataInfo.columns.map(({ type }) => type)));
    expect([...types].sort()).toEqual(
      `BLOB BOOLEAN BYTES CLOB DATE DATETIME INT1 INT2 INT4 INT8 NCLOB NUMERIC REAL4 REAL8 STRING TIME
      UINT1 UINT2 UINT4 UINT8 WSTRING`.split(/\s+/),
    );
  });

  test('has sequences of 35 digits', () => {
    for (const table of TABLES)
      for (const row of changesOf(folderOf(table))) expect(row['header__change_seq']).toMatch(/^20260301\d{27}$/);
  });
});

describe('what makes it telling is there', () => {
  const sequence = (row: Record<string, string | null>) => row['header__change_seq'] ?? '';

  test('FARE_TRANSACTION: an I delivered after its U, and records delivered twice', () => {
    const rows = changesOf('EDW.FARE_TRANSACTION');
    const inserted = rows.findIndex((row, index) => index > 0 && sequence(row) < sequence(rows[index - 1]!));
    expect(inserted).toBeGreaterThan(0);
    const texts = rows.map((row) => JSON.stringify(row));
    expect(new Set(texts).size).toBeLessThan(texts.length);
  });

  test('CARD: masks in both cases, whole and shortened, empty and absent', () => {
    const masks = changesOf('EDW.CARD').map((row) => row['header__change_mask'] ?? null);
    expect(masks).toEqual(expect.arrayContaining([null, '', 'f0ff03', 'F0FF03', '100000', '10']));
  });

  test('CARD: a sequence of several keys, and a move that two files share', () => {
    const rows = changesOf('EDW.CARD');
    const keys = new Map<string, Set<string | null>>();
    for (const row of rows)
      keys.set(sequence(row), (keys.get(sequence(row)) ?? new Set()).add(row['CARD_TOKEN'] ?? null));
    expect(Math.max(...[...keys.values()].map((of) => of.size))).toBe(4);
    const parts = below('EDW.CARD__ct').map(({ records }) => records);
    const parted = parts.flatMap((records, index) => {
      const before = records.at(-1)!;
      if (before['header__change_oper'] !== 'B') return [];
      return parts[index + 1]!.filter((row) => sequence(row) === sequence(before));
    });
    expect(parted).toMatchObject([{ header__change_oper: 'U' }]);
  });

  test('STOP_POINT: NULL in a key, empty against NULL, a .dfm that names another file', () => {
    const rows = below('EDW.STOP_POINT').flatMap(({ records }) => records);
    expect(rows.some((row) => row['PLATFORM_CODE'] === null)).toBe(true);
    const notices = new Set(rows.map((row) => row['NOTICE']));
    expect(notices.has('') && notices.has(null)).toBe(true);
    const [first, second] = below('EDW.STOP_POINT__ct');
    expect(second!.dfm.fileInfo.name).toBe(`${first!.stem}.csv`);
    expect(second!.dfm.dataInfo.columns.length).toBe(first!.dfm.dataInfo.columns.length);
  });

  test('PRODUCT: a truncation, and inserts of the same keys after it', () => {
    const rows = changesOf('EDW.PRODUCT');
    const at = rows.findIndex((row) => row['header__change_oper'] === 'T');
    expect(rows[at]!['PRODUCT_ID']).toBeNull();
    expect(rows[at + 1]).toMatchObject({ header__change_oper: 'I', PRODUCT_ID: '101' });
  });

  test('DEVICE_EVENT: options of its own, and header columns to ignore', () => {
    const [first] = below('EDW.DEVICE_EVENT__ct');
    expect(first!.dfm.formatInfo.options).toMatchObject({ fieldDelimiter: ';', nullValue: 'NULL', escapeChar: '\\' });
    expect(first!.header).toEqual(expect.arrayContaining(['header__stream_position', 'header__transaction_id']));
    const logs = new Set(changesOf('EDW.DEVICE_EVENT').map((row) => row['LOG_TEXT']));
    expect(logs.has('NULL') && logs.has('') && logs.has(null)).toBe(true);
  });
});
