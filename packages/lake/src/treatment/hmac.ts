/** The keyed hash in TypeScript. A property holds it together with the same hash in SQL (`hmacSql`). */
import { createHash, createHmac, createSecretKey } from 'node:crypto';
import { formatLogicalType, UserError, type LogicalType } from '@farelake/schema-registry';

/** A key for hashes. Printed, logged or made JSON of, it shows its id alone. */
export interface HmacKey {
  /** Twelve hex digits that tell keys apart and say nothing of them. */
  readonly id: string;
  /** HMAC-SHA-256 of the bytes, as 64 lower-case hex digits. */
  hash(bytes: Uint8Array): string;
  /** The key as `hmacSql` reads it. */
  halves(): { readonly inner: Uint8Array; readonly outer: Uint8Array };
}

/** Bytes of SHA-256's block (RFC 2104: B). */
const BLOCK = 64;

/** What the id is the hash of: fixed for ever, since ids lie in ledgers. */
const ID_TEXT = 'farelake key id';

/** @param secret the key's bytes, however many; whether they are enough is the caller's to say */
export function openHmacKey(secret: Uint8Array): HmacKey {
  // Made once: of the bytes, Node makes a key anew for each value, which takes ten times as long as the hash.
  const key = createSecretKey(secret);
  const hash = (bytes: Uint8Array) => createHmac('sha256', key).update(bytes).digest('hex');
  return {
    id: hash(Buffer.from(ID_TEXT)).slice(0, 12),
    hash,
    halves: () => {
      const padded = Buffer.alloc(BLOCK);
      padded.set(secret.length > BLOCK ? createHash('sha256').update(secret).digest() : secret);
      return { inner: padded.map((byte) => byte ^ 0x36), outer: padded.map((byte) => byte ^ 0x5c) };
    },
  };
}

/** A value as TypeScript has it: integers as bigint or digits, binary as bytes, all else as text. */
export type HashableValue = string | bigint | Uint8Array | null;

/**
 * The hash that a column of this type holds for the value; NULL for NULL. For looking up one value in a table:
 * `hmacOf(key, type, '12.5')` of a decimal(10,2) is the hash of `12.50`.
 * @throws UserError `not-hashable` for what is no value of the type, without telling the value
 */
export function hmacOf(key: HmacKey, type: LogicalType, value: HashableValue): string | null {
  return value === null ? null : key.hash(canonicalBytes(type, value));
}

/** The one sequence of bytes that stands for a value: `canonicalSql` of the registry says the same in SQL. */
function canonicalBytes(type: LogicalType, value: string | bigint | Uint8Array): Uint8Array {
  if (type.kind === 'binary') return value instanceof Uint8Array ? value : notHashable(type);
  const text = value instanceof Uint8Array ? notHashable(type) : String(value);
  return Buffer.from(canonicalText(type, text), 'utf8');
}

function canonicalText(type: Exclude<LogicalType, { kind: 'binary' }>, text: string): string {
  switch (type.kind) {
    case 'string':
      return text;
    case 'bigint':
      return /^-?\d+$/.test(text) ? BigInt(text).toString() : notHashable(type);
    case 'decimal':
      return decimalText(type, text);
    case 'date':
      return /^\d{4}-\d\d-\d\d$/.test(text) ? text : notHashable(type);
    case 'timestamp':
      return withMicroseconds(/^(\d{4}-\d\d-\d\d \d\d:\d\d:\d\d)(?:\.(\d{1,6}))?$/, type, text);
    case 'time':
      return withMicroseconds(/^(\d\d:\d\d:\d\d)(?:\.(\d{1,6}))?$/, type, text);
    case 'boolean':
    case 'double':
      return notHashable(type);
  }
}

function decimalText(type: Extract<LogicalType, { kind: 'decimal' }>, text: string): string {
  const [, sign = '', whole = '', fraction = ''] = /^(-?)0*(\d*?)(?:\.(\d*?)0*)?$/.exec(text) ?? notHashable(type);
  if (!/\d/.test(text) || fraction.length > type.scale) return notHashable(type);
  const digits = `${whole === '' ? '0' : whole}${type.scale === 0 ? '' : `.${fraction.padEnd(type.scale, '0')}`}`;
  return /[1-9]/.test(digits) ? `${sign}${digits}` : digits;
}

function withMicroseconds(pattern: RegExp, type: LogicalType, text: string): string {
  const [, seconds = '', fraction = ''] = pattern.exec(text) ?? notHashable(type);
  return `${seconds}.${fraction.padEnd(6, '0')}`;
}

function notHashable(type: LogicalType): never {
  const name = formatLogicalType(type);
  throw new UserError({
    code: 'not-hashable',
    problem: `The value is none of type ${name} that has a keyed hash.`,
    remedy: 'Write it as query prints it: 12.50, 2026-01-31, 2026-01-31 04:05:06.000000.',
    data: { type: name },
  });
}
