/** Proves which type values ask for, and that a type once proposed or kept takes every value that was seen. */
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { parseLogicalType } from '@farelake/schema-registry';
import { runs } from '../../../../jest.property.ts';
import { nearValid } from '../../../schema-registry/test/types/near-valid.ts';
import { referenceParse } from '../../../schema-registry/test/types/reference-parser.ts';
import { isTypeOf } from '../../src/draft/guess-type.ts';
import { draftOne, studyOf } from './study.ts';

const NINES = '9'.repeat(19);

test.each<[name: string, values: string[], type: string, why: RegExp]>([
  ['count', ['0', '1', '17', '-3'], 'bigint', /whole numbers/],
  ['weekend', ['0', '1'], 'bigint', /whole/],
  ['count', ['9223372036854775807', '-9223372036854775808'], 'bigint', /whole/],
  ['count', ['9223372036854775808'], 'decimal(38,0)', /19 digits, more than 64 bits/],
  ['event_id', [NINES, '1'], 'string', /an identifier/],
  ['total', ['9'.repeat(39)], 'string', /39 digits/],
  ['zip', ['02139', '10001'], 'string', /leading zeros/],
  ['phone', ['+16175550123'], 'string', /plus sign/],
  ['fare_amount', ['2.40', '10', ''], 'decimal(18,2)', /money/],
  ['fare_amount', ['2.4', '1.7'], 'decimal(18,2)', /money/],
  ['fare_amount', ['2.405'], 'decimal(18,3)', /money/],
  ['fare_amount', ['1e3', '2.40'], 'string', /no exact type/],
  ['fare_amount', ['0.12345678901'], 'decimal(18,11)', /money/],
  ['fare_amount', ['240'], 'bigint', /if it is money in dollars, make it a decimal/],
  ['fare_type_id', ['2.40'], 'decimal(18,2)', /^up to/],
  ['share', ['0.5', '.25', '-3.'], 'decimal(18,2)', /1 digits before and 2 behind/],
  ['share', ['123456789012345.25'], 'decimal(38,2)', /15 digits before/],
  ['boardings', ['12.3333333333', '7.5'], 'double', /computed/],
  ['speed', ['1.5E-7', '2'], 'double', /exponents/],
  ['speed', ['nan', '2', '-inf'], 'double', /nan or inf/],
  ['speed', ['nan', 'nan'], 'string', /text/],
  ['speed', ['1e400', '2'], 'string', /text/],
  ['gate_id', ['1e5', '1234567890123456'], 'string', /more digits than a double keeps/],
  ['latitude', ['42.36', '42.4'], 'double', /coordinate/],
  ['digits', ['1'.repeat(37) + '.25'], 'string', /more than any exact type/],
  ['day', ['2022-05-17', ''], 'date', /days/],
  ['day', ['2022-02-29'], 'string', /text/],
  ['at', ['2022-05-17 10:11:12', '2022-05-17T10:11:12.123456789', '2022-05-17'], 'timestamp', /times of days/],
  ['at', ['2022-05-17T10:11:12Z', '2022-05-17 10:11:12+02:00'], 'string', /an offset from UTC/],
  ['at', ['10:11:12.5', '23:59:59'], 'time', /without a day/],
  ['at', ['24:10:00', '10:00:00'], 'string', /text/],
  ['is_new', ['true', 'FALSE'], 'boolean', /true and false/],
  ['is_new', ['Y', 'n'], 'boolean', /both letters/],
  ['is_new', ['T', 'F'], 'boolean', /both letters/],
  ['gender', ['F', 'F'], 'string', /one letter/],
  ['mode', ['Y', 'N', 'U'], 'string', /text/],
  ['never', ['', ''], 'string', /no value in this file/],
  ['nothing', [], 'string', /no value in this file/],
  ['count', [...Array<string>(99).fill('7'), 'n/a'], 'string', /1 of 100 values are no whole numbers/],
  ['name', ['Mill Square', ' 5'], 'string', /^text$/],
])('%s %j: %s', async (name, values, type, why) => {
  const { column, report } = await draftOne(name, values);
  expect(column).toMatchObject({ type, nullable: true });
  expect(report.typeWhy).toMatch(why);
});

const TYPES = ['boolean', 'bigint', 'decimal(18,2)', 'decimal(38,0)', 'double', 'date', 'timestamp', 'time'];
const NAMES = ['fare_amount', 'event_id', 'latitude', 'mode'];

/** A column whose values are mostly of one type. */
const values = fc
  .constantFrom(...TYPES)
  .chain((type) => fc.array(fc.oneof({ weight: 9, arbitrary: nearValid(parseLogicalType(type)) }, fc.constant('1'))))
  .map((texts) => texts.map((text) => text ?? ''));

const columnOf = async (name: string, texts: readonly string[]) => (await studyOf(name, texts)).columns[0]!;

const misfits = (type: string, texts: readonly string[]) =>
  texts.filter((text) => referenceParse(parseLogicalType(type), text, true).bad);

describe('for any values', () => {
  test('the proposed type takes all of them, as the loads read them', async () => {
    const proposed = new Set<string>();
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...NAMES), values, async (name, texts) => {
        const { column, report } = await draftOne(name, texts);
        proposed.add(parseLogicalType(column.type).kind);
        expect({ why: report.typeWhy, misfits: misfits(column.type, texts) }).toMatchObject({ misfits: [] });
        expect(isTypeOf(column.type, await columnOf(name, texts))).toBe(true);
      }),
      runs(3_000),
    );
    // Not text alone: values were of every kind.
    expect([...proposed]).toEqual(expect.arrayContaining(TYPES.map((type) => parseLogicalType(type).kind)));
  });
  test("a contract's type is kept only where it takes all of them", async () => {
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...TYPES, 'string', 'decimal(5,3)', 'binary'), values, async (type, texts) => {
        if (isTypeOf(type, await columnOf('x', texts))) expect(misfits(type, texts)).toEqual([]);
      }),
      runs(3_000),
    );
  });
  test('money is never a double', async () => {
    await fc.assert(
      fc.asyncProperty(values, async (texts) => {
        expect((await draftOne('fare_amount', texts)).column.type).not.toBe('double');
      }),
      runs(500),
    );
  });
});
