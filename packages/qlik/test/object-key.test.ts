/** Names of delivered objects: which are keys, what they say, and that both ways agree. */
import { describe, expect, it, test } from '@jest/globals';
import fc from 'fast-check';
import {
  changesStem,
  formatObjectKey,
  parseInstant,
  parseObjectKey,
  QLIK_PREFIX,
  snapshotStem,
  sourceName,
  type Instant,
} from '../src/index.ts';
import { runs } from '../../../jest.property.ts';

const snapshot = (stem: string) => parseObjectKey(`EDW.X/${stem}.csv.gz`);

describe('a snapshot name', () => {
  test.each([
    ['LOAD00000001', 1, null],
    ['LOAD00000010', 16, null],
    ['LOAD0000000a', 10, null],
    ['LOAD0000000A', 10, null],
    ['LOADffFFffFF', 0xffffffff, null],
    ['LOAD1', 1, null],
    ['LOAD10', 10, null],
    ['LOAD9999999', 9999999, null],
    ['LOAD_1_00000001', 1, 1],
    ['LOAD_12_0000001F', 31, 12],
    ['LOAD_3_2', 2, 3],
  ])('%s: counter %i, segment %s', (stem, counter, segment) => {
    expect(snapshot(stem)).toMatchObject({ kind: 'snapshot', counter, segment, stem, part: 'data' });
  });

  test.each([
    ...['LOAD', 'LOAD0', 'LOAD00000000', 'LOAD01', 'LOAD000001', 'LOAD1A', 'LOADG0000001', 'load00000001'],
    ...['LOAD12345678901', 'LOAD__00000001', 'LOAD_1_', 'LOAD_1_0', 'LOAD_a_00000001', 'LOAD_1_2_00000001'],
    ...['LOAD_1234567890_00000001', 'LOAD-1', 'XLOAD1', '20211201-112233444'],
  ])('%s is none', (stem) => {
    expect(snapshot(stem)).toBeUndefined();
  });
});

describe('a change file name', () => {
  const changes = (stem: string) => parseObjectKey(`EDW.X__ct/${stem}.dfm`);

  it('is its time in UTC, to the millisecond', () => {
    expect(changes('20211201-112233444')).toEqual({
      kind: 'changes',
      schema: 'EDW',
      table: 'X',
      stem: '20211201-112233444',
      part: 'dfm',
      time: '2021-12-01T11:22:33.444000000',
    });
  });

  test.each([
    ...['20211301-112233444', '20210001-112233444', '20210229-112233444', '20210431-000000000', '20211200-000000000'],
    ...['20211201-240000000', '20211201-116033444', '20211201-112260444', '20211201-11223344', '20211201-1122334444'],
    ...['20211201_112233444', '20211201T112233444', 'LOAD1', 'LOAD00000001'],
  ])('%s is none', (stem) => {
    expect(changes(stem)).toBeUndefined();
  });

  it('knows leap years', () => {
    expect(changes('20240229-235959999')).toMatchObject({ time: '2024-02-29T23:59:59.999000000' });
  });
});

describe('a path from outside', () => {
  test.each([
    ['nothing', ''],
    ['no folder', 'LOAD1.csv.gz'],
    ['a folder without schema', 'X/LOAD1.csv.gz'],
    ['an empty schema', '.X/LOAD1.csv.gz'],
    ['an empty table', 'EDW./LOAD1.csv.gz'],
    ['the folder above', '../LOAD1.csv.gz'],
    ['the folder itself', './LOAD1.csv.gz'],
    ['a newline in the folder', 'EDW.X\nY/LOAD1.csv.gz'],
    ['a newline behind the folder', 'EDW.X\n/LOAD1.csv.gz'],
    ['a newline behind the file', 'EDW.X/LOAD1.csv.gz\n'],
    ['NUL in the folder', 'EDW.X\0/LOAD1.csv.gz'],
    ['NUL in the file', 'EDW.X/LOAD1\0.csv.gz'],
    ['an escape sequence', 'EDW.\u001b[31mX/LOAD1.csv.gz'],
    ['a C1 control character', 'EDW.\u0085X/LOAD1.csv.gz'],
    ['a backslash in the folder', 'EDW.X\\..\\Y/LOAD1.csv.gz'],
    ['a backslash in the file', 'EDW.X/LOAD\\1.csv.gz'],
    ['a glob as file', 'EDW.X/LOAD*.csv.gz'],
    ['a full-width digit', 'EDW.X/LOAD１.csv.gz'],
    ['another ending', 'EDW.X/LOAD1.csv'],
    ['another case of the ending', 'EDW.X/LOAD1.CSV.GZ'],
    ['a finished name with more behind', 'EDW.X/LOAD1.csv.gz.part'],
    ['a folder of the name', 'EDW.X/LOAD1.csv.gz/'],
  ])('with %s is no key', (_, path) => {
    expect(parseObjectKey(path)).toBeUndefined();
  });

  it('may have a very long name', () => {
    const table = 'T'.repeat(100_000);
    expect(parseObjectKey(`EDW.${table}/LOAD1.dfm`)).toMatchObject({ table, part: 'dfm' });
    expect(parseObjectKey(`EDW.X/LOAD${'1'.repeat(100_000)}.dfm`)).toBeUndefined();
  });

  it('keeps glob characters, quotes, dots and other letters of a table as they are', () => {
    const table = `*[a]?{b}'"%20 é🔥..z`;
    const key = parseObjectKey(`EDW.${table}__ct/20211201-112233444.csv.gz`);
    expect(key).toMatchObject({ kind: 'changes', schema: 'EDW', table });
    expect(formatObjectKey(key!)).toBe(`${QLIK_PREFIX}/EDW.${table}__ct/20211201-112233444.csv.gz`);
  });
});

/** Tables as sources have them, and worse. */
const tableName = fc
  .string({ unit: 'grapheme', minLength: 1, maxLength: 20 })
  .filter((name) => !/[/\\\p{Cc}]/u.test(name) && !name.endsWith('__ct'));
const source = fc.record({ schema: tableName.filter((name) => !name.includes('.')), table: tableName });

const counter = fc.oneof(fc.integer({ min: 1, max: 20 }), fc.integer({ min: 1, max: 0xffffffff }));
const eight = fc.tuple(counter, fc.boolean()).map(([n, upper]) => {
  const digits = n.toString(16).padStart(8, '0');
  return upper ? digits.toUpperCase() : digits;
});
const snapshotStems = fc
  .tuple(fc.option(fc.nat(999_999_999)), fc.oneof(eight, fc.integer({ min: 1, max: 9_999_999 }).map(String)))
  .map(([segment, digits]) => `LOAD${segment === null ? '' : `_${segment}_`}${digits}`);
const instants = fc
  .date({ min: new Date('1900-01-01'), max: new Date('2999-12-31'), noInvalidDate: true })
  .map((date) => parseInstant(date.toISOString()) as Instant);
const endings = fc.constantFrom('.csv.gz', '.dfm');

const normalised = fc.oneof(
  fc
    .tuple(source, snapshotStems, endings)
    .map(([table, stem, ending]) => `${QLIK_PREFIX}/${sourceName(table)}/${stem}${ending}`),
  fc
    .tuple(source, instants, endings)
    .map(([table, time, ending]) => `${QLIK_PREFIX}/${sourceName(table)}__ct/${changesStem(time)}${ending}`),
);

describe('both ways', () => {
  it('format(parse(key)) is the key, and the same below any folder', () => {
    const folders = fc.array(fc.constantFrom('cubic', 'ods_qlik', '..', 'EDW.Y', '2021', 'a b'), { maxLength: 4 });
    fc.assert(
      fc.property(normalised, folders, (key, above) => {
        const parsed = parseObjectKey(key)!;
        expect(formatObjectKey(parsed)).toBe(key);
        expect(parseObjectKey([...above, ...key.split('/').slice(-2)].join('/'))).toEqual(parsed);
      }),
      runs(1000),
    );
  });

  it('parse(format(key)) is the key, of the counter, segment and time it was made of', () => {
    fc.assert(
      fc.property(source, counter, fc.option(fc.nat(999_999_999)), (table, n, segment) => {
        const stem = snapshotStem(n, segment);
        const key = { kind: 'snapshot', ...table, stem, part: 'data', counter: n, segment } as const;
        expect(parseObjectKey(formatObjectKey(key))).toEqual(key);
      }),
      runs(500),
    );
    fc.assert(
      fc.property(source, instants, (table, time) => {
        const key = { kind: 'changes', ...table, stem: changesStem(time), part: 'dfm', time } as const;
        expect(parseObjectKey(formatObjectKey(key))).toEqual(key);
      }),
      runs(500),
    );
  });
});
