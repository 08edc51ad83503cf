/** How the vendor's tasks name snapshot files; all count from 0 here and from 1 there. */

const hex = (number: number): string => number.toString(16).toUpperCase().padStart(8, '0');

/** `LOAD0000000A` is the tenth. */
export const hexStem = (index: number): string => `LOAD${hex(index + 1)}`;

/** As small feeds are named: `LOAD10` is the tenth. */
export const plainStem = (index: number): string => `LOAD${String(index + 1)}`;

/** Two segments of a parallel load, in turn: `LOAD_2_00000005` is the tenth. */
export const parallelStem = (index: number): string =>
  `LOAD_${String((index % 2) + 1)}_${hex(Math.floor(index / 2) + 1)}`;
