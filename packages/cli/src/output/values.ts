/**
 * Query results in the forms that the command line promises: integers within ±(2^53−1) are numbers, larger ones and
 * decimals strings, times `YYYY-MM-DD HH:MM:SS.ffffff`, binary lower-case hex, lists arrays, structs objects.
 */
import {
  DuckDBArrayValue,
  DuckDBBlobValue,
  DuckDBDateValue,
  DuckDBListValue,
  DuckDBMapValue,
  DuckDBStructValue,
  DuckDBTimestampValue,
  type DuckDBValue,
} from '@duckdb/node-api';

export type Json = string | number | boolean | null | readonly Json[] | { readonly [name: string]: Json };

export function jsonValue(value: DuckDBValue): Json {
  if (value === null || typeof value === 'string' || typeof value === 'boolean') return value;
  // JSON has no NaN and no infinity: as text they are at least not lost.
  if (typeof value === 'number') return Number.isFinite(value) ? value : String(value);
  if (typeof value === 'bigint') return Number.isSafeInteger(Number(value)) ? Number(value) : value.toString();
  if (value instanceof DuckDBTimestampValue) return timestampText(value);
  if (value instanceof DuckDBDateValue) return value.toString();
  if (value instanceof DuckDBBlobValue) return Buffer.from(value.bytes).toString('hex');
  if (value instanceof DuckDBListValue || value instanceof DuckDBArrayValue) return value.items.map(jsonValue);
  if (value instanceof DuckDBStructValue)
    return Object.fromEntries(Object.entries(value.entries).map(([name, item]) => [name, jsonValue(item)]));
  if (value instanceof DuckDBMapValue)
    return value.entries.map((entry) => ({ key: jsonValue(entry.key), value: jsonValue(entry.value) }));
  return String(value);
}

function timestampText(value: DuckDBTimestampValue): string {
  const text = value.toString();
  const [, whole, fraction = ''] = /^(\d{4,}-\d\d-\d\d \d\d:\d\d:\d\d)(?:\.(\d+))?$/.exec(text) ?? [];
  return whole === undefined ? text : `${whole}.${fraction.padEnd(6, '0')}`;
}

/** A cell for people and for CSV; null stays null. */
export function cellText(value: DuckDBValue): string | null {
  const json = jsonValue(value);
  if (json === null) return null;
  return typeof json === 'object' ? JSON.stringify(json) : String(json);
}
