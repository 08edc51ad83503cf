import { describe, expect, test } from '@jest/globals';
import { formatLogicalType, logicalTypeOfQlik, QLIK_TYPES } from '../../src/index.ts';
import { thrownBy } from '../thrown.ts';

const textOf = (type: string, precision = 0, scale = 0, length = 0) =>
  formatLogicalType(logicalTypeOfQlik({ type, length, precision, scale }));

const FIXED: Readonly<Record<string, string>> = {
  ...{ STRING: 'string', WSTRING: 'string', CLOB: 'string', NCLOB: 'string', BOOLEAN: 'boolean' },
  ...{ BYTES: 'binary', BLOB: 'binary', DATE: 'date', TIME: 'time', DATETIME: 'timestamp' },
  ...{ INT1: 'bigint', INT2: 'bigint', INT4: 'bigint', INT8: 'bigint' },
  ...{ UINT1: 'bigint', UINT2: 'bigint', UINT4: 'bigint', UINT8: 'decimal(20,0)' },
  ...{ REAL4: 'double', REAL8: 'double' },
};

describe('types that precision and scale do not change', () => {
  test.each(Object.entries(FIXED))('%s is %s', (type, expected) => {
    expect(textOf(type)).toBe(expected);
    expect(textOf(type, 7, 3, 100)).toBe(expected);
  });
});

test('the tables here and there name the same types', () => {
  expect([...QLIK_TYPES].sort()).toEqual([...Object.keys(FIXED), 'NUMERIC'].sort());
});

describe('NUMERIC', () => {
  test.each([
    [1, 0, 'bigint'],
    [18, 0, 'bigint'],
    [19, 0, 'decimal(38,0)'],
    [38, 0, 'decimal(38,0)'],
    [1, 1, 'decimal(1,1)'],
    [19, 4, 'decimal(19,4)'],
    [38, 38, 'decimal(38,38)'],
    [0, 0, 'decimal(38,10)'],
    [0, 4, 'decimal(38,10)'],
    [2, 5, 'decimal(5,5)'],
    [1, 38, 'decimal(38,38)'],
    [5, -2, 'bigint'],
    [16, -2, 'bigint'],
    [17, -2, 'decimal(38,0)'],
    [36, -2, 'decimal(38,0)'],
  ])('(%d,%d) is %s', (precision, scale, expected) => {
    expect(textOf('NUMERIC', precision, scale)).toBe(expected);
  });

  test.each([
    [39, 0],
    [39, 2],
    [10, 39],
    [38, -1],
  ])('(%d,%d) is refused: no engine holds it', (precision, scale) => {
    const error = thrownBy(() => textOf('NUMERIC', precision, scale));
    expect(error).toMatchObject({ code: 'numeric-too-wide', data: { precision, scale, max: 38 } });
    expect(error.remedy).toBeDefined();
  });
});

test.each(['', 'INT', 'string', 'toString', 'NUMERIC '])('%j is refused, with what is allowed', (type) => {
  const error = thrownBy(() => textOf(type));
  expect(error).toMatchObject({ code: 'unknown-qlik-type', data: { found: type, allowed: QLIK_TYPES } });
  expect(error.message).toContain('NCLOB');
});
