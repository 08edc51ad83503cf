/**
 * The rules of docs/dmap.md, "Listing", result by result: the reference with which the ledger is compared. A sequence of
 * pages and ends of listings goes in; out comes what is to be fetched, in which lane, and up to when the listing is known.
 */
import type { DmapLane, DmapResultKey, DmapResultState, EndOfListing } from '@farelake/db';

interface Kept extends DmapResultKey {
  /** In order of registration. */
  readonly place: number;
  readonly countsFrom: string;
  lane: DmapLane | null;
  state: DmapResultState;
  lastListed: Date;
}

export interface Books {
  readonly results: Kept[];
  watermark: string | null;
  fullAt: Date | null;
}

export const newBooks = (): Books => ({ results: [], watermark: null, fullAt: null });

const DAY = 86_400_000;
const text = (at: Date): string => `${at.toISOString().slice(0, -1)}000000`;
const order = ({ lastUpdated, startDate, endDate, datasetId }: DmapResultKey): string =>
  [lastUpdated, startDate, endDate, datasetId].join(' ');

export function listPage(books: Books, page: readonly DmapResultKey[], listedAt: Date): void {
  for (const result of page.toSorted((a, b) => (order(a) < order(b) ? -1 : 1))) {
    const known = books.results.find((other) => order(other) === order(result));
    if (known === undefined)
      books.results.push({
        ...result,
        place: books.results.length,
        countsFrom:
          result.lastUpdated <= text(new Date(listedAt.getTime() + DAY)) ? result.lastUpdated : text(listedAt),
        lane: null,
        state: 'listed',
        lastListed: listedAt,
      });
    else {
      if (known.lastListed < listedAt) known.lastListed = listedAt;
      if (known.state === 'withdrawn') known.state = 'listed';
    }
  }
  for (const { datasetId } of page) settle(books, datasetId, listedAt);
}

/** Of those that are not withdrawn one counts: the one that counts from the latest time, of several the last registered. */
function settle(books: Books, datasetId: string, listedAt: Date): void {
  const [first, ...others] = books.results
    .filter((result) => result.datasetId === datasetId && result.state !== 'withdrawn')
    .sort((a, b) => (a.countsFrom === b.countsFrom ? b.place - a.place : a.countsFrom < b.countsFrom ? 1 : -1));
  for (const other of others) if (isWaiting(other)) other.state = 'superseded';
  if (first?.state === 'superseded' && first.lastListed >= listedAt) first.state = 'listed';
}

const isWaiting = ({ state }: Kept): boolean => state === 'listed' || state === 'failed';

export function endOfListing(books: Books, { listedAt, full, moves, trouble }: EndOfListing): void {
  const whole = trouble === null;
  if (whole && full)
    for (const result of books.results)
      if (isWaiting(result) && result.lastListed < listedAt) {
        result.state = 'withdrawn';
        settle(books, result.datasetId, listedAt);
      }
  giveLanes(books.results);
  const highest = books.results
    .filter(({ countsFrom, lastUpdated }) => countsFrom === lastUpdated)
    .map(({ lastUpdated }) => (lastUpdated < text(listedAt) ? lastUpdated : text(listedAt)));
  if (whole && moves)
    books.watermark =
      [...highest, books.watermark]
        .filter((one) => one !== null)
        .sort()
        .at(-1) ?? null;
  if (whole && full) books.fullAt = listedAt;
}

function giveLanes(results: Kept[]): void {
  const earlier = results.filter(({ lane }) => lane !== null);
  const isKnown = ({ datasetId }: Kept) => earlier.some((other) => other.datasetId === datasetId);
  const fresh = results.filter(({ lane }) => lane === null);
  const corrections = earlier.filter(
    (one) => isWaiting(one) && earlier.some((other) => other.datasetId === one.datasetId && other.place < one.place),
  ).length;
  const issuedAnew = fresh.filter((one) => isKnown(one) && one.state === 'listed').length;
  const lanes = fresh.map((one): DmapLane => (isKnown(one) && corrections + issuedAnew > 20 ? 'slow' : 'new'));
  for (const [at, one] of fresh.entries()) one.lane = lanes[at] ?? null;
}
