/** What of the listed DMAP results is to be fetched, and what became of it. */
import type { DmapResultKey } from './dmap-listing.ts';
import { registerObjects, type DeliveredObject, type Queryable } from './objects.ts';

export type DmapLane = 'new' | 'slow';

export interface ResultToFetch extends DmapResultKey {
  readonly id: number;
  readonly lane: DmapLane;
  /** Fetched before, and it could not be loaded: the vendor may have mended it. */
  readonly again: boolean;
  /** Tries that failed in a row, for whatever reason. */
  readonly tries: number;
}

/** SQL: no other result of the dataset_id of `r` counts. Files that were found rather than listed may be newer, too. */
export const COUNTS = `NOT EXISTS (SELECT 1 FROM ledger.dmap_results o WHERE o.dataset = r.dataset AND o.dataset_id = r.dataset_id
    AND o.state <> 'withdrawn' AND (o.counts_from COLLATE "C", o.id) > (r.counts_from COLLATE "C", r.id))`;

/** SQL: a result `r` is to be fetched: for the first time, or again since its load failed, or lacks what the contract needs. */
export const TO_FETCH = `(r.state IN ('listed', 'failed') OR (r.state = 'fetched'
    AND EXISTS (SELECT 1 FROM ledger.loads l WHERE l.object_id = r.object_id
      AND (l.state IN ('failed', 'quarantined') OR (l.state = 'waiting' AND l.waiting_for = 'schema')))))
  AND ${COUNTS}`;

/**
 * Of a set, in the order in which they are fetched: lane new first; what has failed least often, so that a few that fail for
 * good keep nothing back; the newest period.
 */
export async function resultsToFetch(db: Queryable, dataset: string): Promise<ResultToFetch[]> {
  const { rows } = await db.query<ResultToFetch>(
    `SELECT r.id, r.dataset_id AS "datasetId", r.last_updated AS "lastUpdated", r.start_date AS "startDate",
       r.end_date AS "endDate", r.lane, r.state = 'fetched' AS again, r.tries
     FROM ledger.dmap_results r
     WHERE r.dataset = $1 AND r.lane IS NOT NULL AND ${TO_FETCH}
     ORDER BY r.lane, r.tries, r.end_date DESC, r.start_date DESC, r.dataset_id COLLATE "C"`,
    [dataset],
  );
  return rows;
}

/** False: a newer one counts by now, or it is listed no more. */
export async function isToFetch(db: Queryable, id: number): Promise<boolean> {
  const { rows } = await db.query<{ wanted: boolean }>(
    `SELECT state IN ('listed', 'failed', 'fetched') AS wanted FROM ledger.dmap_results WHERE id = $1`,
    [id],
  );
  return rows[0]?.wanted === true;
}

export interface FetchedResult {
  readonly result: Pick<ResultToFetch, 'id' | 'lastUpdated'>;
  readonly object: DeliveredObject;
  /** Of the object's bytes, in hex. */
  readonly sha256: string;
  /** Its place in the order of sightings. */
  readonly seen: number;
}

/** Object, load and result, in one transaction of the caller. Idempotent: the same bytes are the same object. */
export async function noteFetched(db: Queryable, { result, object, sha256, seen }: FetchedResult): Promise<void> {
  await registerObjects(db, [object], seen);
  const { rowCount } = await db.query(
    `WITH object AS (
       UPDATE ledger.objects SET sha256 = coalesce(sha256, nullif($4, content_hash))
       WHERE object_key = $2 AND content_hash = $3 RETURNING id
     ), load AS (
       UPDATE ledger.loads l SET file_time = $5 FROM object WHERE l.object_id = object.id AND l.file_time IS DISTINCT FROM $5
     )
     UPDATE ledger.dmap_results r SET state = 'fetched', object_id = object.id, reason = NULL, tries = 0
     FROM object WHERE r.id = $1`,
    [result.id, object.objectKey, object.contentHash, sha256, result.lastUpdated],
  );
  if (rowCount !== 1) throw new Error(`no DMAP result ${String(result.id)}, or its object is not there`);
}

/** It is tried again by the next sync. What was fetched before stays so. @param reason in words, without links */
export async function noteFetchFailed(db: Queryable, id: number, reason: string): Promise<void> {
  await db.query(
    `UPDATE ledger.dmap_results SET tries = tries + 1, state = CASE state WHEN 'fetched' THEN state ELSE 'failed' END,
       reason = CASE state WHEN 'fetched' THEN reason ELSE $2 END
     WHERE id = $1 AND state IN ('listed', 'failed', 'fetched')`,
    [id, reason],
  );
}

/** It was tried, and what kept it from being fetched is likely no fault of its own: it comes after the others the next time. */
export async function noteFetchPutOff(db: Queryable, id: number, reason: string): Promise<void> {
  await db.query(
    `UPDATE ledger.dmap_results SET tries = tries + 1, reason = CASE state WHEN 'fetched' THEN reason ELSE $2 END
     WHERE id = $1 AND state IN ('listed', 'failed', 'fetched')`,
    [id, reason],
  );
}
