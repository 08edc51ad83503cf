/** When values of one type are values of another, for drift of files and for versions of contracts. */
import type { LogicalType } from './logical.ts';

/** Decimal digits that the whole part of any signed 64-bit integer needs. */
const BIGINT_DIGITS = 19;

/** Whether every value of `from` is a value of `to`, the same and exactly: equal types, or a number with more room. */
export function fits(from: LogicalType, to: LogicalType): boolean {
  if (to.kind !== 'decimal') return from.kind === to.kind;
  const whole = to.precision - to.scale;
  if (from.kind === 'bigint') return whole >= BIGINT_DIGITS;
  return from.kind === 'decimal' && from.scale <= to.scale && from.precision - from.scale <= whole;
}

/**
 * Whether `to` is `from` with room for more, in a way that readers cast without any file being written anew: more digits
 * of a decimal at the same scale (Iceberg spec, "Schema Evolution"; bigint to decimal is not among its promotions).
 */
export function widens(from: LogicalType, to: LogicalType): boolean {
  return from.kind === 'decimal' && to.kind === 'decimal' && from.scale === to.scale && from.precision < to.precision;
}

export function isSameType(a: LogicalType, b: LogicalType): boolean {
  return fits(a, b) && fits(b, a);
}
