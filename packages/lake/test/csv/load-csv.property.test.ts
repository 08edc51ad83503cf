/**
 * What a batch loads is what csv-parse, which shares no code with the engine, reads of the same files: any text, any
 * format, NULL apart from the empty string, each row with its load and line.
 */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { parse } from 'csv-parse/sync';
import fc from 'fast-check';
import type { CsvFormat } from '@farelake/schema-registry';
import { loadCsv, openEngine, type Engine } from '../../src/index.ts';
import { csvInputs, textColumns, USUAL } from '../support/csv.ts';
import { testFolder } from '../support/folder.ts';
import { runs } from '../../../../jest.property.ts';

const folder = testFolder();
const target = path.join(folder, 'loaded.parquet');
let engine: Engine;
beforeAll(async () => {
  engine = await openEngine({ tempFolder: path.join(folder, 'spill'), threads: 2, memoryLimit: 1 << 30 });
});
afterAll(() => {
  engine.close();
});

const FORMATS: readonly CsvFormat[] = [
  USUAL,
  { ...USUAL, fieldDelimiter: ';' },
  { ...USUAL, fieldDelimiter: '|', quoteChar: "'" },
  { ...USUAL, fieldDelimiter: '\t', nullValue: 'NULL' },
  { ...USUAL, escapeChar: '"' },
  { ...USUAL, escapeChar: '\\', nullValue: 'NULL' },
  { ...USUAL, fieldDelimiter: '\u0001', nullValue: '[]*?' },
  { ...USUAL, fieldDelimiter: '¦', escapeChar: '\\' },
];

interface Field {
  readonly text: string | null;
  /** Quoted though it need not be. */
  readonly quoted: boolean;
}
interface Batch {
  readonly format: CsvFormat;
  readonly eol: '\n' | '\r\n';
  readonly bom: boolean;
  readonly fields: number;
  readonly files: readonly { readonly rows: readonly (readonly Field[])[]; readonly ends: boolean }[];
}

const piece = fc.oneof(
  fc.constantFrom(...['"', "'", '""', '\\', '\\"', ',', ';', '|', '¦', '\t', '\n', '\r\n', '\r', '\0', '\u0001']),
  fc.constantFrom(
    ...['', ' ', 'NULL', 'null', '🔥', 'é', '\uFEFF', '#', '--', '=1+1', '01', 'x', '\\N', '%', '\u2028'],
  ),
  fc.string({ unit: 'grapheme', maxLength: 5 }),
);
const text = fc.array(piece, { maxLength: 4 }).map((pieces) => pieces.join(''));
const field: fc.Arbitrary<Field> = fc.record({ text: fc.option(text, { nil: null, freq: 3 }), quoted: fc.boolean() });

const batches: fc.Arbitrary<Batch> = fc.integer({ min: 1, max: 4 }).chain((fields) =>
  fc.record({
    format: fc.constantFrom(...FORMATS),
    eol: fc.constantFrom('\n', '\r\n'),
    bom: fc.boolean(),
    fields: fc.constant(fields),
    files: fc.array(
      fc.record({
        rows: fc.array(fc.array(field, { minLength: fields, maxLength: fields }), { maxLength: 8 }),
        ends: fc.boolean(),
      }),
      { minLength: 1, maxLength: 4 },
    ),
  }),
);

function written({ text, quoted }: Field, { fieldDelimiter, quoteChar, escapeChar, nullValue }: CsvFormat): string {
  if (text === null) return nullValue;
  const escape = escapeChar === '' ? quoteChar : escapeChar;
  const special = [fieldDelimiter, quoteChar, escape, '\n', '\r', '\uFEFF'].some((mark) => text.includes(mark));
  if (!special && !quoted && text !== nullValue) return text;
  const inside = text.replaceAll(escape, escape + escape);
  return quoteChar + (escape === quoteChar ? inside : inside.replaceAll(quoteChar, escape + quoteChar)) + quoteChar;
}

function fileText({ format, eol, bom, fields }: Batch, { rows, ends }: Batch['files'][number]): string {
  const header = Array.from({ length: fields }, (_, index) => `"C${index + 1}"`.replaceAll('"', format.quoteChar));
  const lines = [header, ...rows.map((row) => row.map((each) => written(each, format)))];
  // An empty line is a record only where it means NULL: the engine passes over every other.
  const empty = format.nullValue === '' ? '' : format.quoteChar + format.quoteChar;
  const content = lines.map((line) => line.join(format.fieldDelimiter) || empty).join(eol);
  // A last line without end that is empty is no line: of one field that is empty it has to end.
  return (bom ? '\uFEFF' : '') + content + (ends || lines.at(-1)?.join('') === '' ? eol : '');
}

/** The rows after the header, as csv-parse reads them. */
const independently = (file: string, { fieldDelimiter, quoteChar, escapeChar, nullValue }: CsvFormat) =>
  parse(readFileSync(file), {
    bom: true,
    from: 2,
    delimiter: fieldDelimiter,
    quote: quoteChar,
    escape: escapeChar === '' ? quoteChar : escapeChar,
    record_delimiter: ['\r\n', '\n'],
    cast: (value, { quoting }) => (!quoting && value === nullValue ? null : value),
  }) as unknown as (string | null)[][];

/** Texts come as bytes: the engine's binding takes U+FEFF away from the beginning of a text. */
async function loadedRows(fields: number) {
  const names = Array.from({ length: fields }, (_, index) => `c${index + 1}`);
  const rows = await engine.rows(
    `SELECT ${names.map((name) => `hex(encode(${name})) AS ${name}`).join(', ')}, _load_id, _line
     FROM read_parquet('${target}', hive_partitioning = false, file_row_number = true) ORDER BY file_row_number`,
  );
  const decoded = (hex: unknown) => (typeof hex === 'string' ? Buffer.from(hex, 'hex').toString() : null);
  return rows.map((row) => ({
    values: names.map((name) => decoded(row[name])),
    load: Number(row['_load_id']),
    line: Number(row['_line']),
  }));
}

describe('a loaded batch', () => {
  it('has every row that csv-parse reads, in order, with its load and line', async () => {
    const tally = { nulls: 0, empties: 0, newlines: 0, emptyFiles: 0 };
    await fc.assert(
      fc.asyncProperty(batches, async (batch) => {
        const inputs = csvInputs(
          folder,
          batch.files.map((file) => fileText(batch, file)),
          batch.files.map((file) => file.rows.length),
        );
        const expected = inputs.flatMap(({ file, loadId }) =>
          independently(file, batch.format).map((values, index) => ({ values, load: loadId, line: index + 2 })),
        );
        const result = await loadCsv(engine, { ...textColumns(batch.fields), inputs, format: batch.format, target });
        expect(await loadedRows(batch.fields)).toEqual(expected);
        expect(result.rows).toBe(expected.length);
        for (const { loadId, rows } of inputs) expect(result.counts.get(loadId) ?? 0).toBe(rows);
        // What was written is what both read, so that they are not wrong together.
        expect(expected.map(({ values }) => values)).toEqual(
          batch.files.flatMap(({ rows }) => rows.map((row) => row.map((each) => each.text))),
        );
        for (const value of expected.flatMap(({ values }) => values)) {
          if (value === null) tally.nulls += 1;
          else if (value === '') tally.empties += 1;
          else if (value.includes('\n')) tally.newlines += 1;
        }
        tally.emptyFiles += batch.files.filter(({ rows }) => rows.length === 0).length;
      }),
      runs(150),
    );
    // A generator that stops making one of these would leave the property true of nothing.
    expect(Math.min(...Object.values(tally))).toBeGreaterThan(0);
  }, 120_000);

  it('has the right lines when files are longer than the engine’s buffers and read on several threads', async () => {
    const rows = 330_000;
    const long = 'x'.repeat(100);
    const big = Array.from({ length: rows }, (_, n) => `${n + 2},"${long}${n % 3 === 0 ? '\n' : ''}"`).join('\n');
    const small = 'id,text\n2,a\n3,b\n';
    const inputs = csvInputs(folder, [small, `id,text\n${big}\n`, 'id,text\n', small], [2, rows, 0, 2]);
    expect(inputs[1]?.size).toBeGreaterThan(33 << 20);
    const { counts } = await loadCsv(engine, { ...textColumns(2), inputs, format: USUAL, target });
    expect(counts).toEqual(
      new Map([
        [1, 2],
        [2, rows],
        [4, 2],
      ]),
    );
    const [wrong] = await engine.rows(
      `SELECT count(*) AS n FROM read_parquet('${target}') WHERE "_line" IS DISTINCT FROM CAST(c1 AS BIGINT)`,
    );
    expect(wrong?.['n']).toBe(0n);
  }, 60_000);

  it('keeps a field of ten megabytes', async () => {
    const huge = 'é"\n🔥,'.repeat(1 << 20);
    const inputs = csvInputs(folder, [`a,b\n1,"${huge.replaceAll('"', '""')}"\n2,x\n`, 'a,b\n3,y\n'], [2, 1]);
    expect(inputs[0]?.size).toBeGreaterThan(10_000_000);
    await loadCsv(engine, { ...textColumns(2), inputs, format: USUAL, target });
    const rows = await loadedRows(2);
    expect(rows.map(({ values }) => values[1] === huge)).toEqual([true, false, false]);
    expect(rows.map(({ line }) => line)).toEqual([2, 3, 2]);
  }, 60_000);

  it('reads files in which nothing is quoted as they are', async () => {
    const format = { ...USUAL, quoteChar: '', fieldDelimiter: '|' };
    const inputs = csvInputs(folder, [`a|b\n"x|'y"\n|\\\n`], [2]);
    await loadCsv(engine, { ...textColumns(2), inputs, format, target });
    expect((await loadedRows(2)).map(({ values }) => values)).toEqual([
      ['"x', `'y"`],
      [null, '\\'],
    ]);
  });
});
