/**
 * What a delivered text looks like, as the parsers of loads read it (`parseSql` of the schema registry): a type is proposed
 * only for forms that its parser takes, and a property holds the two together.
 */
import { isDay } from '../instant.ts';

/** One form per text, the narrowest that fits. */
export type Form =
  | 'integer'
  /** Digits with a point. */
  | 'decimal'
  /** A number with leading zeros or a plus sign, which would be gone once it is a number. */
  | 'code'
  | 'exponent'
  /** nan, inf. */
  | 'not finite'
  | 'date'
  | 'timestamp'
  /** A time with an offset, which no type holds. */
  | 'timestamp with offset'
  | 'time'
  /** true, false. */
  | 'truth'
  /** One letter of y and n, t and f. */
  | 'yes'
  | 'no'
  | 'letter t'
  | 'letter f'
  | 'text';

const INTEGER = /^-?(?:0|[1-9][0-9]*)$/;
const DECIMAL = /^-?(?:(?:0|[1-9][0-9]*)\.[0-9]*|\.[0-9]+)$/;
const CODE = /^[+-]?[0-9]+$/;
const EXPONENT = /^[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?$/;
const NOT_FINITE = /^[+-]?(?:nan|inf|infinity)$/i;
const CLOCK = /^([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](?:\.[0-9]{1,9})?$/;
const OFFSET = /(?:Z|[+-][0-9]{2}(?::?[0-9]{2})?)$/;
const TRUTH = /^(?:true|false)$/i;

const LETTERS: Readonly<Record<string, Form>> = { y: 'yes', n: 'no', t: 'letter t', f: 'letter f' };

/** @param text not empty: an empty field is NULL */
export function formOf(text: string): Form {
  if (INTEGER.test(text)) return 'integer';
  if (DECIMAL.test(text)) return 'decimal';
  if (CODE.test(text)) return 'code';
  if (EXPONENT.test(text)) return Number.isFinite(Number(text)) ? 'exponent' : 'text';
  const letter = text.length === 1 ? LETTERS[text.toLowerCase()] : undefined;
  if (letter !== undefined) return letter;
  if (TRUTH.test(text)) return 'truth';
  return formOfTime(text) ?? (NOT_FINITE.test(text) ? 'not finite' : 'text');
}

function formOfTime(text: string): Form | undefined {
  if (CLOCK.test(text)) return 'time';
  const day = text.slice(0, 10);
  if (!isDay(day)) return undefined;
  if (text.length === 10) return 'date';
  if (text[10] !== ' ' && text[10] !== 'T') return undefined;
  const clock = text.slice(11);
  if (CLOCK.test(clock)) return 'timestamp';
  return OFFSET.test(clock) && CLOCK.test(clock.replace(OFFSET, '')) ? 'timestamp with offset' : undefined;
}
