/** What a listing of a set asks for, and what it may prove. Pure. */
import type { DmapSetRecord } from '@farelake/db';

/** A part of what a listing asks for. */
export interface Asked {
  /** Only what was issued on this day or later; undefined: everything. */
  readonly since: string | undefined;
  /** Nothing between the watermark and now is left out, so that this may move. */
  readonly moves: boolean;
}

export interface Wish {
  /** `YYYY-MM-DD`. */
  readonly since?: string | undefined;
  readonly full?: boolean | undefined;
}

const DAY = 24 * 60 * 60 * 1000;

/** Between two listings of everything, which find what was backdated. Milliseconds. */
export const FULL_EVERY = 7 * DAY;

/**
 * From the watermark on, with a day to spare, and from the oldest result that still has to be fetched, for which a link is
 * wanted. A day asked for wins; everything is asked for at first, each seventh day, and where that is wished.
 */
export function askFor(
  { watermark, fullAt, oldestWaiting, now }: DmapSetRecord,
  { since, full = false }: Wish = {},
): Asked {
  const usual = watermark === null ? undefined : dayBefore(watermark);
  if (full) return { since: undefined, moves: true };
  if (since !== undefined) return { since, moves: usual !== undefined && since <= usual };
  if (usual === undefined || fullAt === null || now.getTime() - fullAt.getTime() >= FULL_EVERY)
    return { since: undefined, moves: true };
  const oldest = oldestWaiting === null ? usual : dayBefore(oldestWaiting);
  return { since: oldest < usual ? oldest : usual, moves: true };
}

/** For links alone: from the oldest result that one is wanted for. */
export const askForLinks = ({ watermark, oldestWaiting }: DmapSetRecord, wanted: string): Asked => {
  const since = dayBefore(oldestWaiting !== null && oldestWaiting < wanted ? oldestWaiting : wanted);
  return { since, moves: watermark !== null && since <= dayBefore(watermark) };
};

/** The day before that of a time: whatever zone the vendor's days are in, nothing of the day itself is missed. */
export const dayBefore = (instant: string): string =>
  // Before the first day of all there is none.
  instant.startsWith(FIRST_DAY)
    ? FIRST_DAY
    : new Date(Date.parse(`${instant.slice(0, 10)}T00:00:00Z`) - DAY).toISOString().slice(0, 10);

const FIRST_DAY = '0001-01-01';
