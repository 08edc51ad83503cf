/** What the ledger knows of the datasets of a set, one by one. */
import type { DmapLane } from './dmap-fetch.ts';
import type { DmapResultKey } from './dmap-listing.ts';
import type { DmapResultState } from './dmap-overview.ts';
import { GIVEN_RESULTS, resultColumns } from './given-results.ts';
import type { LoadState } from './loads.ts';
import type { Queryable } from './objects.ts';

/** A result as it stands. */
export interface KnownResult extends DmapResultKey {
  readonly state: DmapResultState;
  readonly lane: DmapLane | null;
  /** Of the load of what was fetched; null: nothing was. */
  readonly loadId: number | null;
  readonly loadState: LoadState | null;
  /** Why it is no further, in words. */
  readonly reason: string | null;
  /** Its rows are those of its dataset in the table. */
  readonly inTable: boolean;
  /** Null: it was never loaded. */
  readonly rows: number | null;
}

const KNOWN = `SELECT r.dataset_id AS "datasetId", r.last_updated AS "lastUpdated", r.start_date::text AS "startDate",
    r.end_date::text AS "endDate", r.state, r.lane, l.id AS "loadId", l.state AS "loadState",
    coalesce(r.reason, l.reason) AS reason, coalesce(l.history_batch_id IS NOT NULL, false) AS "inTable", c.written AS rows
  FROM ledger.dmap_results r LEFT JOIN ledger.loads l ON l.object_id = r.object_id AND l.delivery = 1
  LEFT JOIN ledger.receipts c ON c.load_id = l.id`;

/**
 * Of each dataset the result that counts, and the one that the table shows where that is another; the newest period first.
 */
export async function datasetsOf(db: Queryable, dataset: string): Promise<KnownResult[]> {
  const { rows } = await db.query<KnownResult>(
    `${KNOWN} WHERE r.dataset = $1 AND (l.history_batch_id IS NOT NULL OR r.id IN (
       SELECT DISTINCT ON (dataset_id) id FROM ledger.dmap_results WHERE dataset = $1
       ORDER BY dataset_id, state = 'withdrawn', counts_from COLLATE "C" DESC, id DESC))
     ORDER BY r.end_date DESC, r.start_date DESC, r.dataset_id COLLATE "C", r.counts_from COLLATE "C" DESC, r.id DESC`,
    [dataset],
  );
  return rows;
}

/** Those of the results that the ledger knows. */
export async function knownResults(
  db: Queryable,
  dataset: string,
  results: readonly DmapResultKey[],
): Promise<KnownResult[]> {
  const { rows } = await db.query<KnownResult>(
    `${KNOWN} JOIN (SELECT DISTINCT * FROM ${GIVEN_RESULTS}) p
       ON (r.dataset_id, r.last_updated, r.start_date, r.end_date) = (p.dataset_id, p.last_updated, p.start_date, p.end_date)
     WHERE r.dataset = $1`,
    [dataset, ...resultColumns(results)],
  );
  return rows;
}
