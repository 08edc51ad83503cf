/**
 * Delivered text → typed value, as SQL. What fits a type is decided here by pattern, for engines' own casts are lax and
 * differ: they round, take exponents, blanks and `1_000`, drop offsets and pass 24:00:00. Patterns are dear: before them
 * stands a cheaper test that passes nearly all real text, mostly that the value, printed, gives the text again.
 *
 * Kept for every type: nothing is rounded; what does not fit is NULL in `value` and true in `bad`; `bad` is never NULL;
 * NULL text is NULL and not bad. The executable form of these rules is the reference parser in the tests.
 *
 * Patterns use neither quotes nor backslashes, so that the same text can stand in a literal of another dialect.
 */
import type { LogicalType } from './logical.ts';
import { typeNames } from './table.ts';

/** Engines for which parse expressions exist. */
export type Dialect = 'duckdb';

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
const PARSERS: Readonly<Record<Dialect, ValueSql>> = { duckdb: duckdbValue };

const YEAR = '(000[1-9]|00[1-9][0-9]|0[1-9][0-9]{2}|[1-9][0-9]{3})';
const TIME_OF_DAY = '([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]([.][0-9]{1,9})?';
/** Whether the day exists is the cast's to say. */
const TIMESTAMP = `${YEAR}-[0-9]{2}-[0-9]{2}([ T]${TIME_OF_DAY})?`;
/** For GLOB, a third of a pattern's cost; hours of 24 and more are to be excluded besides. */
const WHOLE_SECONDS = '[0-2][0-9]:[0-5][0-9]:[0-5][0-9]';
const INTEGER = '[+-]?([0-9]+([.]0*)?|[.]0+)';
const DOUBLE = '[+-]?([0-9]+[.]?[0-9]*|[.][0-9]+)([eE][+-]?[0-9]+)?';
const NAN = `[+-]?${anyCase('nan')}`;
const INFINITY = `[+-]?${anyCase('inf')}(${anyCase('inity')})?`;
const TRUE = `${anyCase('t')}|${anyCase('true')}|${anyCase('y')}`;
const FALSE = `${anyCase('f')}|${anyCase('false')}|${anyCase('n')}`;
const HEX = '([0-9A-Fa-f]{2})+';

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

function duckdbValue(type: LogicalType, x: string): string {
  switch (type.kind) {
    case 'boolean':
      return (
        `CASE WHEN ${x} = '1' THEN true WHEN ${x} = '0' THEN false ` +
        `WHEN ${matches(x, TRUE)} THEN true WHEN ${matches(x, FALSE)} THEN false END`
      );
    case 'bigint':
      // The text of an integer as DuckDB prints it is such an integer: cheaper than the pattern, and nearly all rows.
      return (
        `CASE WHEN CAST(try_cast(${x} AS BIGINT) AS VARCHAR) = ${x} THEN try_cast(${x} AS BIGINT) ` +
        `WHEN ${matches(x, INTEGER)} THEN try_cast(${x} AS BIGINT) END`
      );
    case 'decimal':
      return `CASE ${plainDecimal(type, x)} WHEN ${matches(x, decimalPattern(type.scale))} THEN ${duckdbDecimal(type, x)} END`;
    case 'double':
      return (
        `CASE WHEN ${isPlainNumber(x, 'DECIMAL(18,10)')} THEN try_cast(${x} AS DOUBLE) ` +
        `WHEN ${matches(x, DOUBLE)} THEN CASE WHEN isfinite(try_cast(${x} AS DOUBLE)) THEN try_cast(${x} AS DOUBLE) END ` +
        `WHEN ${matches(x, NAN)} THEN CAST('nan' AS DOUBLE) ` +
        `WHEN ${matches(x, INFINITY)} THEN CAST(CASE WHEN ${x} LIKE '-%' THEN '-inf' ELSE 'inf' END AS DOUBLE) END`
      );
    case 'date':
      // As with bigint; what DuckDB also prints and reads, 'infinity', other eras and longer years, has another length.
      return `CASE WHEN CAST(try_cast(${x} AS DATE) AS VARCHAR) = ${x} AND strlen(${x}) = 10 THEN try_cast(${x} AS DATE) END`;
    case 'timestamp':
      return duckdbTimestamp(x);
    case 'time':
      return (
        `CASE WHEN ${x} GLOB '${WHOLE_SECONDS}' AND ${x} < '24' THEN ${x} || '.000000' ` +
        `WHEN ${matches(x, TIME_OF_DAY)} THEN left(${x} || '00000', 15) END`
      );
    case 'binary':
      return `CASE WHEN ${matches(x, HEX)} THEN unhex(${x}) END`;
    case 'string':
      return x;
  }
}

/**
 * Text as DuckDB prints a timestamp, or that with zeros behind it, of a year that fits: not 'infinity', another era or a
 * longer year, which DuckDB also prints and reads. Whatever else the pattern passes, a `T` or a bare date, is rarer.
 *
 * DuckDB works out once what repeats an expression that stands first: so the cast and the printing do.
 */
function duckdbTimestamp(x: string): string {
  const value = `try_cast(${x} AS TIMESTAMP)`;
  const printed = `CAST(${value} AS VARCHAR)`;
  const zeros = `left(if(strlen(${printed}) = 19, '.000000000', '000000000'), strlen(${x}) - strlen(${printed}))`;
  return (
    `CASE WHEN (${printed} = ${x} OR strlen(${x}) BETWEEN 21 AND 29 AND ${x} = ${printed} || ${zeros}) ` +
    `AND ${value} >= '0001-01-01' AND ${value} < '10000-01-01' THEN ${value} ` +
    `WHEN ${matches(x, TIMESTAMP)} THEN ${value} END`
  );
}

/** The whole of `x` matches; NULL for NULL. */
function matches(x: string, pattern: string): string {
  return `regexp_full_match(${x}, '${pattern}')`;
}

/** ASCII letters only: `lower` and case-blind patterns also take İ for i or ſ for s, and engines differ in which. */
function anyCase(word: string): string {
  return Array.from(word, (letter) => `[${letter}${letter.toUpperCase()}]`).join('');
}

function decimalPattern(scale: number): string {
  if (scale === 0) return INTEGER;
  return `[+-]?([0-9]+([.][0-9]{0,${scale}}0*)?|[.][0-9]{1,${scale}}0*)`;
}

/**
 * The text begins what DuckDB prints for it as this decimal: digits, at most a minus before and a point and digits within
 * the scale behind, so nothing was rounded. NULL or false for anything else.
 */
function isPlainNumber(x: string, decimal: string): string {
  return `starts_with(CAST(try_cast(${x} AS ${decimal}) AS VARCHAR), ${x})`;
}

/** The first branch for plain numbers of up to 18 digits; a scale beyond those leaves them to the pattern. */
function plainDecimal(type: Extract<LogicalType, { kind: 'decimal' }>, x: string): string {
  const target = typeNames(type).duckdb;
  if (type.scale > 18) return '';
  const short = type.precision <= 18 ? target : `DECIMAL(18,${type.scale})`;
  return `WHEN ${isPlainNumber(x, short)} THEN CAST(try_cast(${x} AS ${short}) AS ${target})`;
}

/**
 * A decimal from text that its pattern has passed. DuckDB 1.5 casts text to a DECIMAL of more than 18 digits 200 times
 * slower than to one of fewer, or to HUGEINT. So: short ones by way of DECIMAL(18,s); the others as the integer of their
 * digits, times ten to the power of minus the scale, which a product of decimals writes exactly. To go when DuckDB 2
 * is in use, where the plain cast is fast.
 */
function duckdbDecimal(type: Extract<LogicalType, { kind: 'decimal' }>, x: string): string {
  const target = typeNames(type).duckdb;
  const { precision, scale } = type;
  if (precision <= 18) return `try_cast(${x} AS ${target})`;
  if (scale === 0) return `try_cast(try_cast(${x} AS HUGEINT) AS ${target})`;
  const digits = `try_cast(${split(x, 1)} || rpad(${split(x, 2)}, ${scale}, '0') AS HUGEINT)`;
  const long = `try_cast(${digits} AS DECIMAL(38,0)) * CAST('${unit(scale)}' AS DECIMAL(${scale},${scale}))`;
  if (scale > 18) return `try_cast(${long} AS ${target})`;
  return `coalesce(CAST(try_cast(${x} AS DECIMAL(18,${scale})) AS ${target}), try_cast(${long} AS ${target}))`;
}

function split(x: string, part: 1 | 2): string {
  return `split_part(${x}, '.', ${part})`;
}

/** The least number of a scale: 3 → 0.001. */
function unit(scale: number): string {
  return `0.${'0'.repeat(scale - 1)}1`;
}
