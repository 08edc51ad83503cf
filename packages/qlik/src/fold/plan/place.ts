/**
 * Which segments of the current table changed keys fall into, as SQL of Spark: places (from 0) in key order. Keys compare as rows, NULLs
 * first; the first segment also takes what is below its lowest key.
 */
import { quoteSparkLiteral } from '@farelake/schema-registry';
import type { FoldRules } from '../rules.ts';
import { list, q } from '../sql/names.ts';

/** A key as texts, in key order; null is NULL. */
export type KeyTexts = readonly (string | null)[];

/** @param type in Spark */
export function keyLiteral(type: string, text: string | null): string {
  if (text === null) return `CAST(NULL AS ${type})`;
  // A NUL character cannot stand in a statement; chr(0) can.
  const literal = text.split('\0').map(quoteSparkLiteral).join(' || chr(0) || ');
  return type === 'BINARY' ? `unhex(${literal})` : `CAST(${literal} AS ${type})`;
}

/**
 * Columns of the key and `@segment`, for the keys of a relation: one sort of keys and bounds together, in which each key takes the
 * number of bounds at or before it.
 * @param types of the key's columns, in key order
 * @param lowest key of each segment, in key order
 */
export function placedSql(
  rules: FoldRules,
  types: readonly string[],
  relation: string,
  lowest: readonly KeyTexts[],
): string {
  const names = list(rules.key);
  if (lowest.length === 0) return `SELECT ${names}, 0 AS "@segment" FROM ${relation} k`;
  const rows = lowest.map((key) => `(${types.map((type, place) => keyLiteral(type, key[place] ?? null)).join(', ')})`);
  const order = rules.key.map((name) => `${q(name)} ASC NULLS FIRST`).join(', ');
  return `SELECT ${names}, CAST("@segment" AS INT) AS "@segment" FROM (
  SELECT ${names}, "@bound", greatest(sum("@bound") OVER (ORDER BY ${order}, "@bound" DESC ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW), 1) - 1 AS "@segment"
  FROM (SELECT ${names}, 0 AS "@bound" FROM ${relation} k
    UNION ALL SELECT ${names}, 1 FROM (VALUES ${rows.join(', ')}) b(${names})) both_kinds
) placed WHERE "@bound" = 0`;
}

/**
 * `place` and `run` of the segments in `@placed`: segments side by side are one run, which no other segment lies between. Runs ascend.
 */
export const runsSql = (): string => `SELECT place, CAST(place - row_number() OVER (ORDER BY place) + 1 AS INT) AS run
FROM (SELECT DISTINCT "@segment" AS place FROM "@placed") p`;
