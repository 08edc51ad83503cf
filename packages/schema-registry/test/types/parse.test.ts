import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { DuckDBConnection } from '@duckdb/node-api';
import fc from 'fast-check';
import { formatLogicalType, type LogicalType, parseLogicalType, parseSql } from '../../src/index.ts';
import { openDuckDb, parseInDuckDb } from '../duckdb.ts';
import { runs } from '../../../../jest.property.ts';
import { nearValid } from './near-valid.ts';
import { referenceParse } from './reference-parser.ts';

let connection: DuckDBConnection;
beforeAll(async () => {
  connection = await openDuckDb();
});
afterAll(() => {
  connection.closeSync();
});

const TYPES = [
  'boolean',
  'bigint',
  ...['decimal(1,0)', 'decimal(1,1)', 'decimal(5,2)', 'decimal(18,0)', 'decimal(18,18)', 'decimal(19,0)'],
  ...['decimal(19,4)', 'decimal(19,19)', 'decimal(20,0)', 'decimal(38,0)', 'decimal(38,10)', 'decimal(38,18)'],
  ...['decimal(38,19)', 'decimal(38,37)', 'decimal(38,38)', 'decimal(25,24)'],
  ...['double', 'date', 'timestamp', 'time', 'string', 'binary'],
];

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

/** Type, text, value (undefined: the text does not fit). */
const EDGES: readonly [string, string, string | undefined][] = [
  ['bigint', '9223372036854775807', '9223372036854775807'],
  ['bigint', '-9223372036854775808', '-9223372036854775808'],
  ['bigint', '9223372036854775808', undefined],
  ['bigint', '12.000', '12'],
  ['bigint', '+007', '7'],
  ['bigint', '-0', '0'],
  ['bigint', '12.7', undefined],
  ['bigint', '1e3', undefined],
  ['bigint', '1_000', undefined],
  ['bigint', ' 1', undefined],
  ['bigint', '1\n', undefined],
  ['bigint', '0x10', undefined],
  ['bigint', '-', undefined],
  ['bigint', '.', undefined],
  ['decimal(20,0)', '18446744073709551615', '18446744073709551615'],
  ['decimal(20,0)', '100000000000000000000', undefined],
  ['decimal(19,4)', '-123456789012345.6789', '-123456789012345.6789'],
  ['decimal(19,4)', '12.34560000', '12.3456'],
  ['decimal(19,4)', '12.34565', undefined],
  ['decimal(19,4)', '1234567890123456', undefined],
  ['decimal(19,4)', '.5', '0.5000'],
  ['decimal(19,4)', '-0.5', '-0.5000'],
  ['decimal(19,4)', '-', undefined],
  ['decimal(19,4)', '-.', undefined],
  ['decimal(19,4)', '5.', '5.0000'],
  ['decimal(38,10)', '-1234567890123456789012345678.0123456789', '-1234567890123456789012345678.0123456789'],
  ['decimal(38,10)', '12345678901234567890123456789', undefined],
  ['decimal(38,0)', '99999999999999999999999999999999999999', '99999999999999999999999999999999999999'],
  ['decimal(38,0)', '100000000000000000000000000000000000000', undefined],
  ['decimal(2,2)', '-.99', '-0.99'],
  ['decimal(2,2)', '1', undefined],
  ['double', '1e400', undefined],
  ['double', '-1.7976931348623157e308', '-1.7976931348623157e+308'],
  ['double', '1e-400', '0'],
  ['double', '-NaN', 'NaN'],
  ['double', '+INFINITY', 'Infinity'],
  ['double', '-inf', '-Infinity'],
  ['double', '1d', undefined],
  ['double', '-0.50', '-0.5'],
  ['double', '-0.0', '-0'],
  ['double', '5.', '5'],
  ['double', '-', undefined],
  ['double', '0.12345678901', '0.12345678901'],
  ['double', '+-5', undefined],
  ['double', '0x1p3', undefined],
  ['boolean', 'T', 'true'],
  ['boolean', 'False', 'false'],
  ['boolean', 'yes', undefined],
  ['boolean', '2', undefined],
  ['date', '0001-01-01', '0001-01-01'],
  ['date', '0000-12-31', undefined],
  ['date', '9999-12-31', '9999-12-31'],
  ['date', '10000-01-01', undefined],
  ['date', '2024-02-29', '2024-02-29'],
  ['date', '2023-02-29', undefined],
  ['date', '2021-1-01', undefined],
  ['date', '2021-12-01 00:00:00', undefined],
  ['date', 'infinity', undefined],
  ['date', '0044-03-15 (BC)', undefined],
  ['timestamp', '2021-12-01 11:20:30.4444444', '2021-12-01 11:20:30.444444'],
  ['timestamp', '2021-12-01T11:20:30.999999999', '2021-12-01 11:20:30.999999'],
  ['timestamp', '1969-12-31 23:59:59.9999999', '1969-12-31 23:59:59.999999'],
  ['timestamp', '2021-12-01', '2021-12-01 00:00:00'],
  ['timestamp', '2021-12-01 24:00:00', undefined],
  ['timestamp', '2021-12-01 23:59:60', undefined],
  ['timestamp', '2021-12-01 11:20', undefined],
  ['timestamp', '2021-12-01 11:20:30+02:00', undefined],
  ['timestamp', '2021-12-01T11:20:30Z', undefined],
  ['timestamp', '2021-12-01 11:20:30.', undefined],
  ['timestamp', '2021-12-01 11:20:30.0123456789', undefined],
  ['timestamp', '2021-12-01 11:20:30.4400', '2021-12-01 11:20:30.44'],
  ['timestamp', '2021-12-01 11:20:30.000000000', '2021-12-01 11:20:30'],
  ['timestamp', '2021-12-01 11:20:30.0000000000', undefined],
  ['timestamp', '0001-01-01 00:00:00', '0001-01-01 00:00:00'],
  ['timestamp', '9999-12-31 23:59:59.999999', '9999-12-31 23:59:59.999999'],
  ['timestamp', '10000-01-01 00:00:00', undefined],
  ['timestamp', '0044-03-15 (BC) 11:20:30', undefined],
  ['timestamp', 'infinity', undefined],
  ['timestamp', '-infinity', undefined],
  ['time', '00:00:00', '00:00:00.000000'],
  ['time', '23:59:59.9999999', '23:59:59.999999'],
  ['time', '01:02:03.4', '01:02:03.400000'],
  ['time', '24:00:00', undefined],
  ['time', '29:59:59', undefined],
  ['time', '24', undefined],
  ['time', '1:02:03', undefined],
  ['binary', '00fFaB', '00FFAB'],
  ['binary', 'abc', undefined],
  ['binary', '0x00', undefined],
  ['string', 'a\0b', 'a\0b'],
];

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
