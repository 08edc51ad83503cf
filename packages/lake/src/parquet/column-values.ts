/** Columns of values in memory, and the physical values that Parquet keeps of them. */
import type { LogicalType } from '@farelake/schema-registry';

export type Value = string | bigint | number | boolean | null;

export interface ColumnValues {
  /** Permanent id. */
  readonly id: number;
  readonly name: string;
  /** One of `string`, `bigint`, `double`, `boolean`, `date`, `timestamp`. */
  readonly type: LogicalType;
  /**
   * Null anywhere, and
   * - string: text without halves of surrogate pairs, which UTF-8 cannot hold
   * - bigint: a bigint of 64 bits with sign
   * - double: a number, NaN and infinities too
   * - boolean: a boolean
   * - date: text `YYYY-MM-DD`, of the years 0001 to 9999
   * - timestamp: a bigint, microseconds since 1970 in UTC
   */
  readonly values: readonly Value[];
}

const WRITTEN = ['string', 'bigint', 'double', 'boolean', 'date', 'timestamp'] as const;
export type WrittenKind = (typeof WRITTEN)[number];

/** @throws Error for a type that is not written */
export function writtenKind({ name, type }: ColumnValues): WrittenKind {
  const kind = WRITTEN.find((one) => one === type.kind);
  if (kind === undefined)
    throw new Error(`column ${name}: ${type.kind} is not written from values; ${WRITTEN.join(', ')} are`);
  return kind;
}

/** What DuckDB keeps apart from infinity: others write more, and it refuses the whole file. */
const TIMESTAMPS = { lowest: -9_223_372_022_400_000_000n, highest: 9_223_372_036_854_775_806n };
const BIGINTS = { lowest: -(2n ** 63n), highest: 2n ** 63n - 1n };

interface Range {
  readonly lowest: bigint;
  readonly highest: bigint;
}

/**
 * A value as it is kept, undefined where it is none of the type's. A date is its days since 1970, all else is what it was.
 */
type Keep = (value: Value) => Value | undefined;

const within =
  ({ lowest, highest }: Range): Keep =>
  (value) =>
    typeof value === 'bigint' && value >= lowest && value <= highest ? value : undefined;

const KEEP: Readonly<Record<WrittenKind, () => Keep>> = {
  string: () => (value) => (typeof value === 'string' && value.isWellFormed() ? value : undefined),
  bigint: () => within(BIGINTS),
  double: () => (value) => (typeof value === 'number' ? value : undefined),
  boolean: () => (value) => (typeof value === 'boolean' ? value : undefined),
  date: () => {
    // The same few days come again and again.
    const known = new Map<Value, number | undefined>();
    return (value) => {
      if (!known.has(value)) known.set(value, typeof value === 'string' ? daysOf(value) : undefined);
      return known.get(value);
    };
  },
  timestamp: () => within(TIMESTAMPS),
};

/**
 * @returns for each value what Parquet keeps of it: days of a date, microseconds of a timestamp
 * @throws Error naming column and row, without the value, which may be nobody's to read
 */
export function physicalValues(column: ColumnValues): Value[] {
  const kind = writtenKind(column);
  const keep = KEEP[kind]();
  return column.values.map((value, row) => {
    if (value === null) return null;
    const kept = keep(value);
    if (kept === undefined)
      throw new Error(`column ${column.name}, row ${row}: this ${typeof value} is not what a ${kind} is given as`);
    return kept;
  });
}

const DAY = 86_400_000;
const DATE = /^\d{4}-\d\d-\d\d$/;

/** Days since 1970; undefined: no such day. */
function daysOf(text: string): number | undefined {
  const time = DATE.test(text) && !text.startsWith('0000') ? Date.parse(`${text}T00:00:00Z`) : Number.NaN;
  // The 30th of February is read as one of March.
  return !Number.isNaN(time) && dateText(time / DAY) === text ? time / DAY : undefined;
}

/** `YYYY-MM-DD` of a day of the years 0001 to 9999. */
export const dateText = (days: number): string => new Date(days * DAY).toISOString().slice(0, 10);
