/** Records that are no rows, once more: their contract may have been mended since. */
import type { Queryable } from './objects.ts';

/** Refused records of one batch, in one file of the error zone. */
export interface RefusedBatch {
  readonly batchId: number;
  readonly partitionId: number;
  readonly cluster: string;
  readonly topic: string;
  readonly partition: number;
  readonly epoch: number;
  readonly uri: string;
  readonly sha256: string;
  /** Of those that are refused still, as text. */
  readonly offsets: readonly string[];
}

/** By batch. */
export async function refusedBatches(db: Queryable, dataset: string): Promise<RefusedBatch[]> {
  const { rows } = await db.query<RefusedBatch>(
    `SELECT b.id AS "batchId", p.id AS "partitionId", p.cluster, p.topic, p.partition, p.epoch, b.rows_uri AS uri, b.rows_sha256 AS sha256,
       json_agg(r.record_offset::text ORDER BY r.record_offset) AS offsets
     FROM ledger.kafka_refused r JOIN ledger.kafka_batches b ON b.id = r.batch_id JOIN ledger.kafka_partitions p ON p.id = r.partition_id
     WHERE p.dataset = $1 GROUP BY b.id, p.id ORDER BY b.id`,
    [dataset],
  );
  return rows;
}

/**
 * Refused records become rows. Call it in the transaction of their commit, under the table's lock (`lockAppends`).
 * @returns false: one of them is refused no more, and nothing may be committed
 */
export async function acceptRefused(
  db: Queryable,
  { batchId, partitionId }: Pick<RefusedBatch, 'batchId' | 'partitionId'>,
  offsets: readonly bigint[],
): Promise<boolean> {
  const { rowCount } = await db.query(
    'DELETE FROM ledger.kafka_refused WHERE partition_id = $1 AND batch_id = $2 AND record_offset = ANY ($3::bigint[])',
    [partitionId, batchId, offsets],
  );
  if (rowCount !== offsets.length) return false;
  await db.query(
    `UPDATE ledger.kafka_batches SET written = written + $2, quarantined = quarantined - $2, journal_version = NULL,
       rows_uri = CASE WHEN quarantined > $2 THEN rows_uri END, rows_sha256 = CASE WHEN quarantined > $2 THEN rows_sha256 END
     WHERE id = $1`,
    [batchId, offsets.length],
  );
  return true;
}
