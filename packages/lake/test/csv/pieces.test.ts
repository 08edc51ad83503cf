/**
 * A text cut into pieces is read, piece by piece, as the same records with the same lines as in one; and what a batch of
 * pieces loads is what csv-parse, which shares no code with cutter or engine, reads of the whole files.
 */
import { afterAll, beforeAll, describe, expect, it, test } from '@jest/globals';
import { readFileSync, existsSync } from 'node:fs';
import path from 'node:path';
import { Readable } from 'node:stream';
import { gzipSync } from 'node:zlib';
import { parse } from 'csv-parse/sync';
import fc from 'fast-check';
import type { CsvFormat } from '@farelake/schema-registry';
import {
  loadPieces,
  openEngine,
  SpoiledLoad,
  unpack,
  type CsvLoad,
  type Engine,
  type LoadedPieces,
  type Piece,
} from '../../src/index.ts';
import { recordEnds } from '../../src/csv/record-ends.ts';
import { numberColumn, textColumns, USUAL } from '../support/csv.ts';
import { testFolder } from '../support/folder.ts';
import { runs } from '../../../../jest.property.ts';

const folder = testFolder();
let engine: Engine;
beforeAll(async () => {
  engine = await openEngine({ tempFolder: path.join(folder, 'spill'), threads: 2, memoryLimit: 1 << 30 });
});
afterAll(() => {
  engine.close();
});

let names = 0;
const fresh = (): string => path.join(folder, String((names += 1)));

/** The pieces of a text as they are on disk. */
async function cut(text: string | Buffer, format: CsvFormat, pieceBytes: number) {
  const pieces: (Piece & { text: string })[] = [];
  const take = (piece: Piece) => {
    pieces.push({ ...piece, text: readFileSync(piece.file, 'utf8') });
    return Promise.resolve();
  };
  const unpacked = await unpack(Readable.from([gzipSync(text)]), `${fresh()}.csv`, { format, pieceBytes, take });
  return { ...unpacked, pieces };
}

const FORMATS: readonly CsvFormat[] = [
  USUAL,
  { ...USUAL, escapeChar: '"' },
  { ...USUAL, fieldDelimiter: '|', quoteChar: "'" },
  { ...USUAL, fieldDelimiter: '\t', escapeChar: '\\', nullValue: 'NULL' },
  { ...USUAL, fieldDelimiter: '¦', escapeChar: '\\', nullValue: 'NULL' },
  { ...USUAL, fieldDelimiter: ' ', nullValue: 'NULL' },
];

const fragment = fc.constantFrom(
  ...['"', '""', "'", "''", '\\', '\\"', '\\\\', ',', '|', '¦', 'Â', '\t', ' ', '  ', '\n', '\r\n', '\n\n', '"\n"'],
  ...['x', 'é', '🔥', '\uFEFF', 'some longer text', ''],
);
const value = fc.array(fragment, { maxLength: 5 }).map((fragments) => fragments.join(''));

const eols = fc.oneof(
  fc.constantFrom(['\n'], ['\r\n']),
  fc.array(fc.constantFrom('\n', '\r\n'), { minLength: 2, maxLength: 7 }),
);

interface Sheet {
  readonly format: CsvFormat;
  /** Ends of the records, in turn. */
  readonly eols: readonly string[];
  readonly bom: boolean;
  readonly ends: boolean;
  readonly rows: readonly (readonly { readonly text: string; readonly quoted: boolean }[])[];
}
const sheets: fc.Arbitrary<Sheet> = fc.record({
  format: fc.constantFrom(...FORMATS),
  eols,
  bom: fc.boolean(),
  ends: fc.boolean(),
  rows: fc.array(fc.array(fc.record({ text: value, quoted: fc.boolean() }), { minLength: 2, maxLength: 2 }), {
    maxLength: 12,
  }),
});

function fieldText(text: string, quoted: boolean, { fieldDelimiter, quoteChar, escapeChar }: CsvFormat): string {
  const escape = escapeChar === '' ? quoteChar : escapeChar;
  const special = [fieldDelimiter, '\n', '\r', '\uFEFF', escape];
  // A quote inside of a field that is not quoted is a character like any other.
  const plain = !quoted && text !== '' && !special.some((one) => text.includes(one)) && !/^ *["']/.test(text);
  if (plain && !text.includes(quoteChar)) return text;
  const inside = text.replaceAll(escape, escape + escape);
  return quoteChar + (escape === quoteChar ? inside : inside.replaceAll(quoteChar, escape + quoteChar)) + quoteChar;
}

function sheetText({ format, eols, bom, ends, rows }: Sheet): string {
  const lines = [['A', 'B'], ...rows.map((row) => row.map(({ text, quoted }) => fieldText(text, quoted, format)))];
  const endOf = (index: number) => (index < lines.length - 1 || ends ? eols[index % eols.length] : '');
  const text = lines.map((line, index) => `${line.join(format.fieldDelimiter)}${endOf(index)}`).join('');
  return `${bom ? '\uFEFF' : ''}${text}`;
}

const readWhole = (text: string, { fieldDelimiter, quoteChar, escapeChar }: CsvFormat): string[][] =>
  parse(text, {
    bom: true,
    delimiter: fieldDelimiter,
    quote: quoteChar,
    escape: escapeChar === '' ? quoteChar : escapeChar,
    record_delimiter: ['\r\n', '\n'],
  });

describe('pieces', () => {
  it('hold the records of the whole, the header first in each, whatever their size', async () => {
    let [many, mixed] = [0, 0];
    await fc.assert(
      fc.asyncProperty(sheets, fc.integer({ min: 1, max: 120 }), async (sheet, pieceBytes) => {
        const text = sheetText(sheet);
        const { pieces, size, header } = await cut(text, sheet.format, pieceBytes);
        const [first, ...rest] = readWhole(text, sheet.format);
        const read = pieces.map((piece) => readWhole(piece.text, sheet.format));
        for (const records of read) expect(records[0]).toEqual(first);
        expect(read.flatMap((records) => records.slice(1))).toEqual(rest);
        expect(header).toEqual(first);
        expect(size).toBe(Buffer.byteLength(text));
        let [rowsBefore, linesBefore] = [0, 0];
        for (const [index, piece] of pieces.entries()) {
          expect(piece).toMatchObject({ rowsBefore, rows: (read[index]?.length ?? 0) - 1 });
          expect(piece.size).toBe(Buffer.byteLength(piece.text));
          const { byLf, byCrlf } = endsIn([Buffer.from(piece.text)], sheet.format);
          expect(Math.min(byLf, byCrlf)).toBe(0);
          if (sheet.eols.length > 1) mixed += 1;
          // Newlines of the pieces, each less its header's, are those of the whole before them.
          expect(piece.linesBefore).toBe(linesBefore);
          linesBefore += newlines(piece.text) - 1;
          rowsBefore += piece.rows;
        }
        if (pieces.length > 2) many += 1;
      }),
      runs(300),
    );
    expect(Math.min(many, mixed)).toBeGreaterThan(0);
  }, 120_000);

  it('begin and end alike however the chunks of the text fall', () => {
    fc.assert(
      fc.property(sheets, fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1 }), (sheet, sizes) => {
        const bytes = Buffer.from(sheetText(sheet));
        const whole = endsIn([bytes], sheet.format);
        const chunks: Buffer[] = [];
        for (let at = 0, n = 0; at < bytes.length; n += 1) {
          const size = sizes[n % sizes.length] ?? 1;
          chunks.push(bytes.subarray(at, at + size));
          at += size;
        }
        expect(endsIn(chunks, sheet.format)).toEqual(whole);
      }),
      runs(300),
    );
  });

  test.each<[what: string, text: string, format: Partial<CsvFormat>, pieces: string[]]>([
    ['no text', '', {}, ['']],
    ['a header only', 'A,B\n', {}, ['A,B\n']],
    ['a header without end', 'A,B', {}, ['A,B']],
    ['a header with a newline', '"A\n",B\n1,2\n3,4\n', {}, ['"A\n",B\n1,2\n', '"A\n",B\n3,4\n']],
    ['a byte order mark', '\uFEFF"A",B\n1,2\n3,4', {}, ['\uFEFF"A",B\n1,2\n', '\uFEFF"A",B\n3,4']],
    [
      'a record larger than a piece',
      'A,B\n"x\nyyyyyyyyyyyy\n",2\n3,4\n',
      {},
      ['A,B\n"x\nyyyyyyyyyyyy\n",2\n', 'A,B\n3,4\n'],
    ],
    ['a quote inside a plain field', 'A,B\nx"y,2\n3"\n4,5\n', {}, ['A,B\nx"y,2\n', 'A,B\n3"\n', 'A,B\n4,5\n']],
    ['spaces before a quote', 'A,B\n  "x\ny",2\n3,4\n', {}, ['A,B\n  "x\ny",2\n', 'A,B\n3,4\n']],
    ['an escaped newline', 'A,B\n"x\\\n\\"\n",2\n3,4\n', { escapeChar: '\\' }, ['A,B\n"x\\\n\\"\n",2\n', 'A,B\n3,4\n']],
    ['nothing that quotes', 'A,B\n"x,2\n3,4\n', { quoteChar: '' }, ['A,B\n"x,2\n', 'A,B\n3,4\n']],
    ['both kinds of ends', 'A,B\n"1\r\n",2\r\n3,4\n', {}, ['A,B\n"1\r\n",2\n', 'A,B\n3,4\n']],
    ['both, one in the header', 'A,B\r\n"1\n",2\n3,4\r\n', {}, ['A,B\n"1\n",2\n', 'A,B\r\n3,4\r\n']],
    ['CR only: one piece', 'A,B\r1,2\r3,4\r', {}, ['A,B\r1,2\r3,4\r']],
  ])('of %s', async (_, text, format, expected) => {
    const { pieces } = await cut(text, { ...USUAL, ...format }, 1);
    expect(pieces.map((piece) => piece.text)).toEqual(expected);
  });

  it('are not made of a file that is not wanted, which is proven all the same', async () => {
    const options = {
      format: USUAL,
      pieceBytes: 1,
      accept: () => false,
      take: () => Promise.reject(new Error('made')),
    };
    const whole = gzipSync('A,B\n1,2\n3,4\n');
    expect((await unpack(Readable.from([whole]), fresh(), options)).header).toEqual(['A', 'B']);
    await expect(unpack(Readable.from([whole.subarray(0, -3)]), fresh(), options)).rejects.toMatchObject({
      code: 'broken-gzip',
    });
  });
});

const newlines = (text: string): number => text.split('\n').length - 1;

function endsIn(chunks: readonly Buffer[], format: CsvFormat) {
  const ends = recordEnds(format);
  const found: number[] = [];
  let before = 0;
  for (const chunk of chunks) {
    for (let at = ends.next(chunk, 0, 0); at >= 0; at = ends.next(chunk, at, at + 1)) found.push(before + at);
    before += chunk.length;
  }
  const { records, lines, byLf, byCrlf, longest, open } = ends;
  return { found, records, lines, byLf, byCrlf, longest, open };
}

/** Columns a (text) and n (a whole number). */
const TYPED: Pick<CsvLoad, 'fields' | 'columns' | 'parquetFields'> = {
  ...textColumns(2),
  columns: [{ name: 'a', value: '"@c1"' }, numberColumn('n', 2), ...textColumns(2).columns.slice(2)],
  parquetFields: ['a', 'n', '_load_id', '_line'].map((name, index) => ({ name, id: 101 + index })),
};

async function loadTexts(
  texts: readonly string[],
  pieceBytes: number,
  more: Partial<CsvLoad> = {},
): Promise<LoadedPieces & { scratch: string[] }> {
  const target = fresh();
  const spec = { ...textColumns(2), format: USUAL, ...more };
  const loader = loadPieces(engine, { ...spec, targetOf: (n) => `${target}-${n}.parquet`, portionBytes: pieceBytes });
  const scratch: string[] = [];
  try {
    for (const [index, text] of texts.entries())
      await unpack(Readable.from([gzipSync(text)]), `${fresh()}.csv`, {
        format: spec.format,
        pieceBytes,
        take: (piece) => {
          scratch.push(piece.file);
          return loader.add({ ...piece, loadId: index + 1 });
        },
      });
    return { ...(await loader.finish()), scratch };
  } finally {
    await loader.close();
  }
}

const rowsOf = async ({ files }: LoadedPieces, columns: string): Promise<unknown[][]> => {
  if (files.length === 0) return [];
  const list = files.map(({ file }) => `'${file}'`).join(', ');
  const rows = await engine.rows(`SELECT ${columns} FROM read_parquet([${list}], hive_partitioning = false)`);
  return rows.map((row) => Object.values(row).map((one) => (typeof one === 'bigint' ? Number(one) : one)));
};

describe('a batch in pieces', () => {
  it('loads every row once, in order, with its load and its line', async () => {
    let several = 0;
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.array(fc.tuple(value, value), { maxLength: 20 }), { minLength: 1, maxLength: 4 }),
        fc.integer({ min: 1, max: 300 }),
        eols,
        async (files, pieceBytes, ends) => {
          const texts = files.map((rows) => sheetText({ ...sheetOf(rows), eols: ends }));
          const loaded = await loadTexts(texts, pieceBytes);
          const expected = files.flatMap((rows, file) => rows.map(([a, b], row) => [a, b, file + 1, row + 2]));
          const found = await rowsOf(loaded, 'hex(encode(c1)), hex(encode(c2)), _load_id, _line');
          expect(found.map(([a, b, ...rest]) => [text(a), text(b), ...rest])).toEqual(expected);
          expect(loaded.rows).toBe(expected.length);
          for (const [file, rows] of files.entries()) expect(loaded.counts.get(file + 1) ?? 0).toBe(rows.length);
          for (const file of loaded.scratch) expect(existsSync(file)).toBe(false);
          // Counting was right: nothing had to be written again.
          expect(loaded.files.filter(({ file }) => file.endsWith('.renumbered'))).toEqual([]);
          if (loaded.files.length > 2) several += 1;
        },
      ),
      runs(40),
    );
    expect(several).toBeGreaterThan(0);
  }, 120_000);

  it('has its lines right where the engine finds other rows than were counted', async () => {
    // Empty lines of a file of one column are rows; nobody but the engine knows.
    const loaded = await loadTexts(['A\n1\n\n2\n3\n\n\n4\n', 'A\n5\n\n6\n'], 6, textColumns(1));
    const first = ['1', null, '2', '3', null, null, '4'].map((value, index) => [value, 1, index + 2]);
    const second = ['5', null, '6'].map((value, index) => [value, 2, index + 2]);
    expect(await rowsOf(loaded, 'c1, _load_id, _line')).toEqual([...first, ...second]);
    expect(loaded.files.length).toBeGreaterThan(2);
  });

  it('of an empty file and a header alone loads nothing', async () => {
    expect(await loadTexts(['A,B\n', 'A,B'], 1)).toMatchObject({ files: [], rows: 0 });
  });

  test.each<[what: string, texts: string[], loadId: number, code: string, record: number, line: number]>([
    ['a value', ['a,n\n"x\n",1\n"y\n\n",2\nz,no\n'], 1, 'bad-value', 4, 7],
    ['a value in the second file', ['a,n\nx,1\n', 'a,n\nx,1\n"y\n",2\nz,no\nz,never\n'], 2, 'bad-value', 4, 5],
    ['a record', ['a,n\n"x\n",1\ny,2\nz,3,4\n'], 1, 'bad-csv', 4, 5],
  ])('names load, record and line of %s that does not fit', async (_, texts, loadId, code, record, line) => {
    const error = await loadTexts(texts, 1, TYPED).catch((fault: unknown) => fault);
    expect(error).toBeInstanceOf(SpoiledLoad);
    expect(error).toMatchObject({ loadId, code, data: { record, line } });
  });

  it('tells of each spoiled load once', async () => {
    const error = await loadTexts(['a,n\nx,no\ny,no\n', 'a,n\nx,no\n'], 1, TYPED).catch((fault: unknown) => fault);
    const ids = (error as SpoiledLoad).all.map(({ loadId }) => loadId);
    expect(ids[0]).toBe(1);
    expect(new Set(ids).size).toBe(ids.length);
  });
});

const sheetOf = (rows: readonly (readonly [string, string])[]): Sheet => ({
  ...{ format: USUAL, eols: ['\n'], bom: false, ends: true },
  rows: rows.map((row) => row.map((one) => ({ text: one, quoted: true }))),
});
const text = (hex: unknown): string => Buffer.from(String(hex), 'hex').toString();
