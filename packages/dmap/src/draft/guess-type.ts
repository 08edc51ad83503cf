/**
 * The type that a column's values ask for. Rules, in their order (docs/dmap-contracts.md says them to people):
 *
 * 1. a type is proposed only when every value is one of it; otherwise it is text;
 * 2. a number with leading zeros or a plus sign is a code: text;
 * 3. whole numbers are `bigint`; beyond 64 bits an identifier is text and anything else `decimal(38,0)`;
 * 4. digits behind the point make a decimal of that scale, for a scale cannot grow later and digits before it can. Money has
 *    two at least and is never a double;
 * 5. a double is what is written with an exponent, as nan or inf, coordinates, and what has more than nine digits behind the
 *    point, which somebody computed;
 * 6. only words, or both letters of a pair, are a boolean. 0 and 1 may be a count that has been small so far;
 * 7. a column without a value is text until a file has one.
 */
import { formatLogicalType, type LogicalType, parseLogicalType } from '@farelake/schema-registry';
import type { Form } from './forms.ts';
import { isCoordinate, isIdentifier, isMoney } from './names.ts';
import type { ColumnStudy } from './study.ts';

export interface GuessedType {
  /** Text form of the logical type. */
  readonly type: string;
  /** For the person who reviews it; holds no value. */
  readonly why: string;
}

/** Above this no decimal of eighteen digits has much room before the point, and no amount is written so. */
const MOST_FRACTION = 9;
/** Digits that every double keeps. */
const DOUBLE_DIGITS = 15;

export function guessType(column: ColumnStudy): GuessedType {
  if (column.values === 0)
    return { type: 'string', why: 'no value in this file: text, until another file shows what it is' };
  return guessNumber(column) ?? guessTime(column) ?? guessBoolean(column) ?? { type: 'string', why: textWhy(column) };
}

/** Whether every value that was seen is one of the type: a contract's type is kept where it is. */
export function isTypeOf(type: string, column: ColumnStudy): boolean {
  const logical = parseLogicalType(type);
  switch (logical.kind) {
    case 'string':
      return true;
    case 'boolean':
      return onlyOf(column, 'truth', 'yes', 'no', 'letter t', 'letter f', 'integer') && column.otherThanBits === 0;
    case 'bigint':
      return onlyOf(column, 'integer', 'decimal') && column.significantFraction === 0 && column.beyond64 === 0;
    case 'decimal':
      return onlyOf(column, 'integer', 'decimal') && hasRoom(logical, column);
    case 'double':
      return onlyOf(column, 'integer', 'decimal', 'code', 'exponent', 'not finite');
    case 'date':
      return onlyOf(column, 'date');
    case 'timestamp':
      return onlyOf(column, 'date', 'timestamp');
    case 'time':
      return onlyOf(column, 'time');
    case 'binary':
      return column.values === 0;
  }
}

const hasRoom = ({ precision, scale }: Extract<LogicalType, { kind: 'decimal' }>, column: ColumnStudy): boolean =>
  column.significantFraction <= scale && column.wholeDigits <= precision - scale;

const countOf = ({ forms }: ColumnStudy, ...wanted: Form[]): number =>
  wanted.reduce((sum, form) => sum + (forms.get(form) ?? 0), 0);

const onlyOf = (column: ColumnStudy, ...wanted: Form[]): boolean => countOf(column, ...wanted) === column.values;

function guessNumber(column: ColumnStudy): GuessedType | undefined {
  if (onlyOf(column, 'integer')) return guessInteger(column);
  if (onlyOf(column, 'integer', 'decimal')) return guessDecimal(column);
  if (onlyOf(column, 'integer', 'decimal', 'code') && countOf(column, 'code') > 0)
    return { type: 'string', why: 'numbers with leading zeros or a plus sign: a code' };
  if (!onlyOf(column, 'integer', 'decimal', 'exponent', 'not finite')) return undefined;
  if (countOf(column, 'integer', 'decimal', 'exponent') === 0) return undefined;
  if (isMoney(column.name))
    return { type: 'string', why: 'money that is not written in digits alone: no exact type reads it' };
  if (column.wholeDigits > DOUBLE_DIGITS)
    return { type: 'string', why: 'exponents beside numbers of more digits than a double keeps' };
  return { type: 'double', why: countOf(column, 'exponent') > 0 ? 'numbers with exponents' : 'numbers, nan or inf' };
}

function guessInteger({ name, wholeDigits, beyond64 }: ColumnStudy): GuessedType {
  if (beyond64 === 0)
    return isMoney(name)
      ? { type: 'bigint', why: 'whole numbers; if it is money in dollars, make it a decimal before the first load' }
      : { type: 'bigint', why: 'whole numbers' };
  if (isIdentifier(name) || wholeDigits > 38)
    return { type: 'string', why: `numbers of up to ${wholeDigits} digits, more than 64 bits hold: an identifier` };
  return { type: 'decimal(38,0)', why: `whole numbers of up to ${wholeDigits} digits, more than 64 bits hold` };
}

function guessDecimal({ name, wholeDigits, fractionDigits }: ColumnStudy): GuessedType {
  const digits = `up to ${wholeDigits} digits before and ${fractionDigits} behind the point`;
  const money = isMoney(name);
  if (isCoordinate(name)) return { type: 'double', why: `a coordinate, ${digits}` };
  const scale = Math.max(fractionDigits, money ? 2 : 0);
  if (scale > MOST_FRACTION && !money && wholeDigits <= DOUBLE_DIGITS)
    return { type: 'double', why: `${digits}: computed` };
  if (wholeDigits + scale > 38) return { type: 'string', why: `${digits}: more than any exact type holds` };
  // Two digits of room: amounts grow. Up to eighteen digits cost the same.
  const precision = wholeDigits + scale + 2 <= 18 ? 18 : 38;
  const type = formatLogicalType({ kind: 'decimal', precision, scale });
  return { type, why: money ? `money, ${digits}` : digits };
}

function guessTime(column: ColumnStudy): GuessedType | undefined {
  if (onlyOf(column, 'date')) return { type: 'date', why: 'days' };
  if (onlyOf(column, 'date', 'timestamp')) return { type: 'timestamp', why: 'times of days' };
  if (onlyOf(column, 'time')) return { type: 'time', why: 'times without a day' };
  return undefined;
}

function guessBoolean(column: ColumnStudy): GuessedType | undefined {
  if (onlyOf(column, 'truth')) return { type: 'boolean', why: 'true and false' };
  const pairs = [
    ['yes', 'no'],
    ['letter t', 'letter f'],
  ] as const;
  for (const pair of pairs) {
    if (!onlyOf(column, ...pair)) continue;
    if (pair.every((form) => countOf(column, form) > 0)) return { type: 'boolean', why: 'both letters of yes and no' };
    return { type: 'string', why: 'one letter; where the other one comes, a boolean' };
  }
  return undefined;
}

/** Why it is text, where most of it is something else: that is for the vendor to explain. */
function textWhy(column: ColumnStudy): string {
  if (countOf(column, 'timestamp with offset') > 0 && onlyOf(column, 'timestamp with offset', 'timestamp'))
    return 'times with an offset from UTC, which no type keeps';
  const [most, count] = [...column.forms].reduce((a, b) => (b[1] > a[1] ? b : a));
  if (most === 'text' || count < column.values * 0.9) return 'text';
  return `text: ${column.values - count} of ${column.values} values are no ${NAMES[most] ?? most}, as the others are`;
}

const NAMES: Partial<Record<Form, string>> = {
  integer: 'whole numbers',
  decimal: 'numbers with a point',
  date: 'days',
  timestamp: 'times',
  time: 'times of day',
};
