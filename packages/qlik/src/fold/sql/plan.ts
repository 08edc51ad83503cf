/**
 * A fold, compiled from a contract: relations to make in order, and what to read of them. The engine makes each relation
 * (a table where it is read more than once, else a view) and never needs to know what the fold means.
 */
import type { FoldRules } from '../rules.ts';
import { conflictsSql, copiesSql } from './conflicts.ts';
import { DIALECTS, type DialectName } from './dialect.ts';
import { eventsSql, updatesSql } from './events.ts';
import { holdsSql, leftoverSql, movesSql } from './moves.ts';
import { COLUMN as C, RELATION, list, q } from './names.ts';
import { foldedSql } from './states.ts';
import { busySql, changesSql, countersSql, orderSql } from './steps.ts';

export interface Relation {
  readonly name: string;
  readonly kind: 'table' | 'view';
  readonly sql: string;
}

/**
 * How the changes meet the current table.
 * `append`: every new sequence is above the watermark; the changed keys' current rows are where they start.
 * `rebuild`: something came late; the touched keys are folded again from all history.
 * `whole`: all keys are folded from all history (first build, truncation).
 */
export type FoldMode = 'append' | 'rebuild' | 'whole';

export interface FoldSql {
  /** Events, moves and changes out of `@history` and `@files`. */
  readonly changes: readonly Relation[];
  /** Rows `problem`, `sequence`: any row holds the table. `undefined`: no move is possible. */
  readonly holds: string | undefined;
  /** `@keys`: the keys whose rows may differ afterwards. Absent in `whole`: all of them. */
  readonly keys: Relation | undefined;
  /**
   * What follows, for the keys of which a predicate over the key columns is true. Any set of predicates of which each
   * key fulfils exactly one gives the same states and, added up, the same counts: keys have nothing to do with each other
   * once the moves are known.
   */
  readonly slice: (within: string) => SliceSql;
}

export interface SliceSql {
  /** `@busy`, `@order`, `@copies` and `@folded` (contract's key and data columns, header__change_seq, header__timestamp, `@alive`). */
  readonly folded: readonly Relation[];
  /** One row each: `orphans`, `moves_onto_live`; `conflicts`. Of the given events in `append`, of all otherwise. */
  readonly counters: string;
  readonly conflicts: string;
}

export interface FoldOptions {
  /** There are T events among those given. */
  readonly truncates: boolean;
  readonly dialect?: DialectName;
}

export function compileFold(rules: FoldRules, mode: FoldMode, options: FoldOptions): FoldSql {
  const dialect = DIALECTS[options.dialect ?? 'duckdb'];
  const withMoves = rules.beforeImage !== 'none';
  const changes: Relation[] = [
    { name: RELATION.events, kind: 'view', sql: eventsSql(rules) },
    { name: RELATION.updates, kind: 'table', sql: updatesSql(rules) },
  ];
  if (withMoves)
    changes.push(
      { name: RELATION.leftover, kind: 'table', sql: leftoverSql(rules) },
      { name: RELATION.moves, kind: 'table', sql: movesSql(rules, dialect) },
    );
  changes.push({ name: RELATION.changes, kind: 'view', sql: changesSql(rules, dialect) });
  return {
    changes,
    holds: withMoves ? holdsSql() : undefined,
    keys: mode === 'whole' ? undefined : { name: RELATION.keys, kind: 'table', sql: keysSql(rules, mode) },
    slice: (within) => compileSlice(rules, mode, within, options),
  };
}

function compileSlice(rules: FoldRules, mode: FoldMode, within: string, options: FoldOptions): SliceSql {
  const dialect = DIALECTS[options.dialect ?? 'duckdb'];
  const { truncates } = options;
  const overCurrent = mode === 'append';
  const states = { within, truncates, overCurrent, onlyKeys: mode === 'rebuild' };
  return {
    folded: [
      { name: RELATION.busy, kind: 'table', sql: busySql(rules, within, truncates) },
      { name: RELATION.order, kind: 'table', sql: orderSql(rules, within, truncates) },
      { name: RELATION.copies, kind: 'table', sql: copiesSql(rules, within) },
      { name: RELATION.folded, kind: 'view', sql: foldedSql(rules, dialect, states) },
    ],
    counters: countersSql(rules, overCurrent),
    conflicts: conflictsSql(rules, dialect, within),
  };
}

/**
 * Keys that the new events touch. In order, those of the changes. When something came late, also those of every B and U
 * that shares a sequence with a new one, because a new partner can turn an update into a move and back.
 */
function keysSql(rules: FoldRules, mode: 'append' | 'rebuild'): string {
  const keys = list(rules.key);
  if (mode === 'append') return `SELECT DISTINCT ${keys} FROM ${q(RELATION.changes)}`;
  const events = q(RELATION.events);
  return `SELECT DISTINCT ${keys} FROM ${events} WHERE ${q(C.fresh)}
UNION
SELECT DISTINCT ${keys} FROM ${events} WHERE ${q(C.op)} IN ('B', 'U')
  AND ${q(C.seq)} IN (SELECT ${q(C.seq)} FROM ${events} WHERE ${q(C.fresh)} AND ${q(C.op)} IN ('B', 'U'))`;
}

/**
 * One row of what decides the mode (`Survey`) and how many events there are, read from history alone; `truncates` and
 * `snapshots` are 0 or 1.
 */
export const surveySql = (history: string): string => `SELECT
  min(coalesce("header__change_seq", '')) AS lowest, coalesce(max("header__change_seq"), '') AS highest,
  coalesce(max(CASE WHEN "header__change_oper" = 'T' THEN 1 ELSE 0 END), 0) AS truncates,
  coalesce(max(CASE WHEN "header__change_oper" = 'L' THEN 1 ELSE 0 END), 0) AS snapshots, count(*) AS events
FROM ${history} h`;
