/** What a run would fetch: the same listing, registered in a transaction that is taken back. */
import {
  endListing,
  readDmapSet,
  registerResults,
  resultsToFetch,
  withTransaction,
  type ResultToFetch,
} from '@farelake/db';
import { identityText, type Vendor } from '@farelake/dmap';
import type { PoolClient } from 'pg';
import type { Worked } from '../ingest.ts';
import { isOutage } from '../retry/passing.ts';
import type { Workspace } from '../workspace.ts';
import { askFor } from './ask.ts';
import type { ChosenSet } from './choose-sets.ts';
import { hearSet } from './hear-set.ts';
import { emptyTrouble } from './list-set.ts';
import { newSetTally } from './set-work.ts';
import { countLanes, type PlannedResult, type SyncedSet, type SyncOptions } from './synced-set.ts';

export async function foresee(
  workspace: Workspace,
  vendor: Vendor,
  sets: readonly ChosenSet[],
  options: SyncOptions,
): Promise<Foreseen> {
  const troubled: { dataset: string; error: unknown }[] = [];
  const foreseen = sets.map((set) =>
    foreseeSet(workspace, vendor, set, options).catch((error: unknown) => {
      workspace.signal.throwIfAborted();
      if (isOutage(error)) throw error;
      troubled.push({ dataset: set.dataset, error });
      return undefined;
    }),
  );
  const all = (await Promise.all(foreseen)).filter((one) => one !== undefined);
  return { sets: withinLimit(all, options.slowLimit ?? Infinity), troubled };
}

/** Of the slow lanes of all sets together no more are fetched. */
function withinLimit(sets: readonly SyncedSet[], slowLimit: number): SyncedSet[] {
  let left = slowLimit;
  const isDue = ({ lane }: PlannedResult): boolean => lane === 'new' || left-- > 0;
  return sets.map((set) => ({ ...set, planned: (set.planned ?? []).filter(isDue) }));
}

interface Foreseen {
  readonly sets: readonly SyncedSet[];
  /** As of a run: what ended the look at one set leaves the others. */
  readonly troubled: Worked['troubled'];
}

async function foreseeSet(
  workspace: Workspace,
  vendor: Vendor,
  set: ChosenSet,
  options: SyncOptions,
): Promise<SyncedSet> {
  const { pool, signal } = workspace;
  const record = await readDmapSet(pool, set.dataset);
  const { since, moves } = askFor(record, options);
  const full = since === undefined;
  const { onProgress, sets } = options;
  const heard = await hearSet(vendor, set, { since, skipUnkeyed: sets === undefined, signal, onProgress });
  const { pages, listed, skipped } = heard;
  const isEmpty = full && skipped === null && listed.size === 0;
  const trouble = heard.trouble ?? (isEmpty ? emptyTrouble(record.known) : null);
  return takenBack(workspace, async (db) => {
    const tally = { ...newSetTally(), listed: listed.size, skipped, trouble };
    const { now: listedAt } = record;
    for (const page of pages) {
      const { fresh, superseded } = await registerResults(db, set.dataset, page, listedAt);
      tally.fresh += fresh;
      tally.superseded += superseded;
    }
    if (skipped === null) tally.withdrawn = await endListing(db, set.dataset, { listedAt, full, moves, trouble });
    const waiting = await resultsToFetch(db, set.dataset);
    // What is there is asked for again only where the listing has a link for it.
    const due = waiting.filter((result) => !result.again || listed.has(identityText(result)));
    return { ...set, ...tally, waiting: countLanes(waiting), planned: due.map(planned) };
  });
}

const planned = ({ datasetId, lastUpdated, startDate, endDate, lane, again }: ResultToFetch): PlannedResult => ({
  ...{ datasetId, lastUpdated, startDate, endDate, lane, again },
});

/** Runs `work` in a transaction of which nothing stays. */
async function takenBack<T>({ pool }: Workspace, work: (db: PoolClient) => Promise<T>): Promise<T> {
  let done: { readonly result: T } | undefined;
  try {
    await withTransaction(pool, async (db) => {
      done = { result: await work(db) };
      throw TAKEN_BACK;
    });
  } catch (error) {
    if (error !== TAKEN_BACK) throw error;
  }
  if (done === undefined) throw new Error('a transaction that is taken back ended without its result');
  return done.result;
}

const TAKEN_BACK = new Error('taken back');
