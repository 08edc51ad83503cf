/**
 * Which updates are moves to another key: rule 4 of the fold (docs/fold.md), in its reference form.
 *
 * Within a sequence, B and U of equal keys belong together and move nothing. One B and one U left over are a move.
 * Of more left over, a B and the U on the next line of its file are one; when both kinds still remain, pairing them
 * would be guessing, and the table is held.
 */
import { compareEvents, sequenceOf, type ChangeEvent } from './event.ts';
import { keyOf } from './key.ts';
import type { FoldRules } from './rules.ts';

export interface Move {
  readonly before: ChangeEvent;
}

export interface PairedMoves {
  /** By the U that is the move's second half. */
  readonly moves: ReadonlyMap<ChangeEvent, Move>;
  /** Sequences whose B and U cannot be paired without guessing. */
  readonly ambiguous: readonly string[];
  /** Sequences with a move whose new row cannot be told: B is partial and U is no whole image. */
  readonly incomplete: readonly string[];
}

/** @param events each counted once */
export function pairMoves(rules: FoldRules, events: readonly ChangeEvent[]): PairedMoves {
  const moves = new Map<ChangeEvent, Move>();
  const ambiguous: string[] = [];
  const incomplete = new Set<string>();
  for (const [sequence, { befores, updates }] of leftOver(rules, events)) {
    const pairs = pairsOf(befores, updates);
    if (pairs.length < befores.length && pairs.length < updates.length) ambiguous.push(sequence);
    for (const [before, update] of pairs) {
      moves.set(update, { before });
      if (!tellsWholeRow(rules, update)) incomplete.add(sequence);
    }
  }
  return { moves, ambiguous: ambiguous.sort(), incomplete: [...incomplete].sort() };
}

const tellsWholeRow = (rules: FoldRules, update: ChangeEvent): boolean =>
  rules.beforeImage === 'full' || (rules.updateImage === 'full' && update.mask === null);

/** Per sequence, the B and U without a partner of the same key. */
function leftOver(rules: FoldRules, events: readonly ChangeEvent[]) {
  const sequences = new Map<string, { befores: ChangeEvent[]; updates: ChangeEvent[] }>();
  const here = new Set<string>();
  const place = (event: ChangeEvent, oper = event.oper) => `${sequenceOf(event)} ${oper} ${keyOf(rules, event.values)}`;
  for (const event of events) here.add(place(event));
  for (const event of events.toSorted(compareEvents)) {
    if (event.oper !== 'B' && event.oper !== 'U') continue;
    if (here.has(place(event, event.oper === 'B' ? 'U' : 'B'))) continue;
    const left = sequences.get(sequenceOf(event)) ?? { befores: [], updates: [] };
    (event.oper === 'B' ? left.befores : left.updates).push(event);
    sequences.set(sequenceOf(event), left);
  }
  return sequences;
}

function pairsOf(befores: readonly ChangeEvent[], updates: readonly ChangeEvent[]): [ChangeEvent, ChangeEvent][] {
  const [before, update] = [befores[0], updates[0]];
  if (before && update && befores.length === 1 && updates.length === 1) return [[before, update]];
  return befores.flatMap((b) =>
    updates.filter((u) => u.file === b.file && u.line === b.line + 1).map((u) => [b, u] as [ChangeEvent, ChangeEvent]),
  );
}
