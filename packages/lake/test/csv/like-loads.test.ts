/** Proves that a text which is looked into shows the rows that a load of it has, in whatever chunks it comes. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { Readable } from 'node:stream';
import fc from 'fast-check';
import { runs } from '../../../../jest.property.ts';
import { openEngine, readRecords, type Engine } from '../../src/index.ts';
import { readCsvSql } from '../../src/csv/read-csv.ts';

const FORMAT = { fieldDelimiter: ',', nullValue: '', quoteChar: '"', escapeChar: '' };

let folder: string;
let engine: Engine;
beforeAll(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'farelake-like-'));
  engine = await openEngine({ tempFolder: folder, threads: 1 });
});
afterAll(async () => {
  engine.close();
  await rm(folder, { recursive: true, force: true });
});

async function all(records: AsyncIterable<string[]>): Promise<string[][]> {
  const found: string[][] = [];
  for await (const record of records) found.push(record);
  return found;
}

/** Undefined: it is refused. */
async function loaded(text: string): Promise<string[][] | undefined> {
  const file = path.join(folder, 'x.csv');
  await writeFile(file, text);
  try {
    const rows = await engine.rows(`SELECT * EXCLUDE "@file" FROM ${readCsvSql([file], 2, FORMAT, 100)}`);
    // Of a stray quote an apostrophe is made; in quotes it stays.
    return rows.map((row) => Object.values(row).map((value) => ((value ?? '') as string).replaceAll('"', "'")));
  } catch {
    return undefined;
  }
}

async function lookedInto(text: string, size: number): Promise<string[][]> {
  const bytes = Buffer.from(text);
  const chunks = Array.from({ length: Math.ceil(bytes.length / size) }, (_, n) =>
    bytes.subarray(n * size, (n + 1) * size),
  );
  const [, ...rows] = await all(readRecords(Readable.from(chunks), FORMAT, { packed: false, asLoads: true }));
  return rows.filter((row) => row.length > 1).map((row) => row.slice(0, 2).map((value) => value.replaceAll('"', "'")));
}

test('for any text that a load takes, the rows are its rows', async () => {
  let taken = 0;
  const field = fc.oneof(
    // Where a quote begins a field and nobody can say where it ends, the engine guesses, and this refuses.
    fc.string({ unit: fc.constantFrom('a', 'é', ' ', '"'), maxLength: 5 }).filter((text) => !/^ *"/.test(text)),
    fc.string({ unit: fc.constantFrom('a', '""', ' ', ',', '\n', '€'), maxLength: 5 }).map((text) => `"${text}"`),
    fc.string({ unit: fc.constantFrom('a', '""', ','), maxLength: 3 }).map((text) => ` "${text}" `),
  );
  const rows = fc.array(
    fc.oneof({ weight: 9, arbitrary: fc.tuple(field, field).map((row) => row.join(',')) }, fc.constant('')),
  );
  await fc.assert(
    fc.asyncProperty(rows, fc.integer({ min: 1, max: 7 }), async (lines, size) => {
      const text = `x,y\n${lines.map((line) => `${line}\n`).join('')}`;
      const expected = await loaded(text);
      if (expected === undefined) return;
      taken += Math.min(1, expected.length);
      expect(await lookedInto(text, size)).toEqual(expected);
    }),
    runs(500),
  );
  expect(taken).toBeGreaterThan(20);
}, 120_000);

test.each([
  ['junk behind a quote', Buffer.from('x,y\n1,"a"b\n')],
  ['Latin-1', Buffer.from('x,y\n1,\xe9\n', 'latin1')],
  ['a character that is cut off', Buffer.from('x,y\n1,é').subarray(0, -1)],
  ['UTF-16', Buffer.from('x,y\n1,2\n', 'utf16le')],
])('%s is refused', async (_, bytes) => {
  const records = readRecords(Readable.from([bytes]), FORMAT, { packed: false, asLoads: true });
  await expect(all(records)).rejects.toThrow(/not UTF-8|Invalid Closing Quote/);
});
