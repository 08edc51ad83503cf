/** Times of `.dfm` files: every spelling gives one text form, whose order is the order of time. */
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { compactInstant, compareFiles, parseInstant, type Instant } from '../src/index.ts';
import { runs } from '../../../jest.property.ts';
import { thrownBy } from './support/thrown.ts';

describe('parseInstant', () => {
  test.each([
    ['2021-12-01T11:22:33', '2021-12-01T11:22:33.000000000'],
    ['2021-12-01T11:22:33Z', '2021-12-01T11:22:33.000000000'],
    ['2021-12-01 11:22:33.4', '2021-12-01T11:22:33.400000000'],
    ['2021-12-01 11:22:33.444', '2021-12-01T11:22:33.444000000'],
    ['2021-12-01T11:22:33.4444444', '2021-12-01T11:22:33.444444400'],
    ['2021-12-01T11:22:33.123456789Z', '2021-12-01T11:22:33.123456789'],
    ['2021-12-01T11:22:33.1234567899', '2021-12-01T11:22:33.123456789'],
    ['  2021-12-01 11:22:33\n', '2021-12-01T11:22:33.000000000'],
    ['2024-02-29 00:00:00', '2024-02-29T00:00:00.000000000'],
    ['0001-01-01 00:00:00', '0001-01-01T00:00:00.000000000'],
  ])('%j is %s', (text, instant) => {
    expect(parseInstant(text)).toBe(instant);
  });

  test.each([[null], [undefined], [''], ['   ']])('%j says nothing', (text) => {
    expect(parseInstant(text)).toBeNull();
  });

  test.each([
    ...['2021-13-01 00:00:00', '2021-00-01 00:00:00', '2021-02-29 00:00:00', '2021-04-31 00:00:00'],
    ...['2021-12-00 00:00:00', '2021-12-01 24:00:00', '2021-12-01 00:60:00', '2021-12-01 00:00:60'],
    ...['2021-12-01', '2021-12-01T11:22', '2021-12-01T11:22:33.', '2021-12-01T11:22:33+02:00', '2021-12-01  11:22:33'],
    ...['20211201T112233', '1638357753', 'yesterday', '2021-12-01T11:22:33z', '12021-12-01 00:00:00'],
  ])('%s is refused, and the error says what is allowed', (text) => {
    const error = thrownBy(() => parseInstant(text));
    expect(error).toMatchObject({ code: 'bad-instant', data: { found: text } });
    expect(error.message).toContain(`'${text}' is not a time; allowed is 2021-12-01T11:22:33.444`);
  });
});

/** A time as nanoseconds since 1970, and one of its spellings. */
const spelled = fc
  .record({
    nanoseconds: fc.bigInt({ min: 0n, max: 4_000_000_000n * 1_000_000_000n }),
    digits: fc.integer({ min: 0, max: 9 }),
    separator: fc.constantFrom('T', ' '),
    zone: fc.constantFrom('', 'Z'),
  })
  .map(({ nanoseconds, digits, separator, zone }) => {
    const unit = 10n ** BigInt(9 - digits);
    const time = (nanoseconds / unit) * unit;
    const whole = new Date(Number(time / 1_000_000_000n) * 1000).toISOString().slice(0, 19);
    const fraction = String(time % 1_000_000_000n)
      .padStart(9, '0')
      .slice(0, digits);
    return { time, text: `${whole.replace('T', separator)}${digits === 0 ? '' : `.${fraction}`}${zone}` };
  });

test('text order is time order, whatever the spelling', () => {
  fc.assert(
    fc.property(spelled, spelled, fc.boolean(), (a, second, near) => {
      const b = near ? { ...second, ...nextTo(a) } : second;
      const [x, y] = [parseInstant(a.text)!, parseInstant(b.text)!];
      const inTime = a.time < b.time ? -1 : a.time > b.time ? 1 : 0;
      expect(x < y ? -1 : x > y ? 1 : 0).toBe(inTime);
      expect(compareFiles(place(x), place(y))).toBe(inTime);
      expect(compareFiles(place(null), place(x))).toBe(-1);
    }),
    runs(1000),
  );
});

/** One nanosecond later: where a careless comparison goes wrong. */
function nextTo({ time }: { time: bigint }) {
  const later = time + 1n;
  const whole = new Date(Number(later / 1_000_000_000n) * 1000).toISOString().slice(0, 19);
  return { time: later, text: `${whole}.${String(later % 1_000_000_000n).padStart(9, '0')}` };
}

const place = (time: Instant | null) => ({ time, key: '', contentHash: '' });

test('the compact form has microseconds and no separators', () => {
  expect(compactInstant(parseInstant('2021-12-01 11:22:33.444555666')!)).toBe('20211201T112233444555');
});
