/**
 * A run in rounds: every set is listed and the datasets of its lane `new` are fetched, over a few connections that all sets
 * share; then a portion of the slow lanes, over one; then every set is listed again. So a vendor's re-issue of hundreds of
 * datasets keeps fresh data waiting for a portion at most.
 */
import { resultsToFetch, type DmapLane, type ResultToFetch } from '@farelake/db';
import { patiently } from '../retry/patiently.ts';
import type { Wish } from './ask.ts';
import { openConnections, type Connections } from './connections.ts';
import { fetchResult, MOST_IN_ROW, noteTrouble } from './fetch-result.ts';
import { listSet } from './list-set.ts';
import { comparePeriods } from './newest-first.ts';
import type { SetWork } from './set-work.ts';
import { isMissingKey } from './vendor-trouble.ts';

export interface RoundOptions {
  /** Of the first listing. */
  readonly wish: Wish;
  readonly slowLimit: number;
  /** A set whose API has no key is passed over, rather than in trouble. */
  readonly skipUnkeyed: boolean;
  readonly onFetched: (dataset: string) => void;
  /** The fresh datasets of the set, or a portion of its slow ones, are there. */
  readonly onRound: (dataset: string) => void;
  /** The set's work ended with an error that is not its vendor's; may throw it, which ends the run. */
  readonly onError: (work: SetWork, error: unknown) => Promise<void>;
}

const CONNECTIONS = 4;
/** Datasets of slow lanes fetched before the sets are listed again. */
const PORTION = 25;

interface Rounds extends RoundOptions {
  readonly connections: Connections<ResultToFetch>;
  /** Sets whose work is over. */
  readonly over: Set<SetWork>;
}

export async function inRounds(works: readonly SetWork[], options: RoundOptions): Promise<void> {
  const rounds: Rounds = { ...options, connections: openConnections(CONNECTIONS, comesBefore), over: new Set() };
  let left = options.slowLimit;
  for (let wish = options.wish; ; wish = { since: options.wish.since }) {
    await inAll(rounds, works, async (work) => {
      // A set whose listing broke off is left for the next run: the others' rounds do not wait for it again.
      if (!work.standing.cannotList) await listSet(work, wish);
      await fetchNew(rounds, work);
    });
    const portion = await slowOnes(rounds, works, Math.min(PORTION, left));
    if (portion.length === 0) return;
    left -= portion.length;
    await fetchSlow(rounds, portion);
  }
}

/** Each set by itself: what ends the work on one does not end the others'. */
async function inAll(rounds: Rounds, works: readonly SetWork[], turn: (work: SetWork) => Promise<void>): Promise<void> {
  const guarded = works
    .filter((work) => !rounds.over.has(work))
    .map((work) =>
      turn(work).catch((error: unknown) => {
        rounds.over.add(work);
        return endWork(rounds, work, error);
      }),
    );
  for (const one of await Promise.allSettled(guarded)) if (one.status === 'rejected') throw one.reason;
}

async function endWork({ skipUnkeyed, onError }: Rounds, work: SetWork, error: unknown): Promise<void> {
  const { tally } = work;
  if (!Error.isError(error) || !isMissingKey(error)) await onError(work, error);
  else if (skipUnkeyed) tally.skipped = error.message;
  else tally.trouble = error.message;
}

async function fetchNew(rounds: Rounds, work: SetWork): Promise<void> {
  // Listings for the sake of links may bring further ones.
  for (;;) {
    const waiting = await untried(work);
    work.links.keepOnly(waiting);
    const fresh = waiting.filter(({ lane }) => lane === 'new');
    if (fresh.length === 0 || work.standing.stopped) return;
    for (const { id } of fresh) work.tried.add(id);
    await fetchInOrder(rounds, rounds.connections, work, fresh);
    rounds.onRound(work.dataset);
  }
}

/**
 * Fetches them in their order. Several in a row that fail for what may be wrong with all of them do not prove it: a few from
 * the other end are tried, and if none of these comes either, the set is left for the next run.
 */
async function fetchInOrder(
  rounds: Rounds,
  connections: Connections<ResultToFetch>,
  work: SetWork,
  results: readonly ResultToFetch[],
): Promise<void> {
  const { standing } = work;
  const begun = new Set<ResultToFetch>();
  const fetch = (some: readonly ResultToFetch[]) =>
    connections.fetchAll(some, async (result) => {
      if (standing.inRow >= MOST_IN_ROW) return;
      begun.add(result);
      await fetchOne(rounds, work, result);
    });
  for (let left = results; left.length > 0 && !standing.stopped; left = results.filter((one) => !begun.has(one))) {
    if (standing.inRow < MOST_IN_ROW) {
      await fetch(left);
      continue;
    }
    standing.inRow = 0;
    await fetch(left.slice(-MOST_IN_ROW).toReversed());
    if (standing.inRow < MOST_IN_ROW) continue;
    standing.stopped = true;
    await noteTrouble(work, 'The vendor refuses the links of its own listings.');
  }
}

async function fetchOne({ onFetched }: Rounds, work: SetWork, result: ResultToFetch): Promise<void> {
  const { tally, dataset, tried } = work;
  const before = tally.fetched;
  await fetchResult(work, result);
  if (tally.fetched === before) return;
  onFetched(dataset);
  work.onProgress?.({ step: 'fetching', table: dataset, done: tally.fetched, of: tried.size, bytes: tally.bytes });
}

interface SlowOne {
  readonly work: SetWork;
  readonly result: ResultToFetch;
}

/** The first ones of all sets together. */
async function slowOnes({ over }: Rounds, works: readonly SetWork[], count: number): Promise<SlowOne[]> {
  const going = works.filter((work) => !over.has(work) && !work.standing.stopped);
  const lanes = await Promise.all(
    going.map(async (work) =>
      (await untried(work)).filter(({ lane }) => lane === 'slow').map((result) => ({ work, result })),
    ),
  );
  return lanes
    .flat()
    .sort((a, b) => compareTurns(a.result, b.result))
    .slice(0, Math.max(0, count));
}

async function fetchSlow(rounds: Rounds, portion: readonly SlowOne[]): Promise<void> {
  const ofSets = Map.groupBy(portion, ({ work }) => work);
  const connection = openConnections(1, comesBefore);
  for (const { work, result } of portion) work.tried.add(result.id);
  await inAll(rounds, [...ofSets.keys()], async (work) => {
    const results = (ofSets.get(work) ?? []).map(({ result }) => result);
    await fetchInOrder(rounds, connection, work, results);
    rounds.onRound(work.dataset);
  });
}

const untried = async ({ workspace, dataset, onProgress, tried }: SetWork): Promise<ResultToFetch[]> => {
  const read = () => resultsToFetch(workspace.pool, dataset);
  return (await patiently(workspace, dataset, read, onProgress)).filter(({ id }) => !tried.has(id));
};

/** Of whichever sets, as of one: what was never fetched, what has failed least often, then the newest period. */
const compareTurns = (a: ResultToFetch, b: ResultToFetch): number =>
  LANES.indexOf(a.lane) - LANES.indexOf(b.lane) ||
  Number(a.again) - Number(b.again) ||
  a.tries - b.tries ||
  comparePeriods(a, b);

const comesBefore = (a: ResultToFetch, b: ResultToFetch): boolean => compareTurns(a, b) < 0;

const LANES: readonly DmapLane[] = ['new', 'slow'];
