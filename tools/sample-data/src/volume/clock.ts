import { DAY, date, MINUTE } from '../time.ts';

/** The texts of ../time.ts for many millions of instants: put together from tables instead of by `Date`. */

const padded = (width: number): readonly string[] =>
  Array.from({ length: 10 ** width }, (_, number) => String(number).padStart(width, '0'));

export const TWO_DIGITS = padded(2);
export const THREE_DIGITS = padded(3);
export const FOUR_DIGITS = padded(4);

const MINUTES = Array.from(
  { length: 1440 },
  (_, minute) => `${TWO_DIGITS[Math.trunc(minute / 60)] ?? ''}:${TWO_DIGITS[minute % 60] ?? ''}:`,
);

const days = new Map<number, string>();

/** As a DATE field. */
export const dayText = (at: number): string => {
  const day = Math.floor(at / DAY);
  const known = days.get(day);
  if (known !== undefined) return known;
  const text = date(day * DAY);
  days.set(day, text);
  return text;
};

const millisecondOfDay = (at: number): number => at - Math.floor(at / DAY) * DAY;

/** As a TIME field, to the millisecond. */
export const timeText = (at: number): string => {
  const rest = millisecondOfDay(at);
  const seconds = rest % MINUTE;
  return `${MINUTES[Math.trunc(rest / MINUTE)] ?? ''}${TWO_DIGITS[Math.trunc(seconds / 1000)] ?? ''}.${THREE_DIGITS[seconds % 1000] ?? ''}`;
};

/** As a DATETIME field, to the millisecond and further digits. */
export const dateTimeText = (at: number, furtherDigits: string): string =>
  `${dayText(at)} ${timeText(at)}${furtherDigits}`;
