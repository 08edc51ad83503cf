/** What a column's type may become without a file being written again (Iceberg table spec v2, "Schema Evolution"). */
import type { IcebergType } from './column.ts';

/** Types of format version 2 that readers cast as they read. `date` to `timestamp` is version 3 only. */
const WIDER: Readonly<Record<string, string>> = { int: 'long', float: 'double' };

/** "Primitive Types": decimal has 38 digits at most. */
export const MOST_DIGITS = 38;

const DECIMAL = /^decimal\(\s*(\d+)\s*,\s*(\d+)\s*\)$/;

/** Precision and scale of a decimal type; undefined: it is none. */
export function decimalOf(type: string): { precision: number; scale: number } | undefined {
  const [, precision, scale] = DECIMAL.exec(type) ?? [];
  return precision === undefined || scale === undefined
    ? undefined
    : { precision: Number(precision), scale: Number(scale) };
}

/** Whether files written with the first type can be read with the second: the same, or wider. */
export function mayBecome(from: IcebergType, to: IcebergType): boolean {
  if (typeof from === 'string' && typeof to === 'string') return primitiveMayBecome(from, to);
  if (typeof from === 'string' || typeof to === 'string') return false;
  return (
    from['element-id'] === to['element-id'] &&
    primitiveMayBecome(from.element, to.element) &&
    (from['element-required'] || !to['element-required'])
  );
}

function primitiveMayBecome(from: string, to: string): boolean {
  if (from === to || WIDER[from] === to) return true;
  const [narrow, wide] = [decimalOf(from), decimalOf(to)];
  return (
    narrow !== undefined &&
    wide !== undefined &&
    narrow.scale === wide.scale &&
    narrow.precision <= wide.precision &&
    wide.precision <= MOST_DIGITS
  );
}
