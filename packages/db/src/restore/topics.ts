/** The offset ledger of a topic's table, as journals and rows tell of it. Checksums are not among it. */
import type { Row } from '../ledger/journal.ts';
import type { Queryable } from '../ledger/objects.ts';
import { restoreAttempts } from './begin.ts';

/** @param partitions by name @returns their numbers */
export async function restorePartitions(
  db: Queryable,
  partitions: ReadonlyMap<string, Row>,
): Promise<Map<string, number>> {
  const numbers = new Map<string, number>();
  for (const [name, row] of partitions) {
    const { rows } = await db.query<{ id: number }>(
      `INSERT INTO ledger.kafka_partitions (dataset, cluster, topic, partition, epoch, topic_id, created_at)
       SELECT dataset, cluster, topic, partition, epoch, topic_id, created_at FROM json_populate_record(NULL::ledger.kafka_partitions, $1::json)
       RETURNING id`,
      [JSON.stringify(row)],
    );
    numbers.set(name, rows[0]?.id ?? 0);
  }
  return numbers;
}

/** @param batch as a journal tells of it @param version whose journal that is; null: the next is to tell of it */
export async function restoreBatch(
  db: Queryable,
  dataset: string,
  partitionId: number,
  batch: Row,
  refused: readonly Row[],
  version: number | null,
): Promise<void> {
  await restoreAttempts(db, dataset, [String(batch['attempt_id'])], 'committed');
  const { rows } = await db.query<{ id: number }>(
    `INSERT INTO ledger.kafka_batches (partition_id, attempt_id, first_offset, last_offset, records, written, quarantined, tombstones,
       first_timestamp, last_timestamp, archive_uri, archive_sha256, archive_size, rows_uri, rows_sha256, committed_at, journal_version)
     SELECT $2, attempt_id, first_offset, last_offset, records, written, quarantined, tombstones, first_timestamp, last_timestamp,
       archive_uri, archive_sha256, archive_size, rows_uri, rows_sha256, committed_at, $3
     FROM json_populate_record(NULL::ledger.kafka_batches, $1::json) RETURNING id`,
    [JSON.stringify(batch), partitionId, version],
  );
  await db.query(
    `INSERT INTO ledger.kafka_refused (partition_id, record_offset, batch_id, reason, detail, size)
     SELECT $2, record_offset, $3, reason, detail, size FROM json_populate_recordset(NULL::ledger.kafka_refused, $1::json)`,
    [JSON.stringify(refused), partitionId, rows[0]?.id],
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

/** A partition as rows of the table tell of it. */
export interface PartitionTold {
  readonly cluster: string;
  readonly topic: string;
  readonly partition: number;
  readonly epoch: number;
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
