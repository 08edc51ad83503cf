import { DEVICES, deviceId, PRODUCTS, productId, STATIONS, stopId } from '../identifiers.ts';
import { scramble } from './draw.ts';
import { FIRST_ORPHAN, type Feed } from './recipe.ts';

/** Identifiers that the tables of a large feed share, and when its rows were made. */

const hex8 = (number: number): string => (number >>> 0).toString(16).padStart(8, '0');

/** The token of a card, another after each move: no two rows ever have the same. */
export const tokenAt = (seed: number, row: number, revision: number): string =>
  `tok_${hex8(scramble(row ^ scramble(seed)))}${(revision & 0xffff).toString(16).padStart(4, '0')}`;

/** The token that any of the feed's cards had in the snapshot. */
export const anyToken =
  ({ seed, rows }: Feed) =>
  (draw: number): string =>
    tokenAt(seed, draw % Math.max(rows, 1), 0);

const listOf = (count: number, of: (number: number) => string): readonly string[] =>
  Array.from({ length: count }, (_, index) => of(index + 1));

export const DEVICE_IDS = listOf(DEVICES, deviceId);
export const STOP_IDS = listOf(STATIONS, stopId);
export const PRODUCT_IDS = listOf(PRODUCTS, productId);

/** Between two taps of the whole system, in milliseconds: some 350,000 a day. */
const BETWEEN = 250;

/** When a row was made, an instant: the snapshot's last rows just before it started, inserted ones after it. */
export const madeAt =
  ({ rows }: Feed, start: number) =>
  (row: number): number =>
    row < FIRST_ORPHAN ? start - (rows - row) * BETWEEN : start;
