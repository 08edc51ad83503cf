/**
 * The keyed hash of a column's values as SQL: HMAC-SHA-256 (RFC 2104) of a value's canonical text, as 64 lower-case hex
 * digits. NULL stays NULL, the empty text has a hash as any other.
 *
 * The key is in no statement: engines quote statements in their errors. It lies in a relation of the session.
 */
import type { LogicalType } from '../types/logical.ts';
import type { Dialect } from '../types/parse.ts';
import { SQL, type SqlDialect } from './dialect.ts';
import { quoteIdentifier } from './quote.ts';

/**
 * The relation of one row that `hmacSql` reads: the key, filled up with zeros to 64 bytes and combined with RFC 2104's
 * ipad (`inner`) and opad (`outer`), both BLOB (Spark: BINARY).
 */
export const HMAC_KEY_RELATION = '@hmac_key';

/**
 * @param value SQL of the typed value, of the dialect's type
 * @throws Error for a type that no contract may ask a hash of: a bug
 */
export function hmacSql(type: LogicalType, value: string, dialect: Dialect = 'duckdb'): string {
  const { sha256 } = SQL[dialect];
  const half = (name: string) => `(SELECT ${quoteIdentifier(name)} FROM ${quoteIdentifier(HMAC_KEY_RELATION)})`;
  const hashed = sha256(`${half('inner')} || ${canonicalSql(type, `(${value})`, SQL[dialect])}`);
  return sha256(`${half('outer')} || unhex(${hashed})`);
}

/**
 * The bytes that are hashed. A value has one text, whatever the file wrote: integers in digits, decimals with all digits
 * of their scale and at least one before the point, times as queries print them, text as UTF-8, binary as it is.
 */
function canonicalSql(
  type: LogicalType,
  x: string,
  { text: textType, utf8, microseconds, bareFraction }: SqlDialect,
): string {
  const text = `CAST(${x} AS ${textType})`;
  switch (type.kind) {
    case 'string':
    case 'time':
      return utf8(x);
    case 'bigint':
    case 'date':
      return utf8(text);
    case 'decimal':
      // DuckDB prints no zero before the point of a decimal that has no digits there.
      return type.precision > type.scale || !bareFraction
        ? utf8(text)
        : utf8(`CASE WHEN ${x} < 0 THEN '-0' || substr(${text}, 2) ELSE '0' || ${text} END`);
    case 'timestamp':
      return utf8(microseconds(x));
    case 'binary':
      return x;
    case 'boolean':
    case 'double':
      throw new Error(`values of type ${type.kind} have no keyed hash`);
  }
}
