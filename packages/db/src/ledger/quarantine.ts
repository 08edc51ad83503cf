/** Files that were refused: how often they failed, and where their copies lie in the error zone. */
import type { Queryable } from './objects.ts';

/** Tries at a load that failed. */
export interface Tries {
  /** Those that count. */
  readonly count: number;
  /** What they depended on; null: none counts. */
  readonly triedWith: string | null;
  /** Too soon after the last one that counts for another that does. */
  readonly tooSoon: boolean;
}

/** Call it in the table transaction that notes the failure. */
export async function triesOf(db: Queryable, loadId: number): Promise<Tries> {
  const { rows } = await db.query<Tries>(
    `SELECT tries AS count, tried_with AS "triedWith", coalesce(next_try_at > clock_timestamp(), false) AS "tooSoon"
     FROM ledger.loads WHERE id = $1`,
    [loadId],
  );
  return rows[0] ?? { count: 0, triedWith: null, tooSoon: false };
}

/** @param fault code of the error of the last try */
export async function noteFault(db: Queryable, loadId: number, fault: string): Promise<void> {
  await db.query('UPDATE ledger.loads SET fault = $2 WHERE id = $1', [loadId, fault]);
}

/** Notes a try that counts. @param pause seconds until another one does */
export async function noteTry(
  db: Queryable,
  loadId: number,
  { count, triedWith }: Pick<Tries, 'count' | 'triedWith'>,
  pause: number,
): Promise<void> {
  await db.query(
    'UPDATE ledger.loads SET tries = $2, tried_with = $3, next_try_at = clock_timestamp() + make_interval(secs => $4) WHERE id = $1',
    [loadId, count, triedWith, pause],
  );
}

/** A load that failed because of its content, and is not in the error zone as it failed last. */
export interface RefusableLoad {
  readonly id: number;
  readonly objectKey: string;
  readonly contentHash: string;
  readonly storeUri: string;
  readonly path: string;
  /** Bytes. */
  readonly size: number;
  readonly reason: string;
  /** Code of the error. */
  readonly fault: string;
  readonly failedAt: Date;
  /** That failed. */
  readonly attempt: string | null;
  /** Where its copy lies already. */
  readonly refusedUri: string | null;
  /** Where its copy in the archive lies: it was loaded before. */
  readonly archivedUri: string | null;
}

/** @param faults codes of errors that speak of the content */
export async function refusableLoads(
  db: Queryable,
  dataset: string,
  faults: readonly string[],
): Promise<RefusableLoad[]> {
  const { rows } = await db.query<RefusableLoad>(
    `SELECT l.id, o.object_key AS "objectKey", o.content_hash AS "contentHash", o.store_uri AS "storeUri", o.path, o.size,
       l.reason, l.fault, l.updated_at AS "failedAt", l.refused_uri AS "refusedUri", o.archived_uri AS "archivedUri",
       (SELECT a.id FROM ledger.batch_loads b JOIN ledger.attempts a ON a.batch_id = b.batch_id
        WHERE b.load_id = l.id ORDER BY a.started_at DESC LIMIT 1) AS attempt
     FROM ledger.loads l JOIN ledger.objects o ON o.id = l.object_id
     WHERE l.dataset = $1 AND l.state IN ('failed', 'quarantined') AND l.fault = ANY ($2::text[])
       AND (l.refused_uri IS NULL OR l.refused_reason IS DISTINCT FROM l.reason) ORDER BY l.id`,
    [dataset, faults],
  );
  return rows;
}

/** Of a copy in the error zone. */
export interface RefusedCopy {
  /** Absolute. */
  readonly uri: string;
  /** Of its content, in hex; null: it was there already, and what was noted of it stays. */
  readonly sha256: string | null;
}

export async function recordRefused(db: Queryable, loadId: number, copy: RefusedCopy, reason: string): Promise<void> {
  await db.query(
    `UPDATE ledger.loads SET refused_uri = $2, refused_reason = $3, refused_sha256 = coalesce($4, refused_sha256) WHERE id = $1`,
    [loadId, copy.uri, reason, copy.sha256],
  );
}
