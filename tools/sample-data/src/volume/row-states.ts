import { scramble } from './draw.ts';

/**
 * What became of the rows that were changed: revision, and whether they are gone. All others are as they were made and
 * need no place, so that memory grows with the changes (24 bytes each at most) and not with the rows.
 */
export interface RowStates {
  readonly revision: (row: number) => number;
  readonly isGone: (row: number) => boolean;
  readonly set: (row: number, revision: number, gone: boolean) => void;
  /** All rows that were changed, in an order that says nothing. */
  readonly entries: () => Generator<{ row: number; revision: number; gone: boolean }>;
}

/** @param most how many rows will be set at most */
export const rowStates = (most: number): RowStates => {
  let capacity = 16;
  while (capacity < most * 1.5) capacity *= 2;
  const wrap = capacity - 1;
  /** Row + 1; 0 is a free place. */
  const rows = new Uint32Array(capacity);
  /** Twice the revision, and 1 if the row is gone. */
  const states = new Uint32Array(capacity);
  const placeOf = (row: number): number => {
    let place = scramble(row) & wrap;
    while (rows[place] !== 0 && rows[place] !== row + 1) place = (place + 1) & wrap;
    return place;
  };
  const stateOf = (row: number): number => states[placeOf(row)] ?? 0;
  return {
    revision: (row) => stateOf(row) >>> 1,
    isGone: (row) => (stateOf(row) & 1) === 1,
    set: (row, revision, gone) => {
      const place = placeOf(row);
      rows[place] = row + 1;
      states[place] = revision * 2 + (gone ? 1 : 0);
    },
    entries: function* () {
      for (let place = 0; place < capacity; place++) {
        const row = rows[place] ?? 0;
        const state = states[place] ?? 0;
        if (row !== 0) yield { row: row - 1, revision: state >>> 1, gone: (state & 1) === 1 };
      }
    },
  };
};
