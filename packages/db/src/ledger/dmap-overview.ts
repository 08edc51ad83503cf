/** What `status` shows of DMAP sets: all of them in two statements. */
import type { DmapLane } from './dmap-fetch.ts';
import type { DmapResultKey } from './dmap-listing.ts';
import type { Queryable } from './objects.ts';

export type DmapResultState = 'listed' | 'fetched' | 'failed' | 'superseded' | 'withdrawn';

export interface DmapSetOverview {
  readonly watermark: string | null;
  /** When a listing was last registered without a gap, and when one of everything. */
  readonly listedAt: Date | null;
  readonly fullAt: Date | null;
  /** What is wrong with the set: why the last listing was not whole, or what kept links from being used. */
  readonly trouble: string | null;
  readonly results: Partial<Record<DmapResultState, number>>;
  /** Results to be fetched, failed ones included, by lane; those whose listing has not ended are in neither. */
  readonly waiting: Partial<Record<DmapLane, number>>;
  /** Results that could not be fetched, the newest period first, not more than `MOST_FAILED`. */
  readonly failed: readonly DmapFailure[];
}

export interface DmapFailure extends DmapResultKey {
  readonly reason: string;
  /** Tries that failed in a row. */
  readonly tries: number;
}

/** Failures told one by one; `results.failed` counts them all. */
const MOST_FAILED = 20;

/** By dataset, of each set that was ever listed. */
export async function dmapOverview(db: Queryable): Promise<Map<string, DmapSetOverview>> {
  const { rows } = await db.query<{ dataset: string } & Omit<DmapSetOverview, 'failed'>>(
    `WITH counted AS (
       SELECT dataset, state, lane, count(*) AS n FROM ledger.dmap_results GROUP BY dataset, state, lane
     ), states AS (
       SELECT dataset, json_object_agg(state, n) AS results
       FROM (SELECT dataset, state, sum(n)::bigint AS n FROM counted GROUP BY dataset, state) s GROUP BY dataset
     ), lanes AS (
       SELECT dataset, json_object_agg(lane, n) AS waiting
       FROM (SELECT dataset, lane, sum(n)::bigint AS n FROM counted
         WHERE state IN ('listed', 'failed') AND lane IS NOT NULL GROUP BY dataset, lane) l GROUP BY dataset
     )
     SELECT dataset, watermark, listed_at AS "listedAt", full_at AS "fullAt", trouble,
       coalesce(results, '{}') AS results, coalesce(waiting, '{}') AS waiting
     FROM ledger.dmap_sets FULL JOIN states USING (dataset) LEFT JOIN lanes USING (dataset) ORDER BY dataset`,
  );
  const failed = await failures(db);
  return new Map(rows.map(({ dataset, ...set }) => [dataset, { ...set, failed: failed.get(dataset) ?? [] }]));
}

async function failures(db: Queryable): Promise<Map<string, readonly DmapFailure[]>> {
  const { rows } = await db.query<{ dataset: string; failed: readonly DmapFailure[] }>(
    `SELECT dataset, json_agg(json_build_object('datasetId', dataset_id, 'lastUpdated', last_updated,
       'startDate', start_date, 'endDate', end_date, 'reason', coalesce(reason, ''), 'tries', tries) ORDER BY place) AS failed
     FROM (SELECT *, row_number() OVER (PARTITION BY dataset ORDER BY end_date DESC, start_date DESC, id) AS place
       FROM ledger.dmap_results WHERE state = 'failed') f
     WHERE place <= $1 GROUP BY dataset`,
    [MOST_FAILED],
  );
  return new Map(rows.map(({ dataset, failed }) => [dataset, failed]));
}
