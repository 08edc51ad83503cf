/**
 * Logical types: what a contract says a column is, apart from any engine. Their text form is the one spelling
 * used in contracts; what they are in each engine and format is in `table.ts`.
 */
import { UserError } from '../errors.ts';

export type LogicalType =
  | { readonly kind: 'boolean' }
  /** Signed 64 bits. */
  | { readonly kind: 'bigint' }
  /** 1 ≤ precision ≤ 38, 0 ≤ scale ≤ precision. */
  | { readonly kind: 'decimal'; readonly precision: number; readonly scale: number }
  | { readonly kind: 'double' }
  | { readonly kind: 'date' }
  /** Without zone (UTC by agreement), microseconds. */
  | { readonly kind: 'timestamp' }
  /** Text `HH:MM:SS.ffffff` in every engine: no engine's own time type means the same elsewhere. */
  | { readonly kind: 'time' }
  | { readonly kind: 'string' }
  | { readonly kind: 'binary' };

export type LogicalKind = LogicalType['kind'];

/** The most digits that DuckDB, Spark, Iceberg and Postgres all hold. */
export const MAX_DECIMAL_PRECISION = 38;

const PLAIN_KINDS = ['boolean', 'bigint', 'double', 'date', 'timestamp', 'time', 'string', 'binary'] as const;

/** What a type's text may be, for messages. */
export const LOGICAL_TYPE_FORMS: readonly string[] = [...PLAIN_KINDS, 'decimal(p,s) with 1 ≤ p ≤ 38 and 0 ≤ s ≤ p'];

const DECIMAL = /^decimal\((0|[1-9][0-9]?),(0|[1-9][0-9]?)\)$/;

/**
 * Reads a type's text form. There is one spelling of each type: lower case, no blanks, no leading zeros.
 * @throws UserError `bad-logical-type`
 */
export function parseLogicalType(text: string): LogicalType {
  const plain = PLAIN_KINDS.find((kind) => kind === text);
  if (plain !== undefined) return { kind: plain };
  const match = DECIMAL.exec(text);
  if (match !== null) {
    const [precision, scale] = [Number(match[1]), Number(match[2])];
    if (isDecimal(precision, scale)) return { kind: 'decimal', precision, scale };
  }
  throw new UserError({
    code: 'bad-logical-type',
    problem: `'${text}' is not a type; allowed are ${LOGICAL_TYPE_FORMS.join(', ')}.`,
    data: { found: text, allowed: LOGICAL_TYPE_FORMS },
  });
}

/** The text form: `parseLogicalType(formatLogicalType(type))` equals `type`. */
export function formatLogicalType(type: LogicalType): string {
  return type.kind === 'decimal' ? `decimal(${type.precision},${type.scale})` : type.kind;
}

/** Whether every engine holds decimals of this precision and scale. */
export function isDecimal(precision: number, scale: number): boolean {
  return precision >= 1 && precision <= MAX_DECIMAL_PRECISION && scale >= 0 && scale <= precision;
}
