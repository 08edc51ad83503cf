/** Times as `.dfm` files and file names give them, in one text form whose order is the order of time. */
import { printable, UserError } from '@farelake/schema-registry';

/** UTC, `2021-12-01T11:22:33.444000000`: nine digits, so that text order is time order. */
export type Instant = string & { readonly __instant: unique symbol };

const PATTERN = /^(\d{4})-(\d{2})-(\d{2})[T ](\d{2}):(\d{2}):(\d{2})(?:\.(\d{1,9})\d*)?Z?$/;

/** Lowest of all instants, for a file whose time is not known. */
export const LOWEST_INSTANT = '0000-00-00T00:00:00.000000000' as Instant;

/**
 * A time of a `.dfm`; null where it says nothing (absent, null or empty).
 * @throws UserError `bad-instant`
 */
export function parseInstant(text: string | null | undefined): Instant | null {
  if (text === null || text === undefined || text.trim() === '') return null;
  const parts = PATTERN.exec(text.trim());
  if (parts === null || !exists(parts))
    throw new UserError({
      code: 'bad-instant',
      problem: `'${printable(text)}' is not a time; allowed is 2021-12-01T11:22:33.444 (UTC, T or a blank, up to nine fractional digits) or nothing.`,
      data: { found: text },
    });
  const [, year, month, day, hour, minute, second, fraction = ''] = parts;
  return `${year}-${month}-${day}T${hour}:${minute}:${second}.${fraction.padEnd(9, '0')}` as Instant;
}

function exists([, year, month, day, hour, minute, second]: readonly string[]): boolean {
  const date = new Date(Date.UTC(Number(year), Number(month) - 1, Number(day)));
  const sameDay = date.getUTCMonth() === Number(month) - 1 && date.getUTCDate() === Number(day);
  return sameDay && Number(hour) < 24 && Number(minute) < 60 && Number(second) < 60;
}

/** For names of folders and generations: `20211201T112233444000`, microseconds. */
export const compactInstant = (instant: Instant): string => instant.replaceAll(/[-:.]/g, '').slice(0, 21);
