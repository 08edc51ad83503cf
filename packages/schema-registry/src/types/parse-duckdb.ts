/** Delivered text → typed value in DuckDB: NULL for whatever does not fit and for ''. What fits: `parse.ts`. */
import { SQL } from '../sql/dialect.ts';
import type { LogicalType } from './logical.ts';
import * as P from './patterns.ts';
import { typeNames } from './table.ts';

const { matches } = SQL.duckdb;

export function duckdbValue(type: LogicalType, x: string): string {
  switch (type.kind) {
    case 'boolean':
      return (
        `CASE WHEN ${x} = '1' THEN true WHEN ${x} = '0' THEN false ` +
        `WHEN ${matches(x, P.TRUE)} THEN true WHEN ${matches(x, P.FALSE)} THEN false END`
      );
    case 'bigint':
      // The text of an integer as DuckDB prints it is such an integer: cheaper than the pattern, and nearly all rows.
      return (
        `CASE WHEN CAST(try_cast(${x} AS BIGINT) AS VARCHAR) = ${x} THEN try_cast(${x} AS BIGINT) ` +
        `WHEN ${matches(x, P.INTEGER)} THEN try_cast(${x} AS BIGINT) END`
      );
    case 'decimal':
      return `CASE ${plainDecimal(type, x)} WHEN ${matches(x, P.decimalPattern(type.scale))} THEN ${duckdbDecimal(type, x)} END`;
    case 'double':
      return (
        `CASE WHEN ${isPlainNumber(x, 'DECIMAL(18,10)')} THEN try_cast(${x} AS DOUBLE) ` +
        `WHEN ${matches(x, P.DOUBLE)} THEN CASE WHEN isfinite(try_cast(${x} AS DOUBLE)) THEN try_cast(${x} AS DOUBLE) END ` +
        `WHEN ${matches(x, P.NAN)} THEN CAST('nan' AS DOUBLE) ` +
        `WHEN ${matches(x, P.INFINITY)} THEN CAST(CASE WHEN ${x} LIKE '-%' THEN '-inf' ELSE 'inf' END AS DOUBLE) END`
      );
    case 'date':
      // As with bigint; what DuckDB also prints and reads, 'infinity', other eras and longer years, has another length.
      return `CASE WHEN CAST(try_cast(${x} AS DATE) AS VARCHAR) = ${x} AND strlen(${x}) = 10 THEN try_cast(${x} AS DATE) END`;
    case 'timestamp':
      return duckdbTimestamp(x);
    case 'time':
      return (
        `CASE WHEN ${x} GLOB '${P.WHOLE_SECONDS}' AND ${x} < '24' THEN ${x} || '.000000' ` +
        `WHEN ${matches(x, P.TIME_OF_DAY)} THEN left(${x} || '00000', 15) END`
      );
    case 'binary':
      return `CASE WHEN ${matches(x, P.HEX)} THEN unhex(${x}) END`;
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
    `WHEN ${matches(x, P.TIMESTAMP)} THEN ${value} END`
  );
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
