/**
 * The keyed hash of a column's values as SQL: HMAC-SHA-256 (RFC 2104) of a value's canonical text, as 64 lower-case hex
 * digits. NULL stays NULL, the empty text has a hash as any other.
 *
 * The key is in no statement: engines quote statements in their errors. It lies in a relation of the session.
 */
import type { LogicalType } from '../types/logical.ts';
import { quoteIdentifier } from './quote.ts';

/**
 * The relation of one row that `hmacSql` reads: the key, filled up with zeros to 64 bytes and combined with RFC 2104's
 * ipad (`inner`) and opad (`outer`), both BLOB.
 */
export const HMAC_KEY_RELATION = '@hmac_key';

/**
 * @param value SQL of the typed value, `typeNames(type).duckdb`
 * @throws Error for a type that no contract may ask a hash of: a bug
 */
export function hmacSql(type: LogicalType, value: string): string {
  const half = (name: string) => `(SELECT ${quoteIdentifier(name)} FROM ${quoteIdentifier(HMAC_KEY_RELATION)})`;
  return `sha256(${half('outer')} || unhex(sha256(${half('inner')} || ${canonicalSql(type, `(${value})`)})))`;
}

/**
 * The bytes that are hashed. A value has one text, whatever the file wrote: integers in digits, decimals with all digits
 * of their scale and at least one before the point, times as queries print them, text as UTF-8, binary as it is.
 */
function canonicalSql(type: LogicalType, x: string): string {
  const text = `CAST(${x} AS VARCHAR)`;
  switch (type.kind) {
    case 'string':
    case 'time':
      return `encode(${x})`;
    case 'bigint':
    case 'date':
      return `encode(${text})`;
    case 'decimal':
      // DuckDB prints no zero before the point of a decimal that has no digits there.
      return type.precision > type.scale
        ? `encode(${text})`
        : `encode(CASE WHEN ${x} < 0 THEN '-0' || substr(${text}, 2) ELSE '0' || ${text} END)`;
    case 'timestamp':
      return `encode(strftime(${x}, '%Y-%m-%d %H:%M:%S.%f'))`;
    case 'binary':
      return x;
    case 'boolean':
    case 'double':
      throw new Error(`values of type ${type.kind} have no keyed hash`);
  }
}
