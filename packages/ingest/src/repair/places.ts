/**
 * The ranges of keys that a current table's segments stand for, by their place in key order, and how they are cut so that
 * each part can be worked out within the memory there is.
 */
import type { ListedFile } from '@farelake/db';
import type { Engine } from '@farelake/lake';
import { partSql, rangeSql, sampleBounds, type Bound, type KeyColumn } from '../fold/segments.ts';

export interface Layout {
  readonly engine: Engine;
  readonly key: readonly KeyColumn[];
  /** The table's segments in key order. */
  readonly ordered: readonly ListedFile[];
}

/** Keys that are compared at once: those of some neighbouring segments, or a part of one. */
export interface Slice {
  /** Predicate over the key columns. */
  readonly within: string;
  /** Places of the segments, ascending; not empty. */
  readonly places: readonly number[];
  /** The lower bound; undefined: none. */
  readonly from: Bound | undefined;
}

/** How many ranges there are: a table without rows has one, which takes every key. */
const placeCount = ({ ordered }: Layout): number => Math.max(ordered.length, 1);

const boundsOf = ({ ordered }: Layout, places: readonly number[]): Bound[] =>
  places.slice(1).map((place) => ordered[place]?.lowestKey ?? []);

/** From the first segment on, which also takes what is below its lowest key. */
const fromOf = ({ ordered }: Layout, place: number): Bound | undefined =>
  place === 0 ? undefined : (ordered[place]?.lowestKey ?? undefined);

const toOf = ({ ordered }: Layout, place: number): Bound | undefined => ordered[place + 1]?.lowestKey ?? undefined;

/** Predicate over the key columns: keys that belong into the segment at the place. */
export const placeSql = (layout: Layout, place: number): string =>
  rangeSql(layout.key, fromOf(layout, place), toOf(layout, place));

/** SQL: the place of a key; right for keys that belong into one of the given places. */
export function placeOfSql(layout: Layout, places: readonly number[]): string {
  const names = places.map((place, index) => `WHEN ${index} THEN ${place}`).join(' ');
  return `CASE ${partSql(layout.key, boundsOf(layout, places))} ${names} END`;
}

/** All places, as `placeOfSql` wants them. */
export const everyPlace = (layout: Layout): number[] => Array.from({ length: placeCount(layout) }, (_, place) => place);

/**
 * All keys, cut into slices of about `rows` rows and history rows (relation `@history`): whole segments, as long as one
 * has not more than that, so that what differs is found segment by segment.
 */
export async function cutIntoSlices(layout: Layout, rows: number): Promise<Slice[]> {
  const places = everyPlace(layout);
  const counted = await layout.engine.rows(
    `SELECT ${placeOfSql(layout, places)} AS place, count(*) AS n FROM "@history" GROUP BY 1`,
  );
  const events = new Map(counted.map((row) => [Number(row['place']), Number(row['n'])]));
  const weigh = (place: number) => Math.max(events.get(place) ?? 0, layout.ordered[place]?.rows ?? 0);
  const slices: Slice[] = [];
  for (const group of gather(places, weigh, rows)) {
    const [first = 0, last = first] = [group[0], group.at(-1)];
    const range = { from: fromOf(layout, first), to: toOf(layout, last) };
    const parts = group.length > 1 ? 1 : Math.ceil(weigh(first) / rows);
    const bounds = [range.from, ...(await inner(layout, range, parts)), range.to];
    for (const [index, to] of bounds.slice(1).entries())
      slices.push({ within: rangeSql(layout.key, bounds[index], to), places: group, from: bounds[index] });
  }
  return slices;
}

const inner = async (
  { engine, key }: Layout,
  { from, to }: { from: Bound | undefined; to: Bound | undefined },
  parts: number,
): Promise<Bound[]> =>
  parts < 2 ? [] : sampleBounds(engine, key, `"@history" WHERE ${rangeSql(key, from, to)}`, parts);

/** Neighbours together, as long as they weigh no more than the limit. */
function gather(places: readonly number[], weigh: (place: number) => number, limit: number): number[][] {
  const groups: { places: number[]; weight: number }[] = [];
  for (const place of places) {
    const last = groups.at(-1);
    const weight = weigh(place);
    if (last === undefined || last.weight + weight > limit) groups.push({ places: [place], weight });
    else {
      last.places.push(place);
      last.weight += weight;
    }
  }
  return groups.map((group) => group.places);
}
