/** From steps to the state of each key: the one full image that came for it, or the merge of its steps. */
import { dataColumns, type FoldRules } from '../rules.ts';
import type { Dialect } from './dialect.ts';
import { setsSql } from './events.ts';
import { COLUMN as C, HALF, HEADER, INPUT, RELATION, eventColumns, keyIn, list, q, samePlace } from './names.ts';

export interface StateInputs {
  /** Predicate over the key columns: the slice. */
  readonly within: string;
  /** The changes are laid over `@current`; false: they begin with nothing. */
  readonly overCurrent: boolean;
  /** There are T events: every key is busy. */
  readonly truncates: boolean;
}

/** Rows of `@folded`: key, data columns, header__change_seq, header__timestamp, `@alive`. */
export function foldedSql(rules: FoldRules, dialect: Dialect, inputs: StateInputs): string {
  const merged = mergedSql(rules, dialect, inputs);
  return inputs.truncates ? merged : `${plainSql(rules, inputs)}\nUNION ALL\n${merged}`;
}

/** A key with one I or L and nothing else is that row. */
function plainSql(rules: FoldRules, { within }: StateInputs): string {
  const columns = [...rules.key, ...dataColumns(rules).map(({ name }) => name), HEADER.seq, HEADER.timestamp];
  return `SELECT ${list(columns)}, true AS ${q(C.alive)} FROM ${q(RELATION.events)} e
WHERE ${q(C.op)} IN ('I', 'L') AND ${within} AND NOT ${keyIn(rules, 'e', RELATION.busy)}`;
}

/**
 * The state of each busy key after its steps. A reset (I, L, D, or the current row C) sets every column, so a column's
 * value is that of the last step that set it; the key lives when its last reset is not a D.
 */
function mergedSql(rules: FoldRules, dialect: Dialect, inputs: StateInputs): string {
  // A step that does not count has no place: no FILTER, for which DuckDB 1.5 keeps, for each aggregate, buffers for the
  // arguments of all of them, which of 2,000 columns are gigabytes.
  const last = (name: string, where?: string) =>
    `${dialect.maxBy}(s.${q(name)}, ${where === undefined ? `s.${q(C.n)}` : `CASE WHEN ${where} THEN s.${q(C.n)} END`})`;
  const sets = (column: { id: number; name: string }) => setsSql(rules, dialect.listContains, column, 's');
  const data = dataColumns(rules).map(
    (column) => `${last(column.name, `s.${q(C.op)} <> 'U' OR ${sets(column)}`)} AS ${q(column.name)}`,
  );
  return `SELECT ${list(rules.key)}${data.map((sql) => `,\n  ${sql}`).join('')},
  ${last(HEADER.seq)} AS ${q(HEADER.seq)}, ${last(HEADER.timestamp)} AS ${q(HEADER.timestamp)},
  coalesce(${last(C.op, `s.${q(C.op)} <> 'U'`)} <> 'D', false) AS ${q(C.alive)}
FROM (\n${stepsWithValues(rules, inputs).join('\nUNION ALL\n')}\n) s
GROUP BY ${list(rules.key, 's')}`;
}

/** The steps of `@order` with the values they bring: event columns, `@op`, `@n`. */
function stepsWithValues(rules: FoldRules, { within, overCurrent, truncates }: StateInputs): string[] {
  const order = `JOIN ${q(RELATION.order)} o ON`;
  const of = (half: number) => `o.${q(C.half)} = ${half}`;
  const parts = [
    `SELECT ${list(eventColumns(rules), 'e')}, o.${q(C.op)}, o.${q(C.n)}
FROM (SELECT * FROM ${q(RELATION.events)} WHERE ${within}) e ${order} ${samePlace('o', 'e')} AND ${of(HALF.event)}`,
  ];
  const named = (keys: string, values: (name: string) => string, header: readonly string[]) =>
    `SELECT ${[
      ...rules.columns.map(({ name }) => (rules.key.includes(name) ? `${keys}.${q(name)}` : values(name))),
      ...header,
      'NULL',
    ].join(', ')}`;
  if (rules.beforeImage !== 'none')
    parts.push(
      `${named('m', (name) => `m.${q(name)}`, [`m.${q(HEADER.seq)}`, `m.${q(HEADER.timestamp)}`])}, o.${q(C.op)}, o.${q(C.n)}
FROM ${q(RELATION.moves)} m ${order} ${samePlace('o', 'm')} AND ${of(HALF.arrives)}`,
    );
  if (rules.beforeImage !== 'none' || truncates)
    parts.push(
      `${named('o', () => 'NULL', ['NULL', 'NULL'])}, o.${q(C.op)}, o.${q(C.n)} FROM ${q(RELATION.order)} o
WHERE o.${q(C.half)} IN (${HALF.leaves}, ${HALF.truncation})`,
    );
  // Every new sequence is above the watermark: the current row comes before all steps.
  if (overCurrent)
    parts.push(
      `${named('c', (name) => `c.${q(name)}`, [`c.${q(HEADER.seq)}`, `c.${q(HEADER.timestamp)}`])}, 'C', 0
FROM ${q(INPUT.current)} c WHERE ${keyIn(rules, 'c', RELATION.busy)}`,
    );
  return parts;
}
