/**
 * Bounds of columns as bytes (Iceberg table spec v2, Appendix D, "Binary single-value serialization"), from the text that an
 * engine gives. What cannot be read for certain has no bound: readers then look into the file, which is always right.
 */
import { decimalOf } from '../schema/promotion.ts';
import { daysOf, microsecondsOf, timeOf } from './calendar.ts';
import { twosComplement, unscaledOf } from './decimal.ts';
import { cutBytes, cutText } from './truncate.ts';

export type Side = 'lower' | 'upper';

/**
 * @param type a primitive type as Iceberg spells it
 * @param text as DuckDB prints the value, of binary in hexadecimal
 * @returns undefined: no bound. A text that is cut is still at or below (above) the value.
 */
export function boundOf(type: string, text: string, side: Side): Uint8Array | undefined {
  const decimal = decimalOf(type);
  if (decimal !== undefined) {
    const unscaled = unscaledOf(text, decimal.scale);
    return unscaled === undefined ? undefined : twosComplement(unscaled);
  }
  if (type.startsWith('fixed')) return fixed(type, text);
  return Object.hasOwn(PRIMITIVES, type) ? PRIMITIVES[type as keyof typeof PRIMITIVES](text, side) : undefined;
}

/** Types that are missing (uuid) compare differently from reader to reader. */
const PRIMITIVES = {
  boolean: (text) => (text === 'true' ? Uint8Array.of(1) : text === 'false' ? Uint8Array.of(0) : undefined),
  int: (text) => integer(text, 32),
  long: (text) => integer(text, 64),
  float: (text, side) => floating(text, side, 4),
  double: (text, side) => floating(text, side, 8),
  date: (text) => littleEndian(daysOf(text), 32),
  time: (text) => littleEndian(timeOf(text), 64),
  timestamp: (text) => littleEndian(microsecondsOf(text), 64),
  timestamptz: (text) => littleEndian(microsecondsOf(text), 64),
  string: utf8,
  binary: (text, side) => {
    const bytes = hexadecimal(text);
    return bytes && cutBytes(bytes, side);
  },
} satisfies Record<string, (text: string, side: Side) => Uint8Array | undefined>;

const INTEGER = /^-?\d+$/;

const integer = (text: string, bits: 32 | 64): Uint8Array | undefined =>
  INTEGER.test(text) ? littleEndian(BigInt(text), bits) : undefined;

/** No bound where the bits do not hold it. */
function littleEndian(value: bigint | undefined, bits: 32 | 64): Uint8Array | undefined {
  if (value === undefined || BigInt.asIntN(bits, value) !== value) return undefined;
  const view = new DataView(new ArrayBuffer(bits / 8));
  if (bits === 32) view.setInt32(0, Number(value), true);
  else view.setBigInt64(0, value, true);
  return new Uint8Array(view.buffer);
}

const NUMBER = /^-?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?$/;
const INFINITIES: Readonly<Record<string, number>> = {
  inf: Infinity,
  '-inf': -Infinity,
  Infinity: Infinity,
  '-Infinity': -Infinity,
};

/**
 * Zero bounds both zeros: -0.0 is equal to 0.0 for engines and below it for readers that compare as Java does. NaN is none: it is
 * above all numbers for some and below for others.
 */
function floating(text: string, side: Side, bytes: 4 | 8): Uint8Array | undefined {
  const value = NUMBER.test(text) ? Number(text) : INFINITIES[text];
  if (value === undefined || (Math.abs(value) === Infinity && !Object.hasOwn(INFINITIES, text))) return undefined;
  const bound = value === 0 ? (side === 'lower' ? -0 : 0) : value;
  const view = new DataView(new ArrayBuffer(bytes));
  if (bytes === 4) view.setFloat32(0, bound, true);
  else view.setFloat64(0, bound, true);
  return new Uint8Array(view.buffer);
}

/** Half of a surrogate pair would become another character in UTF-8. */
function utf8(text: string, side: Side): Uint8Array | undefined {
  if (!text.isWellFormed()) return undefined;
  const cut = cutText(text, side);
  return cut === undefined ? undefined : new TextEncoder().encode(cut);
}

const HEXADECIMAL = /^(?:[0-9A-Fa-f]{2})*$/;

const hexadecimal = (text: string): Uint8Array | undefined =>
  HEXADECIMAL.test(text) ? Uint8Array.from(text.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16)) : undefined;

/** `fixed[16]`: a value of another length is none. */
function fixed(type: string, text: string): Uint8Array | undefined {
  const length = Number(/^fixed\[(\d+)\]$/.exec(type)?.[1]);
  const bytes = hexadecimal(text);
  return bytes?.length === length ? bytes : undefined;
}
