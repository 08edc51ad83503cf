import type { FoldRules } from '../rules.ts';
import type { Dialect } from './dialect.ts';
import { COLUMN as C, HEADER, RELATION, keyIn, list, q, sameKey } from './names.ts';

/**
 * What counts once though it came more than once: (sequence, operation, key) of the slice's events. Two I, L or D of a key
 * make it busy; B and U were counted once before that, so all of them are looked at.
 * @param onlyKeys only events of `@keys` are of interest
 */
export function copiesSql(rules: FoldRules, within: string, onlyKeys: boolean): string {
  const identity = list([C.seq, C.op, ...rules.key]);
  return `SELECT ${identity} FROM ${q(RELATION.events)} e
WHERE ${q(C.op)} <> 'T' AND ${within} AND (${q(C.op)} IN ('B', 'U')${onlyKeys ? ` AND ${keyIn(rules, 'e', RELATION.keys)}` : ''} OR ${keyIn(rules, 'e', RELATION.busy)})
GROUP BY ${identity} HAVING count(*) > 1`;
}

/**
 * One row, `conflicts`: events of the slice delivered more than once with payloads that differ, counted once each.
 * Compared are the contract's columns and the mask; a redelivered event may well carry another time.
 */
export function conflictsSql(rules: FoldRules, dialect: Dialect, within: string): string {
  const payload = [
    ...rules.columns.map((column) => `e.${q(column.name)}`),
    `CAST(e.${q(HEADER.mask)} AS ${dialect.text})`,
  ];
  const differs = payload.map(
    (sql) => `min(${sql}) IS DISTINCT FROM max(${sql}) OR count(${sql}) NOT IN (0, count(*))`,
  );
  return `SELECT count(*) AS conflicts FROM (
  SELECT 1 FROM (SELECT * FROM ${q(RELATION.events)} WHERE ${within}) e JOIN ${q(RELATION.copies)} c
    ON e.${q(C.seq)} = c.${q(C.seq)} AND e.${q(C.op)} = c.${q(C.op)} AND ${sameKey(rules, 'e', 'c')}
  GROUP BY ${list([C.seq, C.op, ...rules.key], 'e')}
  HAVING ${differs.join('\n    OR ')}
) differing`;
}
