/** How long to wait before something is tried again. Pure. */

export interface Patience {
  /** Tries after the first one. */
  readonly retries: number;
  /** The same for a store: each of its requests was tried for seconds or minutes already. */
  readonly ofStores: number;
  /** Milliseconds of the first pause; each further one doubles. */
  readonly first: number;
  /** Milliseconds of the longest pause. */
  readonly longest: number;
}

/** Together at least 45 s and at most 92: a database that crashed on a busy machine is back by then. */
export const PATIENCE: Patience = { retries: 8, ofStores: 2, first: 500, longest: 30_000 };

/**
 * @param retries tries after the first one
 * @param failed tries that failed so far, from 1
 * @param random from 0 to 1: the upper half of the pause is left to chance, so that many that failed together do not come
 * back together; the lower half is certain, or luck alone could use up all tries in a moment
 * @returns milliseconds; undefined: enough
 */
export function pauseAfter(
  retries: number,
  failed: number,
  { first, longest }: Patience,
  random: number,
): number | undefined {
  if (failed > retries) return undefined;
  return Math.min(longest, first * 2 ** (failed - 1)) * (0.5 + random / 2);
}

/** Minutes after which a table whose runs failed is tried again by itself: 1, 2, 4 … 60. */
export const minutesAfter = (failures: number): number => Math.min(60, 2 ** Math.max(0, failures - 1));

/**
 * Seconds that tries at a file lie apart to count as two: 5, 10, 20, 40 minutes, less up to half of that.
 * @param tried tries so far, from 1
 * @param random from 0 to 1: so that not all files that came to grief together are tried together
 */
export const secondsApart = (tried: number, random: number): number =>
  5 * 60 * 2 ** Math.max(0, tried - 1) * (0.5 + random / 2);
