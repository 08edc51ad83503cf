/** Days and times as engines write them, of any year (`294247-01-10 04:00:54.775807`, `0044-03-15 (BC)`). */

const DATE = /^(\d{4,7})-(\d\d)-(\d\d)( \(BC\))?$/;
const TIMESTAMP = /^(\d{4,7}-\d\d-\d\d(?: \(BC\))?)[ T](\d\d:\d\d:\d\d(?:\.\d{1,6})?)(Z|\+00(?::?00)?)?$/;
const TIME = /^(\d\d):(\d\d):(\d\d)(?:\.(\d{1,6}))?$/;

const MICROSECONDS = 1_000_000n;
const DAY = 86_400n * MICROSECONDS;

/** Days since 1970-01-01 in the calendar of today, drawn out backwards; undefined: no such day. */
export function daysOf(text: string): bigint | undefined {
  const [, years, months, days, bc] = DATE.exec(text) ?? [];
  if (years === undefined) return undefined;
  // The year before 1 is 1 BC, which counts as 0.
  const year = bc === undefined ? Number(years) : 1 - Number(years);
  const [month, day] = [Number(months), Number(days)];
  if (month < 1 || month > 12 || day < 1 || day > daysIn(year, month)) return undefined;
  return BigInt(dayNumber(year, month, day) - dayNumber(1970, 1, 1));
}

/** Microseconds since 1970-01-01 00:00, UTC; undefined: no such time, or one of another zone. */
export function microsecondsOf(text: string): bigint | undefined {
  const [, date, time] = TIMESTAMP.exec(text) ?? [];
  if (date === undefined || time === undefined) return undefined;
  const [days, ofDay] = [daysOf(date), timeOf(time)];
  return days === undefined || ofDay === undefined ? undefined : days * DAY + ofDay;
}

/** Microseconds since midnight. */
export function timeOf(text: string): bigint | undefined {
  const [, hours, minutes, seconds, fraction = ''] = TIME.exec(text) ?? [];
  if (Number(hours) > 23 || Number(minutes) > 59 || Number(seconds) > 59 || hours === undefined) return undefined;
  const whole = (Number(hours) * 60 + Number(minutes)) * 60 + Number(seconds);
  return BigInt(whole) * MICROSECONDS + BigInt(fraction.padEnd(6, '0'));
}

/** Days since the first of March of the year 0: the day that may be missing is the last of its year. */
function dayNumber(year: number, month: number, day: number): number {
  const [y, m] = month > 2 ? [year, month - 3] : [year - 1, month + 9];
  return 365 * y + Math.floor(y / 4) - Math.floor(y / 100) + Math.floor(y / 400) + Math.floor((153 * m + 2) / 5) + day;
}

function daysIn(year: number, month: number): number {
  if (month !== 2) return [4, 6, 9, 11].includes(month) ? 30 : 31;
  return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0) ? 29 : 28;
}
