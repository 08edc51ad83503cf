import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { DuckDBConnection } from '@duckdb/node-api';
import fc from 'fast-check';
import { formatLogicalType, type LogicalType, parseLogicalType, parseSql } from '../../src/index.ts';
import { openDuckDb, parseInDuckDb } from '../duckdb.ts';
import { runs } from '../../../../jest.property.ts';
import { EDGES, TYPES } from './edges.ts';
import { nearValid } from './near-valid.ts';
import { referenceParse } from './reference-parser.ts';

let connection: DuckDBConnection;
beforeAll(async () => {
  connection = await openDuckDb();
});
afterAll(() => {
  connection.closeSync();
});

/** What fails is printed value by value, so that shrinking the list, which runs a query a step, shows nothing more. */
const settings = (count: number) => ({ ...runs(count), endOnFailure: true });

/** What is wrong, so that a failing case is readable; empty when engine and reference agree. */
async function disagreements(type: LogicalType, texts: readonly (string | null)[], emptyIsNull: boolean) {
  const parsed = await parseInDuckDb(connection, type, texts, { dialect: 'duckdb', emptyIsNull });
  return texts
    .map((text, index) => ({ text, engine: parsed[index], reference: referenceParse(type, text, emptyIsNull) }))
    .filter(({ engine, reference }) => engine?.value !== reference.value || engine.bad !== reference.bad);
}

describe('DuckDB parses as the reference does', () => {
  test.each(TYPES)('%s, texts near its own', async (name) => {
    const type = parseLogicalType(name);
    await fc.assert(
      fc.asyncProperty(
        fc.array(nearValid(type), { minLength: 200, maxLength: 400, size: 'max' }),
        fc.boolean(),
        async (texts, emptyIsNull) => {
          expect(await disagreements(type, texts, emptyIsNull)).toEqual([]);
        },
      ),
      settings(25),
    );
  });

  test("no type takes another's text for its own", async () => {
    const all = TYPES.map(parseLogicalType);
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...all),
        fc.array(fc.oneof(...all.map((type) => nearValid(type))), { minLength: 200, maxLength: 400, size: 'max' }),
        async (type, texts) => {
          expect(await disagreements(type, texts, true)).toEqual([]);
        },
      ),
      settings(40),
    );
  });
});

describe('edges', () => {
  test.each(EDGES)('%s of %j is %j', async (name, text, value) => {
    const type = parseLogicalType(name);
    const expected = { value: value ?? null, bad: value === undefined };
    const options = { dialect: 'duckdb', emptyIsNull: true } as const;
    expect(await parseInDuckDb(connection, type, [text], options)).toEqual([expected]);
    // The reference is no better than its own agreement with what is written here.
    expect(referenceParse(type, text, true)).toEqual(expected);
  });

  test.each(TYPES)('%s: what empty text and NULL mean', async (name) => {
    const type = parseLogicalType(name);
    const emptyText = name === 'string' ? { value: '', bad: false } : { value: null, bad: false };
    expect(await parseInDuckDb(connection, type, ['', null], { dialect: 'duckdb', emptyIsNull: true })).toEqual([
      emptyText,
      { value: null, bad: false },
    ]);
    expect(await parseInDuckDb(connection, type, ['', null], { dialect: 'duckdb', emptyIsNull: false })).toEqual([
      { ...emptyText, bad: name !== 'string' },
      { value: null, bad: false },
    ]);
  });

  test.each(TYPES)('%s: the expression has the type of its table, and stays short', async (name) => {
    const type = parseLogicalType(name);
    const { value, bad } = parseSql(type, 'x', { dialect: 'duckdb', emptyIsNull: true });
    const reader = await connection.runAndReadAll(`SELECT typeof(${value}) FROM (SELECT '1' AS x)`);
    const duckdb = formatLogicalType(type).toUpperCase();
    const expected = { TIME: 'VARCHAR', STRING: 'VARCHAR', BINARY: 'BLOB' }[duckdb] ?? duckdb;
    expect(reader.getRows()).toEqual([[expected]]);
    expect(value.length + bad.length).toBeLessThan(1500);
  });
});
