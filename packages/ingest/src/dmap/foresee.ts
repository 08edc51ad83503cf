/** What a run would fetch: the same listing, registered in a transaction that is taken back. */
import {
  endListing,
  readDmapSet,
  registerResults,
  resultsToFetch,
  withTransaction,
  type ResultToFetch,
} from '@farelake/db';
import { identityText, type ListedPage, type Vendor } from '@farelake/dmap';
import { UserError } from '@farelake/schema-registry';
import type { PoolClient } from 'pg';
import type { Worked } from '../ingest.ts';
import { isOutage } from '../retry/passing.ts';
import type { Workspace } from '../workspace.ts';
import { askFor, type Asked } from './ask.ts';
import type { ChosenSet } from './choose-sets.ts';
import { emptyTrouble, unreadableTrouble } from './list-set.ts';
import { newSetTally } from './set-work.ts';
import { countLanes, type PlannedResult, type SyncedSet, type SyncOptions } from './synced-set.ts';
import { isMissingKey } from './vendor-trouble.ts';

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
  return { sets: (await Promise.all(foreseen)).filter((one) => one !== undefined), troubled };
}

interface Foreseen {
  readonly sets: readonly SyncedSet[];
  /** As of a run: what ended the look at one set leaves the others. */
  readonly troubled: Worked['troubled'];
}

interface Heard {
  readonly pages: readonly ListedPage['results'][];
  readonly trouble: string | null;
  readonly skipped: string | null;
}

async function foreseeSet(
  workspace: Workspace,
  vendor: Vendor,
  set: ChosenSet,
  options: SyncOptions,
): Promise<SyncedSet> {
  const record = await readDmapSet(workspace.pool, set.dataset);
  const asked = askFor(record, options);
  const found = await hear(workspace, vendor, set, asked, options);
  const isEmpty = asked.since === undefined && found.skipped === null && found.pages.every((page) => page.length === 0);
  const heard = { ...found, trouble: found.trouble ?? (isEmpty ? emptyTrouble(record.known) : null) };
  return takenBack(workspace, async (db) => {
    const tally = { ...newSetTally(), skipped: heard.skipped, trouble: heard.trouble };
    const { now: listedAt } = record;
    const names = new Set<string>();
    for (const page of heard.pages) {
      const { fresh, superseded } = await registerResults(db, set.dataset, page, listedAt);
      tally.fresh += fresh;
      tally.superseded += superseded;
      for (const result of page) names.add(identityText(result));
    }
    tally.listed = names.size;
    const full = asked.since === undefined;
    if (heard.skipped === null)
      tally.withdrawn = await endListing(db, set.dataset, {
        listedAt,
        full,
        moves: asked.moves,
        trouble: heard.trouble,
      });
    const waiting = await resultsToFetch(db, set.dataset);
    return { ...set, ...tally, waiting: countLanes(waiting), planned: waiting.map(planned) };
  });
}

const planned = ({ datasetId, lastUpdated, startDate, endDate, lane }: ResultToFetch): PlannedResult => ({
  ...{ datasetId, lastUpdated, startDate, endDate, lane },
});

async function hear(
  { signal }: Workspace,
  vendor: Vendor,
  { api, set, dataset }: ChosenSet,
  { since }: Asked,
  { onProgress, sets }: SyncOptions,
): Promise<Heard> {
  const pages: ListedPage['results'][] = [];
  const unreadable: string[] = [];
  let results = 0;
  try {
    for await (const page of vendor.list({ api, set }, { since, signal })) {
      pages.push(page.results);
      unreadable.push(...page.unreadable);
      results += page.results.length;
      onProgress?.({ step: 'listing', table: dataset, results });
    }
    return { pages, trouble: unreadableTrouble(unreadable), skipped: null };
  } catch (error) {
    signal.throwIfAborted();
    if (!(error instanceof UserError)) throw error;
    const skip = isMissingKey(error) && sets === undefined;
    return { pages, trouble: skip ? null : error.message, skipped: skip ? error.message : null };
  }
}

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
