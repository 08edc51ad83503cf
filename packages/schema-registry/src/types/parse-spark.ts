/**
 * Delivered text → typed value in Spark 3.5 in ANSI mode: NULL for whatever does not fit and for ''. What fits: `parse.ts`. The pattern decides,
 * the cast only reads: Spark's own take blanks around a value, `1d` and offsets.
 */
import { SQL } from '../sql/dialect.ts';
import type { LogicalType } from './logical.ts';
import * as P from './patterns.ts';
import { typeNames } from './table.ts';

const { matches } = SQL.spark;

export function sparkValue(type: LogicalType, x: string): string {
  const as = (name: string, text = x) => `try_cast(${text} AS ${name})`;
  switch (type.kind) {
    case 'boolean':
      return (
        `CASE WHEN ${x} = '1' THEN true WHEN ${x} = '0' THEN false ` +
        `WHEN ${matches(x, P.TRUE)} THEN true WHEN ${matches(x, P.FALSE)} THEN false END`
      );
    case 'bigint':
      // By way of a decimal, which reads `12.000`; nothing is rounded, for the fraction is zeros.
      return `CASE WHEN ${matches(x, P.INTEGER)} THEN ${as('BIGINT', as('DECIMAL(38,0)'))} END`;
    case 'decimal':
      return `CASE WHEN ${matches(x, P.decimalPattern(type.scale))} THEN ${as(typeNames(type).spark)} END`;
    case 'double':
      return (
        `CASE WHEN ${matches(x, P.DOUBLE)} THEN CASE WHEN abs(${as('DOUBLE')}) < CAST('Infinity' AS DOUBLE) THEN ${as('DOUBLE')} END ` +
        `WHEN ${matches(x, P.NAN)} THEN CAST('NaN' AS DOUBLE) ` +
        `WHEN ${matches(x, P.INFINITY)} THEN CAST(CASE WHEN ${x} LIKE '-%' THEN '-Infinity' ELSE 'Infinity' END AS DOUBLE) END`
      );
    case 'date':
      return `CASE WHEN ${matches(x, P.DATE)} THEN ${as('DATE')} END`;
    case 'timestamp':
      // 26 characters hold six digits of the fraction; further ones are cut, as the cast would.
      return `CASE WHEN ${matches(x, P.TIMESTAMP)} THEN ${as('TIMESTAMP_NTZ', `left(${x}, 26)`)} END`;
    case 'time':
      return `CASE WHEN ${matches(x, P.TIME_OF_DAY)} THEN left(concat(${x}, if(length(${x}) = 8, '.000000', '00000')), 15) END`;
    case 'binary':
      return `CASE WHEN ${matches(x, P.HEX)} THEN unhex(${x}) END`;
    case 'string':
      return x;
  }
}
