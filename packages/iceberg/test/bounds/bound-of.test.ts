/** Bounds as bytes, written in hexadecimal; undefined: none. */
import { describe, expect, it, test } from '@jest/globals';
import fc from 'fast-check';
import { runs } from '../../../../jest.property.ts';
import { boundOf, type Side } from '../../src/index.ts';

const hex = (bytes: Uint8Array | undefined) => bytes && Buffer.from(bytes).toString('hex');
const text = (value: string) => Buffer.from(value).toString('hex');

type Case = [type: string, text: string, bytes: string | undefined];

const CASES: Case[] = [
  ['boolean', 'true', '01'],
  ['boolean', 'false', '00'],
  ['boolean', 'maybe', undefined],
  ['int', '-1', 'ffffffff'],
  ['int', '2147483647', 'ffffff7f'],
  ['int', '2147483648', undefined],
  ['long', '1', '0100000000000000'],
  ['long', '-9223372036854775808', '0000000000000080'],
  ['long', '9223372036854775807', 'ffffffffffffff7f'],
  ['long', '9223372036854775808', undefined],
  ['long', '1.0', undefined],
  ['long', '', undefined],
  ['float', '1.5', '0000c03f'],
  ['float', '-inf', '000080ff'],
  ['double', '1.5', '000000000000f83f'],
  ['double', '1e300', '9c7500883ce4377e'],
  ['double', '-2.5E-3', '7b14ae47e17a64bf'],
  ['double', 'inf', '000000000000f07f'],
  ['double', '-Infinity', '000000000000f0ff'],
  ['double', 'nan', undefined],
  ['double', 'NaN', undefined],
  ['double', '', undefined],
  ['double', '0x10', undefined],
  ['double', '1e999', undefined],
  ['decimal(9,2)', '0.00', '00'],
  ['decimal(9,2)', '1.27', '7f'],
  ['decimal(9,2)', '1.28', '0080'],
  ['decimal(9,2)', '-1.28', '80'],
  ['decimal(9,2)', '-1.29', 'ff7f'],
  ['decimal(9,2)', '-0.05', 'fb'],
  ['decimal(9,2)', '-.5', 'ce'],
  ['decimal(9,2)', '3', '012c'],
  ['decimal(9,2)', '0.005', undefined],
  ['decimal(9,2)', '1e3', undefined],
  ['decimal(9,2)', '.', undefined],
  ['decimal(9,2)', '', undefined],
  ['decimal(38, 0)', '99999999999999999999999999999999999999', '4b3b4ca85a86c47a098a223fffffffff'],
  ['decimal(38,0)', '-170141183460469231731687303715884105728', '80000000000000000000000000000000'],
  // As DuckDB counts days and microseconds.
  ['date', '1970-01-01', '00000000'],
  ['date', '0400-02-29', '4440f7ff'],
  ['date', '0001-02-29 (BC)', '9305f5ff'],
  ['date', '1969-12-31', 'ffffffff'],
  ['date', '2024-02-29', '464d0000'],
  ['date', '2023-02-29', undefined],
  ['date', '2024-13-01', undefined],
  ['date', '20000-01-01', 'ea7b6400'],
  ['date', '0001-01-01', 'c606f5ff'],
  ['date', '0001-12-31 (BC)', 'c506f5ff'],
  ['date', '0044-03-15 (BC)', '48c8f4ff'],
  ['date', '5881580-07-10', 'feffff7f'],
  ['date', 'infinity', undefined],
  ['date', 'epoch', undefined],
  ['time', '00:00:00.000001', '0100000000000000'],
  ['time', '24:00:00', undefined],
  ['timestamp', '1970-01-01 00:00:00', '0000000000000000'],
  ['timestamp', '1969-12-31 23:59:59.999999', 'ffffffffffffffff'],
  ['timestamp', '1970-01-01T00:00:00.5', '20a1070000000000'],
  ['timestamp', '294247-01-10 04:00:54.775807', 'ffffffffffffff7f'],
  ['timestamp', '294247-01-10 04:00:54.775808', undefined],
  ['timestamp', '290308-12-22 (BC) 00:00:00', '0040a6e9b11c0080'],
  ['timestamp', '0001-12-31 (BC) 23:59:59.5', 'e09ecc00014023ff'],
  ['timestamp', '1970-01-01 00:00:60', undefined],
  ['timestamp', '1970-01-01 00:00:00.0000001', undefined],
  ['timestamp', 'infinity', undefined],
  ['timestamp', '1970-01-01 00:00:00+02', undefined],
  ['timestamptz', '1970-01-01 00:00:01+00', '40420f0000000000'],
  ['string', '', ''],
  ['string', 'é🙂', text('é🙂')],
  ['string', 'sixteen letters!', text('sixteen letters!')],
  ['string', 'half \ud83d', undefined],
  ['binary', '', ''],
  ['binary', '00FF', '00ff'],
  ['binary', '00ff', '00ff'],
  ['binary', '0', undefined],
  ['binary', String.raw`\x00`, undefined],
  ['fixed[2]', '00FF', '00ff'],
  ['fixed[2]', '00FF00', undefined],
  // Readers compare them differently.
  ['uuid', 'bd27fc79-9199-455b-8ed1-c7137c043a0f', undefined],
  ['list', '[1]', undefined],
  ['toString', 'x', undefined],
];

describe.each<Side>(['lower', 'upper'])('the %s bound', (side) => {
  it.each(CASES)('of %s %p is %p', (type, value, bytes) => {
    expect(hex(boundOf(type, value, side))).toBe(bytes);
  });
});

describe('zero', () => {
  it.each(['0', '0.0', '-0.0', '-0', '0e0'])('%s is bounded by both zeros', (zero) => {
    expect(hex(boundOf('double', zero, 'lower'))).toBe('0000000000000080');
    expect(hex(boundOf('double', zero, 'upper'))).toBe('0000000000000000');
    expect(hex(boundOf('float', zero, 'lower'))).toBe('00000080');
    expect(hex(boundOf('float', zero, 'upper'))).toBe('00000000');
  });
});

const SMILE = '🙂';
const LAST = '\u{10ffff}';

describe('a long bound', () => {
  it.each<[value: string, lower: string, upper: string | undefined]>([
    ['a'.repeat(17), 'a'.repeat(16), `${'a'.repeat(15)}b`],
    [SMILE.repeat(17), SMILE.repeat(16), `${SMILE.repeat(15)}🙃`],
    [`${'a'.repeat(15)}\ud7ffx`, `${'a'.repeat(15)}\ud7ff`, `${'a'.repeat(15)}\ue000`],
    [`${'a'.repeat(15)}\uffffx`, `${'a'.repeat(15)}\uffff`, `${'a'.repeat(15)}\u{10000}`],
    [`${'a'.repeat(15)}${LAST}x`, `${'a'.repeat(15)}${LAST}`, `${'a'.repeat(14)}b`],
    [LAST.repeat(17), LAST.repeat(16), undefined],
    [`${SMILE.repeat(15)}a${SMILE}`, `${SMILE.repeat(15)}a`, `${SMILE.repeat(15)}b`],
  ])('%p is cut to sixteen code points', (value, lower, upper) => {
    expect(hex(boundOf('string', value, 'lower'))).toBe(text(lower));
    expect(hex(boundOf('string', value, 'upper'))).toBe(upper === undefined ? undefined : text(upper));
  });

  it.each<[value: string, lower: string, upper: string | undefined]>([
    ['00'.repeat(17), '00'.repeat(16), `${'00'.repeat(15)}01`],
    [`${'00'.repeat(15)}ff00`, `${'00'.repeat(15)}ff`, `${'00'.repeat(14)}01`],
    ['ff'.repeat(17), 'ff'.repeat(16), undefined],
    ['ff'.repeat(16), 'ff'.repeat(16), 'ff'.repeat(16)],
  ])('%p is cut to sixteen bytes', (value, lower, upper) => {
    expect(hex(boundOf('binary', value, 'lower'))).toBe(lower);
    expect(hex(boundOf('binary', value, 'upper'))).toBe(upper);
  });

  test('has the value between its two sides, by bytes', () => {
    const unit = fc.oneof(
      fc.string({ unit: 'binary', minLength: 1, maxLength: 1 }),
      fc.constantFrom(LAST, '\ud7ff', 'a'),
    );
    fc.assert(
      fc.property(fc.string({ unit, minLength: 10, maxLength: 24 }), (value) => {
        const [lower, upper] = [boundOf('string', value, 'lower'), boundOf('string', value, 'upper')];
        const bytes = Buffer.from(value);
        expect(Buffer.compare(lower!, bytes)).toBeLessThanOrEqual(0);
        if (upper !== undefined) expect(Buffer.compare(upper, bytes)).toBeGreaterThanOrEqual(0);
        for (const bound of [lower, upper])
          if (bound !== undefined)
            expect(Array.from(Buffer.from(bound).toString('utf8')).length).toBeLessThanOrEqual(16);
      }),
      runs(500),
    );
  });
});

test('a day is what the calendar says', () => {
  fc.assert(
    fc.property(fc.date({ min: new Date('0001-01-01'), max: new Date('9999-12-31'), noInvalidDate: true }), (date) => {
      const day = date.toISOString().slice(0, 10);
      const days = Math.floor(date.getTime() / 86_400_000);
      expect(hex(boundOf('date', day, 'lower'))).toBe(hex(boundOf('int', String(days), 'lower')));
    }),
    runs(300),
  );
});
