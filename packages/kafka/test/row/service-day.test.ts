import { expect, test } from '@jest/globals';
import { dayText, serviceDays } from '../../src/index.ts';

const at = (timeZone: string, dayStartsAt: string) => {
  const dayOf = serviceDays({ timeZone, dayStartsAt });
  return (instant: string) => dayText(dayOf(Date.parse(instant)));
};

test('what is before the start of the day is of the day before', () => {
  const boston = at('America/New_York', '03:00');
  expect(boston('2026-03-01T07:59:59.999Z')).toBe('2026-02-28');
  expect(boston('2026-03-01T08:00:00.000Z')).toBe('2026-03-01');
  expect(boston('2026-03-02T07:59:59.999Z')).toBe('2026-03-01');
});

test('clocks set forward and back: the day starts at the same time on the wall', () => {
  const boston = at('America/New_York', '03:00');
  // 2026-03-08 02:00 EST is 03:00 EDT: the day before has 23 hours.
  expect(boston('2026-03-08T06:59:59Z')).toBe('2026-03-07');
  expect(boston('2026-03-08T07:00:00Z')).toBe('2026-03-08');
  // 2026-11-01 02:00 EDT is 01:00 EST: 03:00 EST is 08:00 UTC.
  expect(boston('2026-11-01T07:59:59Z')).toBe('2026-10-31');
  expect(boston('2026-11-01T08:00:00Z')).toBe('2026-11-01');
});

test('zones east of Greenwich, of three quarters of an hour, and none at all; times before 1970', () => {
  expect(at('Pacific/Auckland', '04:00')('2026-03-01T14:59:59Z')).toBe('2026-03-01');
  expect(at('Pacific/Auckland', '04:00')('2026-03-01T15:00:00Z')).toBe('2026-03-02');
  expect(at('Asia/Kathmandu', '00:00')('2026-03-01T18:15:00Z')).toBe('2026-03-02');
  expect(at('UTC', '00:00')('2026-03-01T23:59:59.999Z')).toBe('2026-03-01');
  expect(at('UTC', '00:00')('1969-12-31T23:59:59.999Z')).toBe('1969-12-31');
});
