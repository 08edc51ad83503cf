/**
 * Proves that the ledger keeps the books of listings as the reference does, for random vendors: issues and re-issues,
 * removals and re-appearances, equal times, clocks ahead, backdated results, pages cut anywhere, listings that break off,
 * fetches that succeed and fail in between.
 */
import { randomUUID } from 'node:crypto';
import path from 'node:path';
import {
  endListing,
  noteFetched,
  noteFetchFailed,
  readDmapSet,
  registerResults,
  resultsToFetch,
  type DmapResultKey,
} from '@farelake/db';
import fc from 'fast-check';
import { runs } from '../../../../jest.property.ts';
import { withTestDatabase } from '../../../db/test/support/postgres.ts';
import { REPOSITORY } from '../support/world.ts';
import { endOfListing, listPage, newBooks, type Books } from './support/reference-books.ts';

const database = withTestDatabase({ migrations: path.join(REPOSITORY, 'migrations') });

const START = Date.parse('2026-01-10T00:00:00Z');
const HOUR = 3_600_000;
const day = (number: number): string => new Date(START + number * 24 * HOUR).toISOString().slice(0, 10);

/** A few ids and times, so that the same ones meet again. */
const usual = fc.record({ id: fc.nat(2), hours: fc.constantFrom(0, 5, 30), period: fc.nat(1) });
/** Hours from the first listing: backdated, or by a clock that is ahead. */
const odd = fc.record({
  id: fc.nat(5),
  hours: fc.oneof(fc.integer({ min: -60, max: 60 }), fc.constantFrom(24, 25, 100, 9000)),
  period: fc.nat(2),
});
const results = fc.oneof(usual, odd);
const asListed = ({ id, hours, period }: { id: number; hours: number; period: number }): DmapResultKey => ({
  datasetId: `set ${'äB_b1'.charAt(id)}${String(id)}`,
  lastUpdated: `${new Date(START + hours * HOUR).toISOString().slice(0, -1)}000000`,
  startDate: day(period),
  endDate: day(period + (id % 2)),
});

/** A vendor that issues many at once, as when it regenerates. */
const many = fc
  .record({ hours: fc.integer({ min: 0, max: 80 }), count: fc.integer({ min: 18, max: 24 }) })
  .map(({ hours, count }) => Array.from({ length: count }, (_, id) => asListed({ id, hours, period: 0 })));

const listing = fc.record({
  kind: fc.constant('listing' as const),
  pages: fc.array(fc.oneof({ weight: 4, arbitrary: fc.array(results.map(asListed), { maxLength: 6 }) }, many), {
    maxLength: 3,
  }),
  hoursLater: fc.constantFrom(0, 1, 7, 30),
  full: fc.boolean(),
  moves: fc.boolean(),
  end: fc.constantFrom('whole', 'whole', 'trouble', 'broken off'),
});
const fetching = fc.record({
  kind: fc.constant('fetching' as const),
  // Which of those to be fetched, and whether it goes well.
  picks: fc.array(fc.record({ place: fc.nat(30), fails: fc.boolean() }), { maxLength: 8 }),
});

const RUNS = runs(150);

it(`keeps the books as the reference does, on ${String(RUNS.numRuns)} random vendors`, async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.oneof(listing, fetching), { maxLength: 8 }), async (steps) => {
      const dataset = `dmap_${randomUUID()}`;
      const books = newBooks();
      let listedAt = new Date(START);
      for (const step of steps) {
        if (step.kind === 'fetching') {
          for (const pick of step.picks) await fetchOne(dataset, books, pick);
          continue;
        }
        listedAt = new Date(listedAt.getTime() + step.hoursLater * HOUR);
        for (const page of step.pages) {
          listPage(books, page, listedAt);
          await registerResults(database.pool, dataset, page, listedAt);
        }
        if (step.end === 'broken off') continue;
        const trouble = step.end === 'whole' ? null : 'it kept changing';
        const end = { listedAt, full: step.full, moves: step.full || step.moves, trouble };
        endOfListing(books, end);
        await endListing(database.pool, dataset, end);
      }
      expect(await ledgerOf(dataset)).toEqual(pictureOf(books));
      await assertOrder(dataset, books);
    }),
    RUNS,
  );
});

async function fetchOne(dataset: string, books: Books, pick: { place: number; fails: boolean }): Promise<void> {
  const waiting = await resultsToFetch(database.pool, dataset);
  const found = waiting[pick.place];
  if (found === undefined) return;
  const kept = books.results.find(
    (one) => nameOf(one) === nameOf(found) && (one.state === 'listed' || one.state === 'failed'),
  );
  if (kept === undefined) throw new Error(`the reference does not fetch ${nameOf(found)}`);
  kept.state = pick.fails ? 'failed' : 'fetched';
  if (pick.fails) await noteFetchFailed(database.pool, found.id, 'gone');
  else
    await noteFetched(database.pool, {
      result: found,
      object: {
        objectKey: `cubic/dmap/${dataset}/${nameOf(found)}`,
        contentHash: randomUUID(),
        dataset,
        sourceSchema: 'aggregations',
        sourceTable: 'x',
        part: 'data',
        size: 1,
        storeUri: 'file:///x',
        path: 'x',
        dfm: null,
      },
      sha256: 'a'.repeat(64),
      etag: null,
      seen: 1,
    });
}

const nameOf = ({ datasetId, lastUpdated, startDate, endDate }: DmapResultKey): string =>
  [datasetId, lastUpdated, startDate, endDate].join(' ');

/** In order of registration. */
const pictureOf = ({ results, watermark, fullAt }: Books) => ({
  results: results.map((one) => ({
    name: nameOf(one),
    countsFrom: one.countsFrom,
    lane: one.lane,
    state: one.state,
    lastListed: one.lastListed,
  })),
  watermark,
  fullAt,
});

async function ledgerOf(dataset: string) {
  const { rows } = await database.pool.query<ReturnType<typeof pictureOf>['results'][number]>(
    `SELECT concat_ws(' ', dataset_id, last_updated, start_date, end_date) AS name, counts_from AS "countsFrom", lane, state,
       last_listed AS "lastListed" FROM ledger.dmap_results WHERE dataset = $1 ORDER BY id`,
    [dataset],
  );
  const { watermark, fullAt } = await readDmapSet(database.pool, dataset);
  return { results: rows, watermark, fullAt };
}

/** Fetched are those that the reference says, lane by lane, the newest period first, one of each dataset_id. */
async function assertOrder(dataset: string, books: Books): Promise<void> {
  const order = await resultsToFetch(database.pool, dataset);
  const waiting = books.results.filter(
    ({ state, lane }) => (state === 'listed' || state === 'failed') && lane !== null,
  );
  expect(order.map(nameOf).toSorted()).toEqual(waiting.map(nameOf).toSorted());
  expect(new Set(order.map(({ datasetId }) => datasetId)).size).toBe(order.length);
  // Ascending, to be turned around as a whole.
  const place = ({ lane, tries, endDate, startDate }: (typeof order)[number]) =>
    [lane === 'new' ? '1' : '0', String(999 - tries).padStart(3, '0'), endDate, startDate].join(' ');
  expect(order.map(place)).toEqual(order.map(place).toSorted().toReversed());
}
