import { expect, test } from '@jest/globals';
import { printable } from '../src/index.ts';

test.each([
  ['x\u001b[2J\nbb     live      99', String.raw`x\u001b[2J\nbb     live      99`],
  ['a\r\tb\u007f\u0000', String.raw`a\r\tb\u007f\u0000`],
  ['a\u009b31mb\u0085c', String.raw`a\u009b31mb\u0085c`],
  ['ab\u202egnp.exe\u2069\u061c', String.raw`ab\u202egnp.exe\u2069\u061c`],
  ['one\u2028two\u2029three', String.raw`one\u2028two\u2029three`],
  ['half \ud83d of one', String.raw`half \ud83d of one`],
  ['Größe 🔥 "quoted" \\n', 'Größe 🔥 "quoted" \\n'],
])('%j is shown as %s, and stays so', (text, shown) => {
  expect(printable(text)).toBe(shown);
  expect(printable(shown)).toBe(shown);
});
