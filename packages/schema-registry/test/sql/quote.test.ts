import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { DuckDBConnection } from '@duckdb/node-api';
import { quoteIdentifier, quoteLiteral } from '../../src/index.ts';
import { openDuckDb } from '../duckdb.ts';
import { thrownBy } from '../thrown.ts';

let connection: DuckDBConnection;
beforeAll(async () => {
  connection = await openDuckDb();
});
afterAll(() => {
  connection.closeSync();
});

const HOSTILE = [
  ...['plain', '1st', 'select', 'a b', 'a"b', '""', "it's", "'; DROP TABLE t; --", '\\', '\\n', '$1', '%s', '{}'],
  ...['a\nb', '-- x', '/* x', 'é', '🔥', '@c1', '$$'],
];

test.each(HOSTILE)('%j comes back from DuckDB as a name and as a text', async (text) => {
  const reader = await connection.runAndReadAll(`SELECT ${quoteLiteral(text)} AS ${quoteIdentifier(text)}`);
  expect([reader.columnNames(), reader.getRows()]).toEqual([[text], [[text]]]);
});

test('an empty text is a literal, an empty name is not a name', () => {
  expect(quoteLiteral('')).toBe("''");
  expect(thrownBy(() => quoteIdentifier('')).code).toBe('bad-identifier');
});

test('NUL is refused in both', () => {
  expect(thrownBy(() => quoteIdentifier('a\0')).code).toBe('bad-identifier');
  expect(thrownBy(() => quoteLiteral('a\0')).code).toBe('bad-literal');
});
