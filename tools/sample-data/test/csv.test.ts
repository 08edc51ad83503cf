import { formatCsv, formatField, VENDOR_OPTIONS } from '../src/csv.ts';
import type { Value } from '../src/table.ts';
import { parseCsv } from './support/vendor-files.ts';

const OTHER = { ...VENDOR_OPTIONS, fieldDelimiter: ';', nullValue: 'NULL', escapeChar: '\\' };

describe('one field', () => {
  test.each<[string, Value, string, string]>([
    ['NULL', null, '', 'NULL'],
    ['an empty string', '', '""', ''],
    ['the other null value', 'NULL', 'NULL', '"NULL"'],
    ['a number', '-2.4001', '-2.4001', '-2.4001'],
    ['a time', '2026-03-01 04:00:00.1234567', '2026-03-01 04:00:00.1234567', '2026-03-01 04:00:00.1234567'],
    ['a comma', 'a,b', '"a,b"', '"a,b"'],
    ['a semicolon', 'a;b', '"a;b"', '"a;b"'],
    ['a quote', 'a"b', '"a""b"', '"a\\"b"'],
    ['a backslash', 'a\\b', '"a\\b"', '"a\\\\b"'],
    ['a newline', 'a\nb', '"a\nb"', '"a\nb"'],
    ['spaces at an end', ' a', '" a"', '" a"'],
  ])('%s', (_name, value, usual, other) => {
    expect(formatField(value, VENDOR_OPTIONS)).toBe(usual);
    expect(formatField(value, OTHER)).toBe(other);
  });
});

const RECORDS: Value[][] = [
  ['1', null, ''],
  ['2', 'NULL', 'a "b"\nc, d; \\e\\'],
  ['3', '🚇', null],
];

test.each([
  ['doubled quotes', VENDOR_OPTIONS],
  ['an escape character', OTHER],
  ['no record delimiter at the end', { ...VENDOR_OPTIONS, endsWithDelimiter: false }],
])('a reader gets back what was written, with %s', (_name, options) => {
  const text = [...formatCsv(['A', 'B', 'C'], RECORDS, options)].join('');
  expect(parseCsv(text, options)).toEqual([['A', 'B', 'C'], ...RECORDS]);
  expect(text.endsWith('\n')).toBe(options.endsWithDelimiter ?? true);
});
