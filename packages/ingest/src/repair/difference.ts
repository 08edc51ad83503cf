/** How a current table differs from what it should be, as people and scripts are told. */
import type { Engine } from '@farelake/lake';
import { isHidden, quoteIdentifier as q, type Contract } from '@farelake/schema-registry';
import { boundOf, keyOrder, keyTexts } from '../fold/segments.ts';
import type { Basis } from './basis.ts';
import { addTallies, NO_ROWS, WRONG, type Comparison, type PlaceTally, type Tally } from './compare.ts';
import type { Facts } from './recompute.ts';

/** The table's own, and what was worked out anew. */
export interface Pair<T> {
  readonly table: T;
  readonly recomputed: T;
}

/** How a row would change: `added` is missing now, `removed` should not be there. */
export type RowChange = 'added' | 'removed' | 'changed';

export interface WrongRow {
  /** By column; a value that may be told to nobody is `(hidden)`. */
  readonly key: Readonly<Record<string, string | null>>;
  readonly change: RowChange;
  /** Columns whose values differ; none for a row that is right and there more than once. */
  readonly columns: readonly string[];
  /** Number of the segment that the key belongs into; null: the table has none. */
  readonly segment: number | null;
}

export interface WrongSegment {
  readonly segment: number | null;
  readonly uri: string | null;
  readonly rows: Pair<number>;
  readonly checksum: Pair<string>;
  /** What is wrong with the file as such. */
  readonly faults: readonly string[];
}

export interface RowChanges {
  readonly added: number;
  readonly removed: number;
  readonly changed: number;
  /** The first of them, in key order. */
  readonly shown: readonly WrongRow[];
}

/** Rows that are shown; all are counted. */
export const SHOWN = 20;

export interface Difference {
  readonly rows: Pair<number>;
  /** Of all columns of all rows, in any order; comparable within one run only. */
  readonly checksum: Pair<string>;
  readonly watermark: Pair<string>;
  readonly orphans: Pair<number>;
  readonly conflicts: Pair<number>;
  readonly movesOntoLive: Pair<number>;
  /** Only those that differ. */
  readonly segments: readonly WrongSegment[];
  readonly changes: RowChanges;
}

/** Is the table as it should be, in every respect? */
export const isEqual = ({ rows, checksum, segments, ...facts }: Difference): boolean => {
  const { watermark, orphans, conflicts, movesOntoLive } = facts;
  const pairs = [rows, checksum, watermark, orphans, conflicts, movesOntoLive];
  return segments.length === 0 && pairs.every(({ table, recomputed }) => table === recomputed);
};

/** Number of rows that would change. */
export const changedRows = ({ added, removed, changed }: RowChanges): number => added + removed + changed;

export async function differenceOf(basis: Basis, comparison: Comparison, facts: Facts): Promise<Difference> {
  const { table } = basis;
  const sum = [...comparison.tallies.values()].reduce(
    (total: PlaceTally, one) => ({
      found: addTallies(total.found, one.found),
      right: addTallies(total.right, one.right),
    }),
    { found: NO_ROWS, right: NO_ROWS },
  );
  const pair = <Name extends keyof Facts>(name: Name): Pair<Facts[Name]> => ({
    table: table.fold[name],
    recomputed: facts[name],
  });
  return {
    rows: { table: table.rows, recomputed: sum.right.rows },
    checksum: { table: checksumText(sum.found), recomputed: checksumText(sum.right) },
    watermark: pair('watermark'),
    orphans: pair('orphans'),
    conflicts: pair('conflicts'),
    movesOntoLive: pair('movesOntoLive'),
    segments: wrongPlaces(comparison).map((place) => wrongSegment(comparison, place)),
    changes: await rowChanges(comparison),
  };
}

/** Places of segments that would be written anew. */
export const wrongPlaces = ({ tallies, inspected }: Comparison): number[] =>
  [...tallies]
    .filter(([place, { found, right }]) => {
      const same = found.rows === right.rows && found.hash === right.hash;
      return !same || (inspected.get(place)?.faults.length ?? 0) > 0;
    })
    .map(([place]) => place)
    .sort((a, b) => a - b);

function wrongSegment({ layout, tallies, inspected }: Comparison, place: number): WrongSegment {
  const { found, right } = tallies.get(place) ?? { found: NO_ROWS, right: NO_ROWS };
  const file = layout.ordered[place];
  return {
    segment: file?.segment ?? null,
    uri: file?.uri ?? null,
    rows: { table: found.rows, recomputed: right.rows },
    checksum: { table: checksumText(found), recomputed: checksumText(right) },
    faults: inspected.get(place)?.faults ?? [],
  };
}

/** Sixteen hexadecimal digits. */
const checksumText = ({ hash }: Tally): string => BigInt.asUintN(64, hash).toString(16).padStart(16, '0');

const KIND = `CASE WHEN NOT "@alive" THEN 'removed' WHEN "@copies" = 0 THEN 'added' ELSE 'changed' END`;

/** What was collected of rows that differ. */
export async function rowChanges({ layout, contract }: Comparison): Promise<RowChanges> {
  const { engine, key } = layout;
  const counted = await engine.rows(`SELECT ${KIND} AS kind, count(*) AS n FROM ${q(WRONG)} GROUP BY 1`);
  const count = (kind: RowChange) => Number(counted.find((row) => row['kind'] === kind)?.['n'] ?? 0);
  return {
    added: count('added'),
    removed: count('removed'),
    changed: count('changed'),
    shown: await shownRows(engine, contract, key, (place) => layout.ordered[place]?.segment ?? null),
  };
}

async function shownRows(
  engine: Engine,
  contract: Contract,
  key: Comparison['layout']['key'],
  segmentOf: (place: number) => number | null,
): Promise<WrongRow[]> {
  const rows = await engine.rows(`SELECT ${keyTexts(key)}, ${KIND} AS kind, "@place" AS place,
    array_to_string("@columns", ',') AS columns FROM ${q(WRONG)} ORDER BY ${keyOrder(key)} LIMIT ${SHOWN}`);
  const hidden = new Set(contract.columns.filter(isHidden).map(({ name }) => name));
  return rows.map((row) => {
    const texts = boundOf(key, row);
    const told = key.map(({ name }, place) => [name, hidden.has(name) ? '(hidden)' : (texts[place] ?? null)] as const);
    const columns = row['columns'] as string;
    return {
      key: Object.fromEntries(told),
      change: row['kind'] as RowChange,
      columns: columns === '' ? [] : columns.split(','),
      segment: segmentOf(Number(row['place'])),
    };
  });
}
