/** Which logical type a column of a Qlik `.dfm` has. Types: Qlik Replicate, "Replicate data types". */
import { UserError } from '../errors.ts';
import { type LogicalType, isDecimal, MAX_DECIMAL_PRECISION } from './logical.ts';

export interface QlikColumnType {
  readonly type: string;
  readonly length: number;
  /** Digits in all; 0 when the source gives none. */
  readonly precision: number;
  /** Digits after the point; negative: zeros before it. */
  readonly scale: number;
}

const STRING: LogicalType = { kind: 'string' };
const BINARY: LogicalType = { kind: 'binary' };
const BIGINT: LogicalType = { kind: 'bigint' };
const DOUBLE: LogicalType = { kind: 'double' };

/** Types whose precision and scale mean nothing. */
const FIXED = new Map<string, LogicalType>([
  ['STRING', STRING],
  ['WSTRING', STRING],
  ['CLOB', STRING],
  ['NCLOB', STRING],
  ['BOOLEAN', { kind: 'boolean' }],
  ['BYTES', BINARY],
  ['BLOB', BINARY],
  ['DATE', { kind: 'date' }],
  ['TIME', { kind: 'time' }],
  ['DATETIME', { kind: 'timestamp' }],
  ['INT1', BIGINT],
  ['INT2', BIGINT],
  ['INT4', BIGINT],
  ['INT8', BIGINT],
  ['UINT1', BIGINT],
  ['UINT2', BIGINT],
  ['UINT4', BIGINT],
  ['UINT8', { kind: 'decimal', precision: 20, scale: 0 }],
  ['REAL4', DOUBLE],
  ['REAL8', DOUBLE],
]);

/** Every Qlik type there is, for messages and tests. */
export const QLIK_TYPES: readonly string[] = [...FIXED.keys(), 'NUMERIC'];

/** The most digits of which any number fits 64 bits signed. */
const MAX_BIGINT_DIGITS = 18;

/** NUMERIC without precision may hold anything; this leaves 28 digits before the point. */
const UNBOUNDED: LogicalType = { kind: 'decimal', precision: MAX_DECIMAL_PRECISION, scale: 10 };

/**
 * The logical type of a column that a `.dfm` describes (DESIGN §5).
 * @throws UserError `unknown-qlik-type`, or `numeric-too-wide` for a NUMERIC of more than 38 digits
 */
export function logicalTypeOfQlik(column: QlikColumnType): LogicalType {
  const fixed = FIXED.get(column.type);
  if (fixed !== undefined) return fixed;
  if (column.type === 'NUMERIC') return numeric(column.precision, column.scale);
  throw new UserError({
    code: 'unknown-qlik-type',
    problem: `'${column.type}' is not a Qlik type; allowed are ${QLIK_TYPES.join(', ')}.`,
    data: { found: column.type, allowed: QLIK_TYPES },
  });
}

function numeric(precision: number, scale: number): LogicalType {
  if (precision <= 0) return UNBOUNDED;
  if (scale <= 0) {
    // NUMERIC(5,-2) counts hundreds: an integer of seven digits.
    const digits = precision - scale;
    if (digits <= MAX_BIGINT_DIGITS) return BIGINT;
    if (digits <= MAX_DECIMAL_PRECISION) return { kind: 'decimal', precision: MAX_DECIMAL_PRECISION, scale: 0 };
    throw tooWide(precision, scale);
  }
  // A scale above the precision means zeros after the point (Oracle's NUMBER(2,5)): the digits are as many as the scale.
  const digits = Math.max(precision, scale);
  if (isDecimal(digits, scale)) return { kind: 'decimal', precision: digits, scale };
  throw tooWide(precision, scale);
}

function tooWide(precision: number, scale: number): UserError {
  return new UserError({
    code: 'numeric-too-wide',
    problem: `NUMERIC(${precision},${scale}) has more than ${MAX_DECIMAL_PRECISION} digits, the most that every engine holds.`,
    remedy: 'Deliver the column narrower, or as a string (a transformation in the Qlik task).',
    data: { precision, scale, max: MAX_DECIMAL_PRECISION },
  });
}
