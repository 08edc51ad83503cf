/** The offset ledger of a topic's table, as journals and rows tell of it. Checksums are not among it. */
import type { Row } from '../ledger/journal.ts';
import type { Queryable } from '../ledger/objects.ts';
import { restoreAttempts } from './begin.ts';

/** A partition, as its names tell it. */
export interface PartitionTold {
  readonly cluster: string;
  readonly topic: string;
  readonly partition: number;
  readonly epoch: number;
}

/** @returns each with its number */
export async function restorePartitions(
  db: Queryable,
  partitions: readonly Row[],
): Promise<(PartitionTold & { readonly id: number })[]> {
  const { rows } = await db.query<PartitionTold & { id: number }>(
    `INSERT INTO ledger.kafka_partitions (dataset, cluster, topic, partition, epoch, topic_id, created_at)
     SELECT dataset, cluster, topic, partition, epoch, topic_id, created_at FROM json_populate_recordset(NULL::ledger.kafka_partitions, $1::json)
     RETURNING id, cluster, topic, partition, epoch`,
    [JSON.stringify(partitions)],
  );
  return rows;
}

export interface RestoredBatch {
  readonly partitionId: number;
  /** As a journal tells of it. */
  readonly batch: Row;
  readonly refused: readonly Row[];
  /** Whose journal that is; null: the next is to tell of it. */
  readonly version: number | null;
}

/** Hundreds of thousands at once would make one statement of many megabytes. */
const TOGETHER = 500;

/** No two are of one attempt and one partition. */
export async function restoreBatches(db: Queryable, dataset: string, batches: readonly RestoredBatch[]): Promise<void> {
  for (let from = 0; from < batches.length; from += TOGETHER)
    await restoreTogether(db, dataset, batches.slice(from, from + TOGETHER));
}

async function restoreTogether(db: Queryable, dataset: string, batches: readonly RestoredBatch[]): Promise<void> {
  const attempts = batches.map(({ batch }) => String(batch['attempt_id']));
  await restoreAttempts(db, dataset, attempts, 'committed');
  const { rows } = await db.query<{ id: number; partitionId: number; attemptId: string }>(
    `INSERT INTO ledger.kafka_batches (partition_id, attempt_id, first_offset, last_offset, records, written, quarantined, tombstones,
       first_timestamp, last_timestamp, archive_uri, archive_sha256, archive_size, rows_uri, rows_sha256, committed_at, journal_version)
     SELECT partition_id, attempt_id, first_offset, last_offset, records, written, quarantined, tombstones, first_timestamp, last_timestamp,
       archive_uri, archive_sha256, archive_size, rows_uri, rows_sha256, committed_at, journal_version
     FROM json_populate_recordset(NULL::ledger.kafka_batches, $1::json)
     RETURNING id, partition_id AS "partitionId", attempt_id AS "attemptId"`,
    [
      JSON.stringify(
        batches.map(({ batch, partitionId, version }) => ({
          ...batch,
          ...{ partition_id: partitionId, journal_version: version },
        })),
      ),
    ],
  );
  const numbers = new Map(rows.map(({ id, partitionId, attemptId }) => [`${partitionId} ${attemptId}`, id]));
  const refused = batches.flatMap(({ partitionId, batch, refused: own }) => {
    const batchId = numbers.get(`${partitionId} ${String(batch['attempt_id'])}`);
    return own.map((row) => ({ ...row, partition_id: partitionId, batch_id: batchId }));
  });
  await db.query(
    `INSERT INTO ledger.kafka_refused (partition_id, record_offset, batch_id, reason, detail, size)
     SELECT partition_id, record_offset, batch_id, reason, detail, size
     FROM json_populate_recordset(NULL::ledger.kafka_refused, $1::json)`,
    [JSON.stringify(refused)],
  );
}

export interface RestoredRun {
  readonly partitionId: number;
  readonly first: bigint;
  readonly last: bigint;
}

/** They must not overlap. */
export async function restoreRuns(db: Queryable, runs: readonly RestoredRun[]): Promise<void> {
  await db.query(
    `INSERT INTO ledger.kafka_runs (partition_id, first_offset, last_offset) SELECT * FROM unnest($1::bigint[], $2::bigint[], $3::bigint[])`,
    [
      runs.map(({ partitionId }) => partitionId),
      runs.map(({ first }) => String(first)),
      runs.map(({ last }) => String(last)),
    ],
  );
}

/** Makes the partition known, where it is not. @returns its number */
export async function knownPartition(
  db: Queryable,
  dataset: string,
  { cluster, topic, partition, epoch }: PartitionTold,
): Promise<number> {
  const { rows } = await db.query<{ id: number }>(
    `INSERT INTO ledger.kafka_partitions AS known (dataset, cluster, topic, partition, epoch) VALUES ($1, $2, $3, $4, $5)
     ON CONFLICT (dataset, cluster, topic, partition, epoch) DO UPDATE SET topic_id = known.topic_id RETURNING id`,
    [dataset, cluster, topic, partition, epoch],
  );
  return rows[0]?.id ?? 0;
}

/**
 * One batch of each partition for what no journal tells of, so that its sums are right: what is no row and not refused counts as a
 * tombstone.
 * @param written rows of the table by partition
 * @returns how many offsets that is
 */
export async function fillUpBatches(
  db: Queryable,
  dataset: string,
  attemptId: string,
  written: ReadonlyMap<number, number>,
): Promise<number> {
  const { rows } = await db.query<{ records: number }>(
    `INSERT INTO ledger.kafka_batches (partition_id, attempt_id, first_offset, last_offset, records, written, quarantined, tombstones)
     SELECT p.id, $2, r.first, r.last, r.taken - coalesce(b.records, 0), w.n - coalesce(b.written, 0), 0,
       r.taken - coalesce(b.records, 0) - (w.n - coalesce(b.written, 0))
     FROM ledger.kafka_partitions p JOIN unnest($3::bigint[], $4::bigint[]) w(id, n) ON w.id = p.id
     JOIN (SELECT partition_id, min(first_offset) AS first, max(last_offset) AS last, sum(last_offset - first_offset + 1)::bigint AS taken
       FROM ledger.kafka_runs GROUP BY 1) r ON r.partition_id = p.id
     LEFT JOIN (SELECT partition_id, sum(records)::bigint AS records, sum(written)::bigint AS written FROM ledger.kafka_batches GROUP BY 1) b
       ON b.partition_id = p.id
     WHERE p.dataset = $1 AND r.taken > coalesce(b.records, 0) RETURNING records`,
    [dataset, attemptId, [...written.keys()], [...written.values()]],
  );
  return rows.reduce((sum, { records }) => sum + records, 0);
}
