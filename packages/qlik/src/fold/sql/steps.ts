/**
 * The steps that lead a key from nothing (or from its current row) to its state: resets (I, L, D, a truncation, either half
 * of a move) and updates. Steps are narrow: the values stay where they lie, and are fetched by the event's place.
 */
import { OPERATION_ORDER } from '../event.ts';
import type { FoldRules } from '../rules.ts';
import type { Dialect } from './dialect.ts';
import { oldKey } from './moves.ts';
import { COLUMN as C, HALF, INPUT, RELATION, keyIn, list, q, samePlace } from './names.ts';

const PLACE = [C.seq, C.rank, C.file, C.line, C.half] as const;
const UPDATE_RANK = OPERATION_ORDER.indexOf('U');

const stepColumns = (rules: FoldRules): string => list([...rules.key, ...PLACE, C.op, C.move]);

/**
 * What the events do to keys: I, D, L as they are, U unless it is a move, moves as D(old key) and I(new key).
 * @param onlyKeys only what happens to `@keys` is of interest
 */
export function changesSql(rules: FoldRules, dialect: Dialect, onlyKeys: boolean): string {
  const place = (half: number) => `${q(C.seq)}, ${UPDATE_RANK}, ${q(C.file)}, ${q(C.line)}, ${half}`;
  const moves = q(RELATION.moves);
  const withMoves = rules.beforeImage !== 'none';
  const unmoved = `AND NOT EXISTS (SELECT 1 FROM ${moves} m WHERE ${samePlace('m', 'u')})`;
  const parts = [
    `SELECT ${list([...rules.key, C.seq, C.rank, C.file, C.line])}, ${HALF.event}, ${q(C.op)}, false
FROM ${q(RELATION.events)} WHERE ${q(C.op)} IN ('I', 'D', 'L')`,
    `SELECT ${list(rules.key)}, ${place(HALF.event)}, ${q(C.op)}, false
FROM ${q(RELATION.updates)} u WHERE ${q(C.op)} = 'U'${withMoves ? ` ${unmoved}` : ''}`,
  ];
  if (withMoves) {
    const oldKeys = rules.key.map((_, index) => q(oldKey(index))).join(', ');
    parts.push(
      `SELECT ${oldKeys}, ${place(HALF.leaves)}, CAST('D' AS ${dialect.text}), false FROM ${moves}`,
      `SELECT ${list(rules.key)}, ${place(HALF.arrives)}, 'I', true FROM ${moves}`,
    );
  }
  // UNION ALL takes its names from the first part: give them once.
  const only = onlyKeys ? `\nWHERE ${keyIn(rules, 'steps', RELATION.keys)}` : '';
  return `SELECT * FROM (\n${parts.join('\nUNION ALL\n')}\n) steps(${stepColumns(rules)})${only}`;
}

/**
 * Keys of the slice whose state is more than the one full image that came for them. Most keys of a snapshot are not among
 * them, and need neither an order nor an aggregate.
 */
export function busySql(rules: FoldRules, within: string, truncates: boolean): string {
  const more = `CASE WHEN ${q(C.op)} IN ('U', 'D') OR ${q(C.move)} THEN 1 ELSE 0 END`;
  return `SELECT ${list(rules.key)} FROM ${q(RELATION.changes)} WHERE ${within} GROUP BY ${list(rules.key)}
${truncates ? '' : `HAVING count(*) > 1 OR max(${more}) = 1`}`;
}

/** The steps of the slice's busy keys, numbered per key in order (rule 1), from 1. */
export function orderSql(rules: FoldRules, within: string, truncates: boolean): string {
  const busy = `SELECT ${stepColumns(rules)} FROM ${q(RELATION.changes)} c WHERE ${within} AND ${keyIn(rules, 'c', RELATION.busy)}`;
  const parts = truncates ? [busy, truncations(rules)] : [busy];
  return `SELECT *, row_number() OVER (PARTITION BY ${list(rules.key)} ORDER BY ${list(PLACE)}) AS ${q(C.n)}
FROM (\n${parts.join('\nUNION ALL\n')}\n) s`;
}

/** Each T, as a delete of every key that any change names. */
const truncations = (rules: FoldRules): string =>
  `SELECT ${list(rules.key, 'k')}, t.${q(C.seq)}, 0, 0, 0, ${HALF.truncation}, 'D', false FROM ${q(RELATION.busy)} k
CROSS JOIN (SELECT DISTINCT ${q(C.seq)} FROM ${q(RELATION.events)} WHERE ${q(C.op)} = 'T') t`;

/** One row: `orphans`, `moves_onto_live`. */
export function countersSql(rules: FoldRules, overCurrent: boolean): string {
  const columns = list([...rules.key, C.n, C.op, C.move]);
  const current = `
  UNION ALL SELECT ${list(rules.key)}, 0, 'C', false FROM ${q(INPUT.current)} c WHERE ${keyIn(rules, 'c', RELATION.busy)}`;
  // 2n + 1 for a reset that leaves a row, 2n for a D: the greatest so far tells by its parity whether the key lives.
  const reset = `CASE WHEN ${q(C.op)} = 'U' THEN NULL WHEN ${q(C.op)} = 'D' THEN 2 * ${q(C.n)} ELSE 2 * ${q(C.n)} + 1 END`;
  return `SELECT count(CASE WHEN ${q(C.op)} = 'U' AND NOT lives THEN 1 END) AS orphans,
  count(CASE WHEN ${q(C.move)} AND lives THEN 1 END) AS moves_onto_live
FROM (SELECT ${q(C.op)}, ${q(C.move)}, coalesce(max(${reset}) OVER (PARTITION BY ${list(rules.key)} ORDER BY ${q(C.n)}
  ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) % 2 = 1, false) AS lives
FROM (SELECT ${columns} FROM ${q(RELATION.order)}${overCurrent ? current : ''}) o) x`;
}
