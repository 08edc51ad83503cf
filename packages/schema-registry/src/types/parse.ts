/**
 * Delivered text → typed value, as SQL. What fits a type is decided here by pattern, for engines' own casts are lax and
 * differ: they round, take exponents, blanks and `1_000`, drop offsets and pass 24:00:00. Patterns are dear: in DuckDB a
 * cheaper test stands before them that passes nearly all real text, mostly that the value, printed, gives the text again.
 *
 * Kept for every type: nothing is rounded; what does not fit is NULL in `value` and true in `bad`; `bad` is never NULL;
 * NULL text is NULL and not bad. The executable form of these rules is the reference parser in the tests.
 */
import type { LogicalType } from './logical.ts';
import { duckdbValue } from './parse-duckdb.ts';
import { sparkValue } from './parse-spark.ts';

/** Engines for which parse expressions exist. */
export type Dialect = 'duckdb' | 'spark';

export interface ParseOptions {
  readonly dialect: Dialect;
  /**
   * Whether empty text in a column that is not text means NULL: true when the file's `nullValue` is empty, the usual
   * case, where a quoted empty field still arrives as ''. Otherwise '' does not fit such a column.
   */
  readonly emptyIsNull: boolean;
}

export interface ParseSql {
  /** Expression of the column's type (`typeNames(type).duckdb`); NULL for text that does not fit. */
  readonly value: string;
  /** Boolean expression, never NULL: true exactly for text that does not fit. Repeats `value`; engines evaluate it once. */
  readonly bad: string;
  /** What fits, in words, for the message about text that does not. */
  readonly allowed: string;
}

type ValueSql = (type: LogicalType, text: string) => string;

/** One function per dialect: the typed expression, NULL for whatever does not fit and for ''. */
const PARSERS: Readonly<Record<Dialect, ValueSql>> = { duckdb: duckdbValue, spark: sparkValue };

/**
 * The SQL that parses one column of a file.
 * @param text SQL of a VARCHAR expression, NULL where the file says NULL; it is repeated a few times
 *
 * What fits: **integers and decimals** digits with an optional sign and an optional fraction, digits beyond the scale zeros only, in
 * range, no exponent; **double** the same with an optional exponent, not overflowing, or nan, inf, infinity in any case;
 * **boolean** 1 0 true false t f y n in any case; **date** `YYYY-MM-DD` from year 1 to 9999; **timestamp**
 * `YYYY-MM-DD[ T]HH:MM:SS[.f]`, up to 9 digits of which 6 are kept, no offset, or a bare date for its midnight;
 * **time** `HH:MM:SS[.f]`, likewise; **binary** an even number of hex digits; **string** everything.
 */
export function parseSql(type: LogicalType, text: string, { dialect, emptyIsNull }: ParseOptions): ParseSql {
  const x = `(${text})`;
  if (type.kind === 'string') return { value: x, bad: 'false', allowed: allowedText(type) };
  const value = PARSERS[dialect](type, x);
  // `value` is NULL for NULL and '' alike, so the text is bad just where "has no value" and "may have none" differ.
  // Written as a comparison, not with AND: DuckDB looks for common subexpressions beneath the one, not the other.
  const mayBeNull = emptyIsNull ? `(coalesce(${x}, '') = '')` : `(${x} IS NULL)`;
  return { value, bad: `((${value} IS NULL) <> ${mayBeNull})`, allowed: allowedText(type) };
}

/** What text fits a type, in words. */
function allowedText(type: LogicalType): string {
  switch (type.kind) {
    case 'boolean':
      return '1, 0, true, false, t, f, y or n';
    case 'bigint':
      return 'an integer of 64 bits';
    case 'decimal':
      return type.scale === 0
        ? `an integer of at most ${type.precision} digits`
        : `a number of at most ${type.precision - type.scale} digits before and ${type.scale} after the point`;
    case 'double':
      return 'a number, with or without exponent, nan or inf';
    case 'date':
      return 'YYYY-MM-DD';
    case 'timestamp':
      return 'YYYY-MM-DD HH:MM:SS with up to 9 fractional digits, without offset';
    case 'time':
      return 'HH:MM:SS with up to 9 fractional digits';
    case 'binary':
      return 'an even number of hex digits';
    case 'string':
      return 'any text';
  }
}
