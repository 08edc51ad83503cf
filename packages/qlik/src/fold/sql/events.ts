/** From history rows to events in order, updates counted once. */
import { OPERATION_ORDER } from '../event.ts';
import type { FoldRules } from '../rules.ts';
import { COLUMN as C, HEADER, INPUT, RELATION, eventColumns, list, q } from './names.ts';

/**
 * Every history row with its place in the order (rule 1); B only where the contract relies on it.
 * @param before only what is applied already
 */
export function eventsSql(rules: FoldRules, before: boolean): string {
  const oper = 'h."header__change_oper"';
  const rank = OPERATION_ORDER.map((operation, place) => `WHEN '${operation}' THEN ${place}`).join(' ');
  return `SELECT ${list(eventColumns(rules), 'h')},
  coalesce(h.${q(HEADER.seq)}, '') AS ${q(C.seq)}, ${oper} AS ${q(C.op)}, CASE ${oper} ${rank} END AS ${q(C.rank)},
  f.file AS ${q(C.file)}, h."_line" AS ${q(C.line)}
FROM ${q(INPUT.history)} h JOIN ${q(INPUT.files)} f ON h."_load_id" = f.load_id${before ? ' AND NOT f.fresh' : ''}
${rules.beforeImage === 'none' ? `WHERE ${oper} <> 'B'` : ''}`;
}

/**
 * Keys and places of B and U, the last copy of each (sequence, operation, key). The other operations need no such step:
 * each sets or clears the whole row, so that of several copies the last one wins anyway.
 */
export function updatesSql(rules: FoldRules): string {
  const columns = [...rules.key, C.seq, C.op, C.file, C.line];
  return `SELECT ${list(columns)} FROM (
  SELECT ${list(columns)}, row_number() OVER (
    PARTITION BY ${list([C.seq, C.op, ...rules.key])} ORDER BY ${q(C.file)} DESC, ${q(C.line)} DESC) AS "@copy"
  FROM ${q(RELATION.events)} WHERE ${q(C.op)} IN ('B', 'U')
) copies WHERE "@copy" = 1`;
}

/** Rule 3: does an update with alias `u` set this column? */
export function setsSql(rules: FoldRules, listContains: string, column: { id: number; name: string }, u: string) {
  const unmasked = rules.updateImage === 'full' ? 'true' : `${u}.${q(column.name)} IS NOT NULL`;
  const mask = `${u}.${q(HEADER.mask)}`;
  return `CASE WHEN ${mask} IS NULL THEN ${unmasked} ELSE ${listContains}(${mask}, ${column.id}) END`;
}
