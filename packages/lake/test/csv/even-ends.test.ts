import { expect, test } from '@jest/globals';
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import fc from 'fast-check';
import { evenEnds, evenly } from '../../src/csv/even-ends.ts';
import { USUAL } from '../support/csv.ts';
import { testFolder } from '../support/folder.ts';
import { runs } from '../../../../jest.property.ts';

const folder = testFolder();

const field = fc.constantFrom('x', '', '"a"', '"\r\n"', '"\n\r"', '"""\r"', '"\r\n\r\n"', 'y\rz');
const record = fc.tuple(fc.array(field, { minLength: 1, maxLength: 3 }), fc.constantFrom('\n', '\r\n'));

test('a CR of an end goes and any other stays, wherever the chunks begin', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(record, { maxLength: 12 }),
      fc.constantFrom('', 'last', 'last\r'),
      fc.array(fc.integer({ min: 1, max: 7 }), { minLength: 1, maxLength: 5 }),
      async (records, last, sizes) => {
        const text = (end?: string) => records.map(([fields, own]) => fields.join(',') + (end ?? own)).join('') + last;
        const bytes = Buffer.from(text());
        const chunks: Buffer[] = [];
        for (let at = 0, n = 0; at < bytes.length; at += chunks.at(-1)?.length ?? 1, n += 1)
          chunks.push(bytes.subarray(at, at + (sizes[n % sizes.length] ?? 1)));
        const found: Buffer[] = [];
        for await (const part of evenly(ofChunks(chunks), USUAL)) found.push(part);
        expect(Buffer.concat(found).toString()).toBe(text('\n'));
      },
    ),
    runs(500),
  );
});

test('the file is replaced, and its size told', async () => {
  const file = path.join(folder, 'mixed.csv');
  writeFileSync(file, 'A\r\n"1\r\n"\n');
  expect(await evenEnds(file, USUAL)).toBe(8);
  expect(readFileSync(file, 'utf8')).toBe('A\n"1\r\n"\n');
});

async function* ofChunks(chunks: readonly Buffer[]): AsyncGenerator<Buffer> {
  for (const chunk of chunks) yield await Promise.resolve(chunk);
}
