/** How long to wait before something is tried again. Pure. */

export interface Patience {
  /** Tries after the first one. */
  readonly retries: number;
  /** Milliseconds of the first pause; each further one doubles. */
  readonly first: number;
  /** Milliseconds of the longest pause. */
  readonly longest: number;
}

/** Together 30 to 61 s: longer than a gateway takes to start anew, short enough that a sync tells soon of an API that is away. */
export const PATIENCE: Patience = { retries: 7, first: 500, longest: 30_000 };

/** Milliseconds that a server may ask to wait; for more a person, or the next sync, has to come back. */
export const LONGEST_ASKED = 5 * 60_000;

/**
 * @param failed tries that failed so far, from 1
 * @param random from 0 to 1: the upper half of the pause is left to chance, so that many that failed together do not come
 * back together
 * @returns milliseconds; undefined: enough
 */
export function pauseAfter(failed: number, { retries, first, longest }: Patience, random: number): number | undefined {
  if (failed > retries) return undefined;
  return Math.min(longest, first * 2 ** (failed - 1)) * (0.5 + random / 2);
}

/**
 * Milliseconds that `Retry-After` asks for (RFC 9110, 10.2.3: whole seconds, or a date).
 * @param now milliseconds since 1970
 * @returns undefined: it says nothing that can be read; Infinity: longer than anybody waits, whatever digits it has
 */
export function askedPause(header: string | undefined, now: number): number | undefined {
  const text = header?.trim() ?? '';
  if (/^\d+$/.test(text)) return within(Number(text) * 1000);
  const at = /^[A-Z][a-z]{2}/.test(text) ? Date.parse(text) : Number.NaN;
  return Number.isNaN(at) ? undefined : within(Math.max(0, at - now));
}

/** A year. Milliseconds; times beyond it are not worth telling, and further ones no clock can tell. */
const LONGEST_TOLD = 366 * 24 * 60 * 60 * 1000;

const within = (milliseconds: number): number => (milliseconds > LONGEST_TOLD ? Infinity : milliseconds);
