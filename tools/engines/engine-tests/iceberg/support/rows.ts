/** Rows to compare, in an order of their own. */
import type { IcebergReader, Json, ReadColumn, Row } from '@farelake/engines';

const textOf = (row: Row): string => JSON.stringify(Object.entries(row).sort(([a], [b]) => (a < b ? -1 : 1)));

export const sorted = (rows: readonly Row[]): Row[] =>
  rows
    .map((row) => [textOf(row), row] as const)
    .sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0))
    .map(([, row]) => row);

/**
 * Rows as far as a reader can tell them. icebird has no more than milliseconds of a time, gives decimals as doubles, and
 * takes bytes for text: of those nothing can be said.
 */
export const asToldBy = ({ name }: IcebergReader, columns: readonly ReadColumn[], rows: readonly Row[]): Row[] =>
  sorted(name === 'icebird' ? rows.map((row) => coarse(columns, row)) : rows);

const coarse = (columns: readonly ReadColumn[], row: Row): Row =>
  Object.fromEntries(
    columns
      .filter(({ type }) => type !== 'binary')
      .map(({ name, type }) => [name, coarseValue(type, row[name] ?? null)]),
  );

/** Of a decimal that is a double: a whole number times a tenth, a hundredth …, of which the last digit is off. */
const DIGITS = 14;

function coarseValue(type: string, value: Json): Json {
  if (type.startsWith('decimal') && value !== null) return Number(Number(value).toPrecision(DIGITS));
  return type === 'timestamp' && typeof value === 'string' ? inMilliseconds(value) : value;
}

/** Microseconds are cut off towards 1970. */
function inMilliseconds(time: string): string {
  const whole = Date.parse(`${time.slice(0, -3).replace(' ', 'T')}Z`);
  const cut = whole < 0 && !time.endsWith('000') ? whole + 1 : whole;
  return `${new Date(cut).toISOString().slice(0, -1).replace('T', ' ')}000`;
}
