import { expect, test } from '@jest/globals';
import { formatLogicalType, LOGICAL_TYPE_FORMS, parseLogicalType } from '../../src/index.ts';
import { thrownBy } from '../thrown.ts';

test('every type has one text form, read and written alike', () => {
  const texts = ['boolean', 'bigint', 'double', 'date', 'timestamp', 'time', 'string', 'binary'];
  for (let precision = 1; precision <= 38; precision++)
    for (let scale = 0; scale <= precision; scale++) texts.push(`decimal(${precision},${scale})`);
  for (const text of texts) expect(formatLogicalType(parseLogicalType(text))).toBe(text);
  expect(parseLogicalType('decimal(19,4)')).toEqual({ kind: 'decimal', precision: 19, scale: 4 });
});

test.each([
  ...['', 'Boolean', ' bigint', 'int', 'decimal', 'decimal()', 'decimal(10)', 'decimal(0,0)', 'decimal(39,0)'],
  ...['decimal(5,6)', 'decimal(5,-1)', 'decimal(05,1)', 'decimal(5, 1)', 'decimal(5,1)\n', 'toString', 'timestamp(6)'],
])('%j is refused, with what is allowed', (text) => {
  const error = thrownBy(() => parseLogicalType(text));
  expect(error).toMatchObject({ code: 'bad-logical-type', data: { found: text, allowed: LOGICAL_TYPE_FORMS } });
  expect(error.message).toContain('decimal(p,s)');
});
