/**
 * What the vendor's API lists of a DMAP set (docs/dmap.md): which results there are, which of a dataset counts, in which
 * lane it is fetched, and up to when the listing is known. The reference of these rules is a model in plain TypeScript,
 * with which a property compares them.
 *
 * Kept, wherever a listing breaks off:
 * - of a dataset_id at most one result is to be fetched (`listed`, `failed`): the one that counts;
 * - a result has a lane as soon as a listing has ended after it was first listed, and keeps it;
 * - the watermark moves in the transaction that ends a listing which had no gap, and never back.
 */
import { countsFrom } from './counts-from.ts';
import { COUNTS, TO_FETCH } from './dmap-fetch.ts';
import { GIVEN_RESULTS, resultColumns } from './given-results.ts';
import type { Queryable } from './objects.ts';

/** Which result it is. Times and days are sortable texts: UTC with nine digits, `YYYY-MM-DD`. */
export interface DmapResultKey {
  readonly datasetId: string;
  readonly lastUpdated: string;
  readonly startDate: string;
  readonly endDate: string;
}

export interface RegisteredResults {
  /** Not known before. */
  readonly fresh: number;
  /** Not to be fetched any more, or never. */
  readonly superseded: number;
}

/** `2022-05-18T12:12:24.897000000`, to compare with times of results. */
const instantOf = (at: Date): string => `${at.toISOString().slice(0, -1)}000000`;

/**
 * Makes the results of a page known, in one transaction of the caller. Idempotent. What is listed no later than it was
 * known to be changes nothing.
 * @param listedAt when the listing began
 */
export async function registerResults(
  db: Queryable,
  dataset: string,
  results: readonly DmapResultKey[],
  listedAt: Date,
): Promise<RegisteredResults> {
  // A statement may touch a row only once.
  const once = [...new Map(results.map((result) => [identityOf(result), result])).values()];
  if (once.length === 0) return { fresh: 0, superseded: 0 };
  const { rows } = await db.query<{ fresh: number }>(
    `WITH listed AS (
       INSERT INTO ledger.dmap_results AS known
         (dataset, dataset_id, last_updated, start_date, end_date, counts_from, first_listed, last_listed)
       SELECT $1, dataset_id, last_updated, start_date, end_date,
         ${countsFrom('last_updated', '$6::timestamptz')}, $6::timestamptz, $6::timestamptz
       FROM ${GIVEN_RESULTS}
       -- In this order they get their ids: what counts among equals does not hang on the order within a page.
       ORDER BY last_updated COLLATE "C", start_date, end_date, dataset_id COLLATE "C"
       ON CONFLICT (dataset, dataset_id, last_updated, start_date, end_date) DO UPDATE SET
         last_listed = greatest(known.last_listed, excluded.last_listed),
         state = CASE known.state WHEN 'withdrawn' THEN 'listed' ELSE known.state END
       RETURNING xmax = 0 AS fresh
     )
     SELECT count(*) FILTER (WHERE fresh) AS fresh FROM listed`,
    [dataset, ...resultColumns(once), listedAt],
  );
  const ids = [...new Set(once.map(({ datasetId }) => datasetId))];
  return { fresh: rows[0]?.fresh ?? 0, superseded: await settle(db, dataset, ids, listedAt) };
}

const identityOf = ({ datasetId, lastUpdated, startDate, endDate }: DmapResultKey): string =>
  JSON.stringify([datasetId, lastUpdated, startDate, endDate]);

/**
 * Of the results of a dataset_id that are not withdrawn the newest counts. The others are not fetched any more; one that
 * counts again, since what took its place was withdrawn, is to be fetched if this listing still has it.
 * @returns how many are not to be fetched any more
 */
async function settle(db: Queryable, dataset: string, datasetIds: readonly string[], listedAt: Date): Promise<number> {
  const { rows } = await db.query<{ superseded: number }>(
    `WITH ranked AS (
       SELECT id, state, last_listed,
         row_number() OVER (PARTITION BY dataset_id ORDER BY counts_from COLLATE "C" DESC, id DESC) = 1 AS counts
       FROM ledger.dmap_results WHERE dataset = $1 AND dataset_id = ANY ($2::text[]) AND state <> 'withdrawn'
     ), settled AS (
       UPDATE ledger.dmap_results r SET state = CASE WHEN counts THEN 'listed' ELSE 'superseded' END, reason = NULL, tries = 0
       FROM ranked WHERE r.id = ranked.id AND (
         (NOT counts AND ranked.state IN ('listed', 'failed'))
         OR (counts AND ranked.state = 'superseded' AND ranked.last_listed >= $3))
       RETURNING counts
     )
     SELECT count(*) FILTER (WHERE NOT counts) AS superseded FROM settled`,
    [dataset, datasetIds, listedAt],
  );
  return rows[0]?.superseded ?? 0;
}

export interface EndOfListing {
  /** When it began. */
  readonly listedAt: Date;
  /** It asked for everything. */
  readonly full: boolean;
  /** It asked for all from the watermark on, so that this may move; of a full one always true. */
  readonly moves: boolean;
  /** Why it was not whole, in words without links; null: it had no gap. */
  readonly trouble: string | null;
  /** What else is wrong with the set in this run, which a listing that goes well does not undo. */
  readonly besides?: string | null;
}

/** So many datasets that were issued anew may wait before further ones are taken for a regeneration. */
export const MOST_CORRECTIONS = 20;

/**
 * Ends a listing all of whose pages are registered: withdraws, gives lanes, moves the watermark. In one transaction of the
 * caller.
 * @returns how many results were withdrawn
 */
export async function endListing(db: Queryable, dataset: string, end: EndOfListing): Promise<number> {
  const withdrawn = end.full && end.trouble === null ? await withdraw(db, dataset, end.listedAt) : 0;
  await giveLanes(db, dataset);
  const { listedAt, full, moves, trouble, besides = null } = end;
  await db.query(
    `INSERT INTO ledger.dmap_sets AS known (dataset, watermark, listed_at, full_at, trouble)
     SELECT $1, CASE WHEN $5 AND count(*) > 0 THEN least(max(last_updated COLLATE "C"), $3) END, CASE WHEN $5 THEN $2::timestamptz END,
       CASE WHEN $4 THEN $2::timestamptz END, coalesce($6::text, $8)
     -- A clock that is wrong says nothing of how far the listing is known.
     FROM ledger.dmap_results WHERE dataset = $1 AND counts_from = last_updated
     ON CONFLICT (dataset) DO UPDATE SET
       watermark = greatest(known.watermark COLLATE "C", excluded.watermark COLLATE "C"),
       listed_at = coalesce(excluded.listed_at, known.listed_at),
       full_at = coalesce(excluded.full_at, known.full_at),
       trouble = CASE WHEN excluded.trouble IS NULL AND NOT $7 THEN known.trouble ELSE excluded.trouble END`,
    [
      dataset,
      listedAt,
      instantOf(listedAt),
      full && trouble === null,
      moves && trouble === null,
      trouble,
      moves,
      besides,
    ],
  );
  return withdrawn;
}

/** What is wrong with a set besides its listing, until one of a later run ends well. @param trouble in words, without links */
export async function noteSetTrouble(db: Queryable, dataset: string, trouble: string): Promise<void> {
  await db.query(
    `INSERT INTO ledger.dmap_sets AS known (dataset, trouble) VALUES ($1, $2)
     ON CONFLICT (dataset) DO UPDATE SET trouble = coalesce(known.trouble, excluded.trouble)`,
    [dataset, trouble],
  );
}

/** What a listing of everything did not hold cannot be fetched. */
async function withdraw(db: Queryable, dataset: string, listedAt: Date): Promise<number> {
  const { rows } = await db.query<{ datasetId: string }>(
    `UPDATE ledger.dmap_results SET state = 'withdrawn', reason = NULL, tries = 0
     WHERE dataset = $1 AND state IN ('listed', 'failed') AND last_listed < $2 RETURNING dataset_id AS "datasetId"`,
    [dataset, listedAt],
  );
  const ids = rows.map(({ datasetId }) => datasetId);
  if (ids.length > 0) await settle(db, dataset, ids, listedAt);
  return ids.length;
}

/** Known is a dataset_id of which a result had a lane before. */
async function giveLanes(db: Queryable, dataset: string): Promise<void> {
  await db.query(
    `WITH fresh AS MATERIALIZED (
       SELECT r.id, r.state, EXISTS (SELECT 1 FROM ledger.dmap_results o
         WHERE o.dataset = r.dataset AND o.dataset_id = r.dataset_id AND o.lane IS NOT NULL) AS again
       FROM ledger.dmap_results r WHERE r.dataset = $1 AND r.lane IS NULL
     ), waiting AS MATERIALIZED (
       SELECT (SELECT count(*) FROM fresh WHERE again AND state = 'listed')
         + (SELECT count(*) FROM ledger.dmap_results r
            WHERE r.dataset = $1 AND r.state IN ('listed', 'failed') AND r.lane IS NOT NULL
              AND EXISTS (SELECT 1 FROM ledger.dmap_results o WHERE o.dataset = r.dataset AND o.dataset_id = r.dataset_id
                AND o.lane IS NOT NULL AND o.id < r.id)) AS n
     )
     UPDATE ledger.dmap_results r SET lane = CASE WHEN again AND n > $2 THEN 'slow' ELSE 'new' END
     FROM fresh, waiting WHERE r.id = fresh.id`,
    [dataset, MOST_CORRECTIONS],
  );
}

/** How far the listing of a set is known. */
export interface DmapSetRecord {
  readonly watermark: string | null;
  readonly fullAt: Date | null;
  /** last_updated of the oldest result that is to be fetched, or was withdrawn lately; null: there is none. */
  readonly oldestWaiting: string | null;
  /** Results that are known, those that were withdrawn aside. */
  readonly known: number;
  /** The database's time. */
  readonly now: Date;
}

/** SQL: a result `r` that a listing may have left out by mistake: what is asked for holds it, should it be listed again. */
const LATELY_WITHDRAWN = `(r.state = 'withdrawn' AND r.last_listed > clock_timestamp() - interval '30 days' AND ${COUNTS})`;

export async function readDmapSet(db: Queryable, dataset: string): Promise<DmapSetRecord> {
  const { rows } = await db.query<DmapSetRecord>(
    `SELECT s.watermark, s.full_at AS "fullAt", clock_timestamp() AS now,
       (SELECT count(*) FROM ledger.dmap_results r WHERE r.dataset = $1 AND r.state <> 'withdrawn') AS known,
       (SELECT min(r.last_updated COLLATE "C") FROM ledger.dmap_results r
        WHERE r.dataset = $1 AND (${TO_FETCH} OR ${LATELY_WITHDRAWN})) AS "oldestWaiting"
     FROM (VALUES ($1)) asked(dataset) LEFT JOIN ledger.dmap_sets s USING (dataset)`,
    [dataset],
  );
  const [found] = rows;
  if (found === undefined) throw new Error('one row was asked for, none came');
  return found;
}
