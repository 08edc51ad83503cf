/** What a run is asked for, and what it tells of a set. */
import type { DmapLane, ResultToFetch } from '@farelake/db';
import type { ResultIdentity } from '@farelake/dmap';
import type { OnProgress } from '../progress.ts';
import type { ChosenSet } from './choose-sets.ts';
import type { SetTally } from './set-work.ts';

export interface SyncOptions {
  /** Sets or their tables; all that have a contract unless given. Of these, sets whose API has no key are passed over. */
  readonly sets?: readonly string[] | undefined;
  /** Lists what was issued on this day or later, `YYYY-MM-DD`, in place of what the watermark says. */
  readonly since?: string | undefined;
  /** Lists everything. */
  readonly full?: boolean | undefined;
  /** Lists, and tells what would be fetched; changes nothing. */
  readonly dryRun?: boolean | undefined;
  /** Datasets of slow lanes that this run fetches at most; all unless given. */
  readonly slowLimit?: number | undefined;
  readonly onProgress?: OnProgress | undefined;
}

export interface SyncedSet extends ChosenSet, Readonly<SetTally> {
  /** Results still to be fetched, failed ones included, by lane. */
  readonly waiting: Readonly<Record<DmapLane, number>>;
  /** Of a dry run: what would be fetched, in that order. */
  readonly planned?: readonly PlannedResult[];
}

export interface PlannedResult extends ResultIdentity {
  readonly lane: DmapLane;
  /** Fetched before, and not loaded, or not all of its rows: the vendor may have mended it. */
  readonly again: boolean;
}

/** Whether something of the set did not go well. What waits in the slow lane, or was withdrawn, is no such thing. */
export const isSetTroubled = ({ trouble, failed }: Pick<SetTally, 'trouble' | 'failed'>): boolean =>
  trouble !== null || failed.length > 0;

export const countLanes = (results: readonly ResultToFetch[]): Record<DmapLane, number> => {
  const count = (asked: DmapLane) => results.filter(({ lane, again }) => lane === asked && !again).length;
  return { new: count('new'), slow: count('slow') };
};
