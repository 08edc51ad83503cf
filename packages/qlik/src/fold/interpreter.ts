/**
 * The reference interpreter: the fold's rules (docs/fold.md), row by row, as plainly as they can be said.
 * It is the specification; every engine is compared to it. Speed is no concern here.
 */
import { compareEvents, sequenceOf, type ChangeEvent, type Row, type Value } from './event.ts';
import { pairMoves, type Move } from './interpreter-moves.ts';
import { keyOf, textOf } from './key.ts';
import type { FoldRules } from './rules.ts';

/** A row of the current table. */
export interface CurrentRow {
  readonly values: Row;
  /** Sequence and timestamp of the last event applied; null after a snapshot row. */
  readonly seq: string | null;
  readonly timestamp: string | null;
}

export interface Folded {
  readonly state: 'folded';
  /** By key, in the text form of `keyOf`. */
  readonly rows: ReadonlyMap<string, CurrentRow>;
  /** Updates of keys that are not there. */
  readonly orphans: number;
  /** Events delivered more than once with differing payloads, counted once each. */
  readonly conflicts: number;
  /** Moves that replaced a row already living under the new key. */
  readonly movesOntoLive: number;
  /** Highest sequence seen; '' when there were snapshot rows only. */
  readonly watermark: string;
}

/** The events cannot be applied without guessing; a person has to look. */
export interface Held {
  readonly state: 'held';
  /** Sequences of the events at fault, ascending. */
  readonly ambiguous: readonly string[];
  readonly incomplete: readonly string[];
}

/** Folds all events of a generation, in whatever order they are given, into the current table. */
export function interpret(rules: FoldRules, events: readonly ChangeEvent[]): Folded | Held {
  const ordered = events.filter((e) => e.oper !== 'B' || rules.beforeImage !== 'none').sort(compareEvents);
  const { once, conflicts } = countOnce(rules, ordered);
  const { moves, ambiguous, incomplete } = pairMoves(rules, once);
  if (ambiguous.length > 0 || incomplete.length > 0) return { state: 'held', ambiguous, incomplete };
  return { state: 'folded', ...apply(rules, once, moves), conflicts, watermark: watermarkOf(events) };
}

const watermarkOf = (events: readonly ChangeEvent[]): string =>
  events.map(sequenceOf).reduce((highest, seq) => (seq > highest ? seq : highest), '');

/** The same (sequence, operation, key) counts once: its last copy in the order. */
function countOnce(rules: FoldRules, ordered: readonly ChangeEvent[]) {
  const copies = new Map<string, ChangeEvent[]>();
  for (const event of ordered) {
    const identity = `${sequenceOf(event)} ${event.oper} ${event.oper === 'T' ? '' : keyOf(rules, event.values)}`;
    copies.set(identity, [...(copies.get(identity) ?? []), event]);
  }
  let conflicts = 0;
  const once: ChangeEvent[] = [];
  for (const group of copies.values()) {
    if (group[0]?.oper !== 'T' && new Set(group.map((event) => payloadOf(rules, event))).size > 1) conflicts += 1;
    once.push(...group.slice(-1));
  }
  return { once: once.sort(compareEvents), conflicts };
}

const payloadOf = (rules: FoldRules, event: ChangeEvent): string =>
  JSON.stringify([event.mask, rules.columns.map((column) => textOf(event.values[column.name] ?? null))]);

function apply(rules: FoldRules, once: readonly ChangeEvent[], moves: ReadonlyMap<ChangeEvent, Move>) {
  const rows = new Map<string, CurrentRow>();
  let orphans = 0;
  let movesOntoLive = 0;
  for (const event of once) {
    const { seq, timestamp } = event;
    const key = keyOf(rules, event.values);
    const move = moves.get(event);
    if (event.oper === 'T') rows.clear();
    else if (event.oper === 'D') rows.delete(key);
    else if (event.oper === 'I' || event.oper === 'L') rows.set(key, { values: event.values, seq, timestamp });
    else if (move !== undefined) {
      rows.delete(keyOf(rules, move.before.values));
      if (rows.has(key)) movesOntoLive += 1;
      rows.set(key, { values: overlay(rules, move.before.values, event), seq, timestamp });
    } else if (event.oper === 'U') {
      const row = rows.get(key);
      if (row === undefined) orphans += 1;
      else rows.set(key, { values: overlay(rules, row.values, event), seq, timestamp });
    }
  }
  return { rows, orphans, movesOntoLive };
}

/** The row that an update leaves behind: its own values where it sets a column, `base` elsewhere. */
function overlay(rules: FoldRules, base: Row, update: ChangeEvent): Row {
  const values = rules.columns.map(({ id, name }) => {
    const own = update.values[name] ?? null;
    return [name, rules.key.includes(name) || sets(rules, update, id, own) ? own : (base[name] ?? null)] as const;
  });
  return Object.fromEntries(values);
}

function sets(rules: FoldRules, update: ChangeEvent, columnId: number, own: Value): boolean {
  if (update.mask !== null) return update.mask.includes(columnId);
  return rules.updateImage === 'full' || own !== null;
}
