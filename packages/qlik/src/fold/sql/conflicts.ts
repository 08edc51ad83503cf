import type { FoldRules } from '../rules.ts';
import type { Dialect } from './dialect.ts';
import { COLUMN as C, HEADER, RELATION, list, q } from './names.ts';

/**
 * One row, `conflicts`: events delivered more than once with payloads that differ, counted once each. Compared are the
 * contract's columns and the mask; a redelivered event may well carry another time.
 */
export function conflictsSql(rules: FoldRules, dialect: Dialect): string {
  const payload = [...rules.columns.map((column) => q(column.name)), `CAST(${q(HEADER.mask)} AS ${dialect.text})`];
  const differs = payload.map(
    (sql) => `min(${sql}) IS DISTINCT FROM max(${sql}) OR count(${sql}) NOT IN (0, count(*))`,
  );
  return `SELECT count(*) AS conflicts FROM (
  SELECT 1 FROM ${q(RELATION.events)} WHERE ${q(C.op)} <> 'T'
  GROUP BY ${list([C.seq, C.op, ...rules.key])}
  HAVING count(*) > 1 AND (${differs.join('\n    OR ')})
) differing`;
}
