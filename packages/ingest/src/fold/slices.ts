/**
 * How the keys of a fold are cut: slices are folded one after the other, runs of a slice written one after the other, so
 * that neither needs more memory than there is, whatever the size of the table. Pure but for the sampling of bounds.
 */
import type { ListedFile } from '@farelake/db';
import type { Engine } from '@farelake/lake';
import { rangeSql, sampleBounds, type Bound, type KeyColumn } from './segments.ts';

/** A range of keys whose rows are sorted and written in one pass. */
export interface Run {
  /** Predicate over the key columns. */
  readonly within: string;
  /** Segments of the current table that the range covers, or a part of one that is too large for a run. */
  readonly present: readonly ListedFile[];
}

/** A range of keys folded at once. */
export interface Slice {
  readonly within: string;
  /** What is to be written, in key order; empty: nothing of it has changed. */
  readonly runs: readonly Run[];
}

export interface Cutting {
  readonly engine: Engine;
  readonly key: readonly KeyColumn[];
  /** The segments of the current table, in key order. */
  readonly ordered: readonly ListedFile[];
  /** Rows that a slice, and a run, should have at most (`sliceRows`). */
  readonly rows: number;
}

/** A range by its bounds: from the first, below the second; undefined: no bound. */
interface Range {
  readonly from: Bound | undefined;
  readonly to: Bound | undefined;
  readonly present: readonly ListedFile[];
  /** Keys that have changed. */
  readonly changes: number;
  readonly touched: boolean;
}

/** All keys anew: ranges of about equally many events, by a sample of the relation `@history`. */
export async function slicesOfWhole(
  cutting: Cutting,
  events: number,
): Promise<{ readonly slices: Slice[]; readonly bounds: Bound[] }> {
  const cut = await cutRange(cutting, '"@history"', { from: undefined, to: undefined }, events);
  const slices = cut.map((range) => ({ within: rangeOf(cutting, range), runs: [{ within: 'true', present: [] }] }));
  return { slices, bounds: cut.flatMap(({ to }) => (to === undefined ? [] : [to])) };
}

/**
 * Slices of a fold over the current table; they leave out what no changed key falls into.
 * @param changes changed keys (relation `@keys`) by the place in `ordered` of the segment they fall into
 */
export async function slicesOfPresent(cutting: Cutting, changes: ReadonlyMap<number, number>): Promise<Slice[]> {
  const runs: Range[] = [];
  for (const range of neighbours(cutting, changes)) {
    const { present, touched, changes: changed } = range;
    if (!touched) continue;
    const cut = await cutRange(cutting, '"@keys"', range, changed);
    runs.push(...cut.map((part) => ({ ...part, present, touched, changes: changed / cut.length })));
  }
  // An append folds each change over its row, a rebuild the few events of each key.
  const slices = gather(runs, (run) => 2 * run.changes, cutting.rows);
  return slices.map((group) => ({
    within: rangeOf(cutting, { from: group[0]?.from, to: group.at(-1)?.to }),
    runs: group.map((run) => ({ within: rangeOf(cutting, run), present: run.present })),
  }));
}

const rowsOf = ({ present }: Pick<Range, 'present'>): number => present.reduce((sum, file) => sum + file.rows, 0);

const rangeOf = ({ key }: Cutting, { from, to }: Pick<Range, 'from' | 'to'>): string => rangeSql(key, from, to);

/** Segments side by side that are alike touched or not, together until they make a run. */
function neighbours({ ordered, rows }: Cutting, changes: ReadonlyMap<number, number>): Range[] {
  const boundOf = (place: number) => ordered[place]?.lowestKey ?? undefined;
  // A table without rows has one range, which takes all.
  const places = ordered.length === 0 ? [0] : ordered.map((_, place) => place);
  const ranges = places.map((place): Range => {
    const changed = changes.get(place) ?? 0;
    return {
      from: place === 0 ? undefined : boundOf(place),
      to: boundOf(place + 1),
      present: ordered.slice(place, place + 1),
      changes: changed,
      touched: changes.has(place),
    };
  });
  return gather(
    ranges,
    (range) => rowsOf(range) + range.changes,
    rows,
    (a, b) => a.touched === b.touched,
  ).map((group) => ({
    from: group[0]?.from,
    to: group.at(-1)?.to,
    present: group.flatMap((range) => range.present),
    changes: group.reduce((sum, range) => sum + range.changes, 0),
    touched: group[0]?.touched === true,
  }));
}

/** Neighbours together, as long as they weigh no more than the limit; one that weighs more is by itself. */
function gather<T>(
  items: readonly T[],
  weigh: (item: T) => number,
  limit: number,
  alike: (a: T, b: T) => boolean = () => true,
): T[][] {
  const groups: { items: T[]; weight: number }[] = [];
  for (const item of items) {
    const last = groups.at(-1);
    const previous = last?.items.at(-1);
    if (last !== undefined && previous !== undefined && last.weight + weigh(item) <= limit && alike(previous, item)) {
      last.items.push(item);
      last.weight += weigh(item);
    } else groups.push({ items: [item], weight: weigh(item) });
  }
  return groups.map((group) => group.items);
}

/** Parts of a range with about equally many rows of a relation each. */
async function cutRange(
  { engine, key, rows }: Cutting,
  relation: string,
  { from, to }: Pick<Range, 'from' | 'to'>,
  count: number,
): Promise<Pick<Range, 'from' | 'to'>[]> {
  const parts = Math.ceil(count / rows);
  const inner = parts < 2 ? [] : await sampleBounds(engine, key, `${relation} WHERE ${rangeSql(key, from, to)}`, parts);
  const bounds = [from, ...inner, to];
  return bounds.slice(1).map((bound, index) => ({ from: bounds[index], to: bound }));
}
