/**
 * A fold, compiled from a contract: relations to make in order, and what to read of them. The engine makes each relation
 * (a table where it is read more than once, else a view) and never needs to know what the fold means.
 */
import type { FoldRules } from '../rules.ts';
import { conflictsSql, copiesSql } from './conflicts.ts';
import { DIALECTS, type DialectName } from './dialect.ts';
import { eventsSql, updatesSql } from './events.ts';
import { holdsSql, leftoverSql, movesSql } from './moves.ts';
import { RELATION, list, q } from './names.ts';
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
 * `rebuild`: something came late; the touched keys are folded again from their history.
 * `truncate`: so are those with events at or after a new T; no other key is there any more.
 * `whole`: all keys are folded from all history.
 */
export type FoldMode = 'append' | 'rebuild' | 'truncate' | 'whole';

/** Modes that fold touched keys again from their history, given in `@keys` and `@history` (`touched.ts`). */
export const foldsAgain = (mode: FoldMode): boolean => mode === 'rebuild' || mode === 'truncate';

export interface FoldSql {
  /** Events, moves and changes out of `@history` and `@files`. */
  readonly changes: readonly Relation[];
  /** Rows `problem`, `sequence`: any row holds the table. `undefined`: no move is possible. */
  readonly holds: string | undefined;
  /** `@keys`: the keys whose rows may differ afterwards. Absent in `whole`: all of them; and where they are given. */
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
  /** One row each: `orphans`, `moves_onto_live`; `conflicts`. Of the given events, where `@keys` are given of theirs. */
  readonly counters: string;
  readonly conflicts: string;
}

export interface FoldOptions {
  /** There are T events among those given. */
  readonly truncates: boolean;
  /** Only what is applied already: to tell what was counted before. */
  readonly before?: boolean;
  readonly dialect?: DialectName;
}

export function compileFold(rules: FoldRules, mode: FoldMode, options: FoldOptions): FoldSql {
  const dialect = DIALECTS[options.dialect ?? 'duckdb'];
  const withMoves = rules.beforeImage !== 'none';
  const changes: Relation[] = [
    { name: RELATION.events, kind: 'view', sql: eventsSql(rules, options.before === true) },
    { name: RELATION.updates, kind: 'table', sql: updatesSql(rules) },
  ];
  if (withMoves)
    changes.push(
      { name: RELATION.leftover, kind: 'table', sql: leftoverSql(rules) },
      { name: RELATION.moves, kind: 'table', sql: movesSql(rules, dialect) },
    );
  changes.push({ name: RELATION.changes, kind: 'view', sql: changesSql(rules, dialect, foldsAgain(mode)) });
  return {
    changes,
    holds: withMoves ? holdsSql() : undefined,
    keys: mode === 'append' ? { name: RELATION.keys, kind: 'table', sql: keysSql(rules) } : undefined,
    slice: (within) => compileSlice(rules, mode, within, options),
  };
}

function compileSlice(rules: FoldRules, mode: FoldMode, within: string, options: FoldOptions): SliceSql {
  const dialect = DIALECTS[options.dialect ?? 'duckdb'];
  const { truncates } = options;
  const overCurrent = mode === 'append';
  const states = { within, truncates, overCurrent };
  return {
    folded: [
      { name: RELATION.busy, kind: 'table', sql: busySql(rules, within, truncates) },
      { name: RELATION.order, kind: 'table', sql: orderSql(rules, within, truncates) },
      { name: RELATION.copies, kind: 'table', sql: copiesSql(rules, within, foldsAgain(mode)) },
      { name: RELATION.folded, kind: 'view', sql: foldedSql(rules, dialect, states) },
    ],
    counters: countersSql(rules, overCurrent),
    conflicts: conflictsSql(rules, dialect, within),
  };
}

/** Keys that new events touch which are all above the watermark: those of their changes. */
const keysSql = (rules: FoldRules): string => `SELECT DISTINCT ${list(rules.key)} FROM ${q(RELATION.changes)}`;

/**
 * One row of what decides the mode (`Survey`) and how many events there are, read from history alone; `truncates` and
 * `snapshots` are 0 or 1.
 */
export const surveySql = (history: string): string => `SELECT
  min(coalesce("header__change_seq", '')) AS lowest, coalesce(max("header__change_seq"), '') AS highest,
  coalesce(max(CASE WHEN "header__change_oper" = 'T' THEN 1 ELSE 0 END), 0) AS truncates,
  coalesce(max(CASE WHEN "header__change_oper" = 'L' THEN 1 ELSE 0 END), 0) AS snapshots, count(*) AS events
FROM ${history} h`;
