/** What SQL says otherwise on each engine that loads: one object for each, so that no text is chosen anywhere else. */
import type { LogicalType } from '../types/logical.ts';
import type { Dialect } from '../types/parse.ts';
import { typeNames } from '../types/table.ts';
import { quoteLiteral, quoteSparkLiteral } from './quote.ts';

export interface SqlDialect {
  readonly name: Dialect;
  /** Text as a literal. */
  readonly literal: (text: string) => string;
  /** Type of text, of a list of 32-bit integers, of a timestamp. */
  readonly text: string;
  readonly intList: string;
  readonly timestamp: string;
  readonly typeOf: (type: LogicalType) => string;
  /** The whole of `x` matches a pattern of `types/patterns.ts` or the like; NULL for NULL. */
  readonly matches: (x: string, pattern: string) => string;
  /** A list of the given integers without those that are NULL. */
  readonly listOfThose: (items: readonly string[]) => string;
  /** SHA-256 of bytes, as 64 lower-case hex digits. */
  readonly sha256: (bytes: string) => string;
  /** The UTF-8 of a text. */
  readonly utf8: (text: string) => string;
  /** A timestamp with all six digits of its fraction. */
  readonly microseconds: (timestamp: string) => string;
  /** Whether a decimal that has no digits before the point is printed without the zero there. */
  readonly bareFraction: boolean;
}

export const SQL: Readonly<Record<Dialect, SqlDialect>> = {
  duckdb: {
    name: 'duckdb',
    literal: quoteLiteral,
    ...{ text: 'VARCHAR', intList: 'INTEGER[]', timestamp: 'TIMESTAMP' },
    typeOf: (type) => typeNames(type).duckdb,
    matches: (x, pattern) => `regexp_full_match(${x}, '${pattern}')`,
    listOfThose: (items) => `list_filter([${items.join(', ')}], lambda id: id IS NOT NULL)`,
    sha256: (bytes) => `sha256(${bytes})`,
    utf8: (text) => `encode(${text})`,
    microseconds: (timestamp) => `strftime(${timestamp}, '%Y-%m-%d %H:%M:%S.%f')`,
    bareFraction: true,
  },
  spark: {
    name: 'spark',
    literal: quoteSparkLiteral,
    ...{ text: 'STRING', intList: 'ARRAY<INT>', timestamp: 'TIMESTAMP_NTZ' },
    typeOf: (type) => typeNames(type).spark,
    // Java's `$` also matches before a newline at the end, and `\z` needs what the patterns do without.
    matches: (x, pattern) => `${x} RLIKE '^(?:${pattern})(?s:(?!.))'`,
    listOfThose: (items) => `filter(array(${items.join(', ')}), id -> id IS NOT NULL)`,
    sha256: (bytes) => `sha2(${bytes}, 256)`,
    utf8: (text) => `encode(${text}, 'UTF-8')`,
    microseconds: (timestamp) => `date_format(${timestamp}, 'yyyy-MM-dd HH:mm:ss.SSSSSS')`,
    // In ANSI mode, which also prints no exponent (Spark 3.5, "ANSI Compliance", "Cast").
    bareFraction: false,
  },
};
