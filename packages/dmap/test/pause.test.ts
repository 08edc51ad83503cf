import { expect, test } from '@jest/globals';
import { Pace } from '../src/http/pace.ts';
import { askedPause, pauseAfter, PATIENCE } from '../src/http/pause.ts';

const pauses = (random: number) =>
  Array.from({ length: PATIENCE.retries + 1 }, (_, at) => pauseAfter(at + 1, PATIENCE, random));

test('pauses double up to the longest, half of each left to chance, and end', () => {
  expect(pauses(1)).toEqual([500, 1000, 2000, 4000, 8000, 16_000, 30_000, undefined]);
  expect(pauses(0)).toEqual([250, 500, 1000, 2000, 4000, 8000, 15_000, undefined]);
});

test.each([
  ['7', 7000],
  ['0', 0],
  ['Mon, 23 Nov 2026 05:00:30 GMT', 30_000],
  ['Mon, 23 Nov 2026 04:00:00 GMT', 0],
  ['31622400', 31_622_400_000],
  ['31622401', Infinity],
  ['99999999999999999', Infinity],
  ['9'.repeat(400), Infinity],
  ['Mon, 23 Nov 9999 05:00:30 GMT', Infinity],
  ['Mon, 23 Nov 275761 05:00:30 GMT', undefined],
  ['soon', undefined],
  ['-5', undefined],
  ['1.5', undefined],
  ['', undefined],
  [undefined, undefined],
])('Retry-After %p asks for %p milliseconds', (header, asked) => {
  expect(askedPause(header, Date.UTC(2026, 10, 23, 5, 0, 0))).toBe(asked);
});

test('requests keep their distance, and none goes out while a server is left alone', () => {
  const pace = new Pace(5);
  expect([pace.place(1000), pace.place(1000), pace.place(1050)]).toEqual([0, 200, 350]);
  expect(pace.place(5000)).toBe(0);
  pace.hold(5000, 60_000);
  expect([pace.place(6000), pace.place(6000)]).toEqual([59_000, 59_200]);
});
