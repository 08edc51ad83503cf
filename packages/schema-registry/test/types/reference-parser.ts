/**
 * What `parseSql` must say of a text, value by value and without SQL or regular expressions: the specification that
 * engines are compared to. Values are in DuckDB's text form (binary: hex).
 */
import type { LogicalType } from '../../src/index.ts';

export interface Parsed {
  readonly value: string | null;
  readonly bad: boolean;
}

const BAD: Parsed = { value: null, bad: true };

export function referenceParse(type: LogicalType, text: string | null, emptyIsNull: boolean): Parsed {
  if (text === null) return { value: null, bad: false };
  if (type.kind === 'string') return { value: text, bad: false };
  if (text === '') return { value: null, bad: !emptyIsNull };
  const value = valueOf(type, text);
  return value === undefined ? BAD : { value, bad: false };
}

function valueOf(type: LogicalType, text: string): string | undefined {
  switch (type.kind) {
    case 'string':
      return text;
    case 'boolean':
      if (['1', 'true', 't', 'y'].includes(asciiLower(text))) return 'true';
      return ['0', 'false', 'f', 'n'].includes(asciiLower(text)) ? 'false' : undefined;
    case 'bigint': {
      const unscaled = unscaledOf(text, 0);
      return unscaled !== undefined && BigInt.asIntN(64, unscaled) === unscaled ? unscaled.toString() : undefined;
    }
    case 'decimal': {
      const unscaled = unscaledOf(text, type.scale);
      if (unscaled === undefined || abs(unscaled) >= 10n ** BigInt(type.precision)) return undefined;
      return withPoint(unscaled, type.scale);
    }
    case 'double':
      return doubleOf(text);
    case 'date':
      return isDate(text) ? text : undefined;
    case 'timestamp':
      return timestampOf(text);
    case 'time':
      return timeOf(text);
    case 'binary':
      if (text.length % 2 !== 0 || !consistsOf(text, '0123456789abcdefABCDEF')) return undefined;
      return text.toUpperCase();
  }
}

const DIGITS = '0123456789';

const consistsOf = (text: string, characters: string): boolean => Array.from(text).every((c) => characters.includes(c));
const areDigits = (text: string): boolean => text !== '' && consistsOf(text, DIGITS);
const abs = (n: bigint): bigint => (n < 0n ? -n : n);

function asciiLower(text: string): string {
  return Array.from(text, (c) => (c >= 'A' && c <= 'Z' ? c.toLowerCase() : c)).join('');
}

function unsigned(text: string): string {
  return text.startsWith('+') || text.startsWith('-') ? text.slice(1) : text;
}

/** The number times ten to the power of the scale, or undefined when it is no number or has digits beyond the scale. */
function unscaledOf(text: string, scale: number): bigint | undefined {
  const digits = unsigned(text);
  const point = digits.indexOf('.');
  const whole = point < 0 ? digits : digits.slice(0, point);
  const fraction = point < 0 ? '' : digits.slice(point + 1);
  if (whole === '' && fraction === '') return undefined;
  if (!consistsOf(whole, DIGITS) || !consistsOf(fraction, DIGITS)) return undefined;
  if (!consistsOf(fraction.slice(scale), '0')) return undefined;
  const size = BigInt(`0${whole}${fraction.slice(0, scale).padEnd(scale, '0')}`);
  return text.startsWith('-') ? -size : size;
}

function withPoint(unscaled: bigint, scale: number): string {
  const digits = abs(unscaled)
    .toString()
    .padStart(scale + 1, '0');
  const cut = digits.length - scale;
  return `${unscaled < 0n ? '-' : ''}${digits.slice(0, cut)}${scale === 0 ? '' : `.${digits.slice(cut)}`}`;
}

function doubleOf(text: string): string | undefined {
  const size = asciiLower(unsigned(text));
  const sign = text.startsWith('-') ? '-' : '';
  if (size === 'nan') return 'NaN';
  if (size === 'inf' || size === 'infinity') return `${sign}Infinity`;
  const e = size.indexOf('e');
  const mantissa = e < 0 ? size : size.slice(0, e);
  if (e >= 0 && !areDigits(unsigned(size.slice(e + 1)))) return undefined;
  const parts = mantissa.split('.');
  if (parts.length > 2 || !areDigits(parts.join('')) || !parts.every((part) => consistsOf(part, DIGITS)))
    return undefined;
  const number = Number(`${sign}${size}`);
  if (!Number.isFinite(number)) return undefined;
  return Object.is(number, -0) ? '-0' : String(number);
}

function isDate(text: string): boolean {
  const [year = '', month = '', day = '', ...more] = text.split('-');
  if (more.length > 0 || ![year, month, day].every(areDigits)) return false;
  if (year.length !== 4 || month.length !== 2 || day.length !== 2 || Number(year) < 1) return false;
  const leap = Number(year) % 4 === 0 && (Number(year) % 100 !== 0 || Number(year) % 400 === 0);
  const days = [31, leap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
  return Number(day) >= 1 && Number(day) <= (days[Number(month) - 1] ?? 0);
}

/** DuckDB prints six digits of a fraction, less its trailing zeros. */
function timestampOf(text: string): string | undefined {
  if (isDate(text)) return `${text} 00:00:00`;
  const [date, separator, time] = [text.slice(0, 10), text.slice(10, 11), timeOf(text.slice(11))];
  if (!isDate(date) || ![' ', 'T'].includes(separator) || time === undefined) return undefined;
  let end = time.length;
  while (time[end - 1] === '0' && end > 9) end--;
  return `${date} ${time.slice(0, end === 9 ? 8 : end)}`;
}

function timeOf(text: string): string | undefined {
  const [clock = '', fraction, ...more] = text.split('.');
  const [hour = '', minute = '', second = '', ...rest] = clock.split(':');
  if (more.length > 0 || rest.length > 0) return undefined;
  if (![hour, minute, second].every((part) => areDigits(part) && part.length === 2)) return undefined;
  if (Number(hour) > 23 || Number(minute) > 59 || Number(second) > 59) return undefined;
  if (fraction !== undefined && (!areDigits(fraction) || fraction.length > 9)) return undefined;
  return `${clock}.${(fraction ?? '').slice(0, 6).padEnd(6, '0')}`;
}
