/**
 * Chance without state: what a field holds is drawn from (seed, row, revision, column), so that a row of any revision can
 * be told at any time, and nothing is kept per row. Integers only, so that every machine and Node draws the same.
 */

/** A bijection of 32-bit integers in which every bit of the argument counts (the finalizer of MurmurHash3). */
export const scramble = (number: number): number => {
  let mixed = number ^ (number >>> 16);
  mixed = Math.imul(mixed, 0x85ebca6b);
  mixed ^= mixed >>> 13;
  mixed = Math.imul(mixed, 0xc2b2ae35);
  return mixed ^ (mixed >>> 16);
};

const GOLDEN = 0x9e3779b9;

/** What all draws for a revision of a row begin with. */
export const drawRow = (seed: number, row: number, revision: number): number =>
  scramble(row ^ scramble(seed + Math.imul(revision, GOLDEN)));

/** A whole number from 0 to 2^31 - 1 for a column: more bits would no longer be a small integer to V8. */
export const drawColumn = (ofRow: number, column: number): number =>
  scramble(ofRow + Math.imul(column + 1, GOLDEN)) >>> 1;

/** Another number of the same range, independent of this one to the eye. */
export const drawAgain = (draw: number): number => scramble(draw ^ 0x5bd1e995) >>> 1;
