/** What of the listed DMAP results is to be fetched, and what became of it. */
import type { DmapResultKey } from './dmap-listing.ts';
import { registerObjects, type DeliveredObject, type Queryable } from './objects.ts';

export type DmapLane = 'new' | 'slow';

export interface ResultToFetch extends DmapResultKey {
  readonly id: number;
  readonly lane: DmapLane;
  /** Fetched before, and it could not be loaded, or not all of its rows: the vendor may have mended it. */
  readonly again: boolean;
  /** It is in the table, without the rows that were refused. */
  readonly inTable: boolean;
  /** ETag of what is in the table, which need not be sent again. */
  readonly known: string | null;
  /** Tries that failed in a row, for whatever reason. */
  readonly tries: number;
}

/** SQL: no other result of the dataset_id of `r` counts. Files that were found rather than listed may be newer, too. */
export const COUNTS = `NOT EXISTS (SELECT 1 FROM ledger.dmap_results o WHERE o.dataset = r.dataset AND o.dataset_id = r.dataset_id
    AND o.state <> 'withdrawn' AND (o.counts_from COLLATE "C", o.id) > (r.counts_from COLLATE "C", r.id))`;

/**
 * SQL: what was fetched of result `r` was loaded, and the archive has no copy of it yet: other content must not come in its
 * place, where its name is the same.
 */
const UNSAVED = `EXISTS (SELECT 1 FROM ledger.objects o JOIN ledger.loads l ON l.object_id = o.id JOIN ledger.receipts c ON c.load_id = l.id
    WHERE o.id = r.object_id AND o.archived_uri IS NULL)`;

/** SQL: result `r` was not fetched, or its load failed, or lacks what the contract needs. */
const MISSING = `(r.state IN ('listed', 'failed') OR (r.state = 'fetched'
    AND EXISTS (SELECT 1 FROM ledger.loads l WHERE l.object_id = r.object_id
      AND (l.state IN ('failed', 'quarantined') OR (l.state = 'waiting' AND l.waiting_for = 'schema'))) AND NOT ${UNSAVED}))`;

/** SQL: a result `r` is to be fetched, for the first time or again. */
export const TO_FETCH = `${MISSING} AND ${COUNTS}`;

/** SQL: what was fetched of result `r` is in the table, but for rows that were refused. */
const LACKS_ROWS = `(r.state = 'fetched' AND EXISTS (SELECT 1 FROM ledger.loads l JOIN ledger.receipts c ON c.load_id = l.id
    WHERE l.object_id = r.object_id AND l.history_batch_id IS NOT NULL AND c.quarantined > 0) AND NOT ${UNSAVED})`;

/**
 * Of a set, in the order in which they are fetched: lane new first; what was never fetched; what has failed least often, so
 * that a few that fail for good keep nothing back; the newest period. Those with refused rows are of the lane new, whatever
 * theirs was: they cost a question each, and seldom more.
 */
export async function resultsToFetch(db: Queryable, dataset: string): Promise<ResultToFetch[]> {
  const { rows } = await db.query<ResultToFetch>(
    `SELECT id, dataset_id AS "datasetId", last_updated AS "lastUpdated", start_date AS "startDate", end_date AS "endDate",
       CASE WHEN lacks THEN 'new' ELSE lane END AS lane, state = 'fetched' AS again, lacks AS "inTable", CASE WHEN lacks THEN etag END AS known, tries
     FROM (SELECT r.*, ${MISSING} AS missing, ${LACKS_ROWS} AS lacks FROM ledger.dmap_results r
       WHERE r.dataset = $1 AND r.lane IS NOT NULL AND ${COUNTS}) asked
     WHERE missing OR lacks
     ORDER BY lane, again, tries, end_date DESC, start_date DESC, dataset_id COLLATE "C"`,
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
  /** By which the vendor's store tells it from other content; null: it told none. */
  readonly etag: string | null;
  /** Its place in the order of sightings. */
  readonly seen: number;
}

/** Object, load and result, in one transaction of the caller. Idempotent: the same bytes are the same object. */
export async function noteFetched(db: Queryable, { result, object, sha256, etag, seen }: FetchedResult): Promise<void> {
  await registerObjects(db, [object], seen);
  const { rowCount } = await db.query(
    `WITH object AS (
       UPDATE ledger.objects SET sha256 = coalesce(sha256, nullif($4, content_hash))
       WHERE object_key = $2 AND content_hash = $3 RETURNING id
     ), load AS (
       UPDATE ledger.loads l SET file_time = $5 FROM object WHERE l.object_id = object.id AND l.file_time IS DISTINCT FROM $5
     )
     UPDATE ledger.dmap_results r SET state = 'fetched', object_id = object.id, etag = $6, reason = NULL, tries = 0
     FROM object WHERE r.id = $1`,
    [result.id, object.objectKey, object.contentHash, sha256, result.lastUpdated, etag],
  );
  if (rowCount !== 1) throw new Error(`no DMAP result ${String(result.id)}, or its object is not there`);
}

/** It was asked for again, and is what was fetched. */
export async function noteUnchanged(db: Queryable, id: number): Promise<void> {
  await db.query('UPDATE ledger.dmap_results SET tries = 0 WHERE id = $1 AND tries > 0', [id]);
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
