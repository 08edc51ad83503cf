/** Bounds of columns as text, in the words of the engine, so that statistics are the same whoever wrote the file. */
import { dateText, type WrittenKind } from './column-values.ts';

/** A lowest or highest value as Parquet keeps it. */
export type Bound = string | bigint | number | boolean;

/** Bytes; the engine cuts longer texts and rounds the upper one up. */
export const LONGEST_BOUND = 256;

const TEXT: Readonly<Record<WrittenKind, (bound: never) => string | undefined>> = {
  string: (bound: string) => (Buffer.byteLength(bound) <= LONGEST_BOUND ? bound : undefined),
  bigint: (bound: bigint) => String(bound),
  double: doubleText,
  boolean: (bound: boolean) => (bound ? '1' : '0'),
  date: dateText,
  timestamp: timestampText,
};

/** @returns undefined: it has no text that is sure to be read as the same value, so that the column goes without */
export const boundText = (kind: WrittenKind, bound: Bound): string | undefined => TEXT[kind](bound as never);

/** Shortest digits that are read as the same number; from 1e16 and below 1e-4 with an exponent of two digits. */
export function doubleText(bound: number): string {
  if (!Number.isFinite(bound)) return Number.isNaN(bound) ? 'nan' : bound > 0 ? 'inf' : '-inf';
  const sign = bound < 0 || Object.is(bound, -0) ? '-' : '';
  const [mantissa = '', tail = ''] = Math.abs(bound).toExponential().split('e');
  const [digits, exponent] = [mantissa.replace('.', ''), Number(tail)];
  if (exponent >= 16 || exponent < -4)
    return `${sign}${mantissa}e${exponent < 0 ? '-' : '+'}${String(Math.abs(exponent)).padStart(2, '0')}`;
  if (exponent < 0) return `${sign}0.${'0'.repeat(-exponent - 1)}${digits}`;
  const padded = digits.padEnd(exponent + 2, '0');
  return `${sign}${padded.slice(0, exponent + 1)}.${padded.slice(exponent + 1)}`;
}

const SECOND = 1_000_000n;
/** Seconds since 1970 of the years 0001 to 9999; what is outside is spelt in more than one way. */
const YEARS = { first: -62_135_596_800n, last: 253_402_300_799n };

/** `YYYY-MM-DD HH:MM:SS` with the fraction that it has. */
function timestampText(bound: bigint): string | undefined {
  const micros = ((bound % SECOND) + SECOND) % SECOND;
  const seconds = (bound - micros) / SECOND;
  if (seconds < YEARS.first || seconds > YEARS.last) return undefined;
  const whole = new Date(Number(seconds) * 1000).toISOString().slice(0, 19).replace('T', ' ');
  return micros === 0n ? whole : `${whole}.${String(micros).padStart(6, '0').replace(/0+$/, '')}`;
}
