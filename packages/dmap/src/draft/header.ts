/**
 * Whether a first line is a header. A file that has none begins with values, which are somebody's: they must become neither names
 * of columns, nor be told. What a value can look like a name hardly ever does; values that are mere words show when they
 * come again below (`study.ts`).
 */
import { UserError } from '@farelake/schema-registry';
import { formOf } from './forms.ts';
import { signsOf } from './signs.ts';

const DAY = /^\d{4}-\d\d-\d\d|^\d{1,2}[/.-](?:\d{1,2}|[a-z]{3})[/.-]\d{2,4}\b/i;
const GUID = /^\{?[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\}?$/i;
/** Hashes and tokens. */
const HEX = /^(?=.*\d)[0-9a-f]{16,}$/i;

const SIGNS = {
  'e-mail': 'an e-mail address',
  phone: 'a phone number',
  'card number': 'a card number',
  address: 'a postal address',
  ip: 'an IP address',
  mac: 'an address of a device',
  coordinates: 'coordinates',
} as const;

/** What the name of a column is, if it is a value, in words without it; undefined: it may be a name. */
export function valueIn(name: string): string | undefined {
  const text = name.trim();
  if (text === '') return 'empty';
  const [sign] = signsOf(text);
  if (sign !== undefined) return SIGNS[sign];
  if (text.includes('@')) return SIGNS['e-mail'];
  const form = formOf(text);
  if (form === 'time' || form === 'timestamp with offset' || DAY.test(text)) return 'a day or a time';
  if (GUID.test(text) || HEX.test(text)) return 'an identifier';
  if (form === 'exponent' || (/\d/.test(text) && !/\p{L}/u.test(text))) return 'a number';
  return undefined;
}

/** @throws UserError `header-of-values`, which holds nothing of the line */
export function refuseValues(header: readonly string[]): void {
  const first = new Map<string, number>();
  const faults = header.flatMap((name, index) => {
    const earlier = first.get(name);
    if (earlier === undefined) first.set(name, index);
    const value = valueIn(name) ?? (earlier === undefined ? undefined : `the same as field ${earlier + 1}`);
    return value === undefined ? [] : [`field ${index + 1} is ${value}`];
  });
  if (faults.length > 0) throw noNames(faults);
}

/** Faults that are told; a file may have hundreds of columns. */
const TOLD = 5;

export const noNames = (faults: readonly string[]): UserError =>
  new UserError({
    code: 'header-of-values',
    problem:
      'The first line looks like a row of values, not like the names of columns; it is not shown: ' +
      `${faults.slice(0, TOLD).join(', ')}${faults.length > TOLD ? `, and ${faults.length - TOLD} more` : ''}.`,
    remedy:
      'Name a file of the set that begins with a header line. Where the vendor sends none, ask for it: columns are found by their names.',
  });
