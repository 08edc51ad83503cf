import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { readJson } from '../src/index.ts';
import { runs } from '../../../jest.property.ts';

test.each([
  ['', 1, 1, '$', 'a value was expected'],
  ['{\n  "a": 1\n  "b": 2\n}', 3, 3, '$', "',' or '}' was expected"],
  ['{"a": [1, 2,]}', 1, 13, '$.a[2]', 'a value was expected'],
  ['{"a": 1,}', 1, 9, '$', 'a name in double quotes was expected'],
  ["{'a': 1}", 1, 2, '$', 'a name in double quotes was expected'],
  ['{"a" 1}', 1, 6, '$.a', "':' was expected"],
  ['{"a": "x\ny"}', 1, 7, '$.a', 'this string does not end, or holds a raw control character or a bad escape'],
  ['{"a": 01}', 1, 8, '$', "',' or '}' was expected"],
  ['{} // no', 1, 4, '$', 'nothing more was expected'],
  ['[1', 1, 3, '$', "',' or ']' was expected"],
  ['\uFEFF{}', 1, 1, '$', 'a value was expected'],
])('%j: line %d, column %d, at %s', (text, line, column, path, problem) => {
  expect(readJson(text)).toEqual({ ok: false, syntax: { line, column, path, problem } });
});

test('a member written twice is told, where the second one stands', () => {
  expect(readJson('{"a": {"b": 1,\n "b": 2}}')).toEqual({
    ok: true,
    value: { a: { b: 2 } },
    repeated: [{ line: 2, column: 2, path: '$.a.b', problem: 'is written twice' }],
  });
});

test('too deep a nesting is told, not a full stack', () => {
  expect(readJson('['.repeat(100_000))).toMatchObject({ ok: false, syntax: { problem: 'is nested too deeply' } });
});

test('any number of members is read, and of repeated ones each is told at its place', () => {
  const members = Array.from({ length: 50_000 }, (_, n) => `"${String(n)}": {"a": 1,\n "a": 2}`);
  const reading = readJson(`{${members.join(', ')}}`);
  expect(reading.ok && reading.repeated.length).toBe(50_000);
  expect(reading.ok && reading.repeated.at(-1)).toEqual({
    ...{ line: 50_001, column: 2, path: '$["49999"].a', problem: 'is written twice' },
  });
});

test('a string of any length is read', () => {
  const long = { [`${'a'.repeat(20_000_000)}\n`]: `${'\\"'.repeat(2_000_000)}é` };
  const reading = readJson(JSON.stringify(long));
  expect(reading.ok && Object.entries(reading.value as object)[0]?.map((text: string) => text.length)).toEqual([
    20_000_001, 4_000_001,
  ]);
  expect(readJson(`"${'a'.repeat(20_000_000)}`)).toMatchObject({ ok: false, syntax: { line: 1, column: 1 } });
});

test('takes and refuses just what JSON.parse does', () => {
  const near = fc.oneof(
    fc.json(),
    fc
      .tuple(fc.json(), fc.nat(), fc.constantFrom('', ',', '"', '}', '\\', '\n', '0', '\\u12', 'e'))
      .map(([text, at, put]) => {
        const place = at % (text.length + 1);
        return text.slice(0, place) + put + text.slice(place + 1);
      }),
  );
  fc.assert(
    fc.property(near, (text) => {
      const reading = readJson(text);
      let value: unknown;
      try {
        value = JSON.parse(text);
      } catch {
        expect(reading.ok).toBe(false);
        return;
      }
      expect(reading).toMatchObject({ ok: true });
      expect(reading.ok && reading.value).toEqual(value);
    }),
    runs(2000),
  );
});
