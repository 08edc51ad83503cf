/** The steps that lead a key from nothing (or from its current row) to its state: resets and updates, in order. */
import { OPERATION_ORDER } from '../event.ts';
import { dataColumns, type FoldRules } from '../rules.ts';
import type { Dialect } from './dialect.ts';
import { oldKey } from './moves.ts';
import { COLUMN as C, HEADER, INPUT, RELATION, eventColumns, list, q } from './names.ts';

const PLACE = [C.seq, C.rank, C.file, C.line] as const;
const UPDATE_RANK = OPERATION_ORDER.indexOf('U');
/** Above every operation of its own sequence: the current row has them all in it. */
const CURRENT_RANK = OPERATION_ORDER.length;

/** Columns of `@changes` and `@steps`; `@half` orders the two halves of a move, `@move` marks the second. */
const stepColumns = (rules: FoldRules): string[] => [...eventColumns(rules), ...PLACE, C.op, C.half, '@move'];

/** What the events do to keys: I, D, L as they are, U unless it is a move, moves as D(old key) and I(new key). */
export function changesSql(rules: FoldRules, dialect: Dialect): string {
  const whole = `SELECT ${list([...eventColumns(rules), ...PLACE, C.op])}, 0, false
FROM ${q(RELATION.events)} WHERE ${q(C.op)} IN ('I', 'D', 'L')`;
  const updates = `SELECT ${list(eventColumns(rules), 'u')}, u.${q(C.seq)}, ${UPDATE_RANK}, u.${q(C.file)}, u.${q(C.line)}, u.${q(C.op)}, 0, false
FROM ${q(RELATION.updates)} u WHERE u.${q(C.op)} = 'U'`;
  if (rules.beforeImage === 'none') return named(rules, [whole, updates]);
  const unmoved = `${updates} AND NOT EXISTS (SELECT 1 FROM ${q(RELATION.moves)} m
  WHERE m.${q(C.seq)} = u.${q(C.seq)} AND m.${q(C.file)} = u.${q(C.file)} AND m.${q(C.line)} = u.${q(C.line)})`;
  return named(rules, [whole, unmoved, leave(rules, dialect), arrive(rules)]);
}

const MOVE_PLACE = `${q(C.seq)}, ${UPDATE_RANK}, ${q(C.file)}, ${q(C.line)}`;

function leave(rules: FoldRules, dialect: Dialect): string {
  const values = rules.columns.map(({ name }) => {
    const place = rules.key.indexOf(name);
    return place >= 0 ? q(oldKey(place)) : 'NULL';
  });
  return `SELECT ${values.join(', ')}, ${list([HEADER.seq, HEADER.timestamp])}, NULL, ${MOVE_PLACE}, CAST('D' AS ${dialect.text}), 0, false
FROM ${q(RELATION.moves)}`;
}

function arrive(rules: FoldRules): string {
  return `SELECT ${list(rules.columns.map((column) => column.name))}, ${list([HEADER.seq, HEADER.timestamp])}, NULL, ${MOVE_PLACE}, 'I', 1, true
FROM ${q(RELATION.moves)}`;
}

/** UNION ALL takes its names from the first part: give them once. */
const named = (rules: FoldRules, parts: readonly string[]): string =>
  `SELECT * FROM (\n${parts.join('\nUNION ALL\n')}\n) steps(${list(stepColumns(rules))})`;

export interface StepInputs {
  /** The changes are laid over `@current`; false: they begin with nothing. */
  readonly overCurrent: boolean;
  /** There are T events among them; each deletes every key. */
  readonly truncates: boolean;
}

/** `@changes` with truncations and current rows as further steps, numbered per key in order. */
export function stepsSql(rules: FoldRules, inputs: StepInputs): string {
  const parts = [`SELECT ${list(stepColumns(rules))} FROM ${q(RELATION.changes)}`];
  if (inputs.truncates) parts.push(truncations(rules));
  if (inputs.overCurrent)
    parts.push(`SELECT ${list(rules.columns.map((column) => column.name))}, ${list([HEADER.seq, HEADER.timestamp])}, NULL,
  coalesce(${q(HEADER.seq)}, ''), ${CURRENT_RANK}, 0, 0, 'C', 0, false FROM ${q(INPUT.current)}`);
  const order = list([...PLACE, C.half]);
  return `SELECT *, row_number() OVER (PARTITION BY ${list(rules.key)} ORDER BY ${order}) AS ${q(C.n)}
FROM (\n${parts.join('\nUNION ALL\n')}\n) s`;
}

/** Each T, as a delete of every key that any change names. */
function truncations(rules: FoldRules): string {
  const values = rules.columns.map(({ name }) => (rules.key.includes(name) ? `k.${q(name)}` : 'NULL'));
  return `SELECT ${values.join(', ')}, t.${q(C.seq)}, NULL, NULL, t.${q(C.seq)}, 0, 0, 0, 'D', 0, false
FROM (SELECT DISTINCT ${list(rules.key)} FROM ${q(RELATION.changes)}) k
CROSS JOIN (SELECT DISTINCT ${q(C.seq)} FROM ${q(RELATION.events)} WHERE ${q(C.op)} = 'T') t`;
}

/**
 * The state of each key after its steps. A reset (I, L, D, or the current row C) sets every column, so a column's value
 * is that of the last step that set it; the key lives when its last reset is not a D.
 */
export function foldedSql(rules: FoldRules, dialect: Dialect, sets: (column: { id: number; name: string }) => string) {
  const last = (name: string) => `${dialect.maxBy}(s.${q(name)}, s.${q(C.n)})`;
  const data = dataColumns(rules).map(
    (column) => `${last(column.name)} FILTER (WHERE s.${q(C.op)} <> 'U' OR ${sets(column)}) AS ${q(column.name)}`,
  );
  return `SELECT ${list(rules.key)}${data.map((sql) => `,\n  ${sql}`).join('')},
  ${last(HEADER.seq)} AS ${q(HEADER.seq)}, ${last(HEADER.timestamp)} AS ${q(HEADER.timestamp)},
  coalesce(${last(C.op)} FILTER (WHERE s.${q(C.op)} <> 'U') <> 'D', false) AS ${q(C.alive)}
FROM ${q(RELATION.steps)} s`;
}

/** One row: `orphans`, `moves_onto_live`. */
export const countersSql = (rules: FoldRules): string => {
  // 2n + 1 for a reset that leaves a row, 2n for a D: the greatest so far tells by its parity whether the key lives.
  const reset = `CASE WHEN ${q(C.op)} = 'U' THEN NULL WHEN ${q(C.op)} = 'D' THEN 2 * ${q(C.n)} ELSE 2 * ${q(C.n)} + 1 END`;
  return `SELECT count(CASE WHEN ${q(C.op)} = 'U' AND NOT lives THEN 1 END) AS orphans,
  count(CASE WHEN "@move" AND lives THEN 1 END) AS moves_onto_live
FROM (SELECT ${q(C.op)}, "@move", coalesce(max(${reset}) OVER (PARTITION BY ${list(rules.key)} ORDER BY ${q(C.n)}
  ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) % 2 = 1, false) AS lives FROM ${q(RELATION.steps)}) x`;
};
