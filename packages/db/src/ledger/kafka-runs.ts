/** The offset ledger over time: runs grow with every commit, and are merged by maintenance. */
import type { Queryable } from './objects.ts';

/** Partitions by the table that they are of, each as it was once created. */
export async function partitionsWithRuns(db: Queryable): Promise<{ readonly dataset: string; readonly id: number }[]> {
  const { rows } = await db.query<{ dataset: string; id: number }>(
    `SELECT p.dataset, p.id FROM ledger.kafka_partitions p
     WHERE (SELECT count(*) FROM (SELECT 1 FROM ledger.kafka_runs r WHERE r.partition_id = p.id LIMIT 2) r) > 1 ORDER BY p.dataset, p.id`,
  );
  return rows;
}

export interface KeptSums {
  /** Seconds after which checksums may go where Kafka's id of the topic is known. */
  readonly seconds: number;
  /** So many offsets from the lowest keep theirs for good. */
  readonly fromBegin: number;
}

export interface StoredRun {
  readonly first: bigint;
  readonly last: bigint;
  /** Whether it has checksums that have to stay. */
  readonly keeps: boolean;
  /** Whether it has checksums. */
  readonly has: boolean;
}

/**
 * Runs of a partition without their checksums, in the order of their offsets.
 * @param from lowest offset at which they begin
 */
export async function storedRuns(
  db: Queryable,
  partitionId: number,
  from: bigint,
  { seconds, fromBegin }: KeptSums,
  limit: number,
): Promise<StoredRun[]> {
  const { rows } = await db.query<{ first: string; last: string; keeps: boolean; has: boolean }>(
    `SELECT r.first_offset::text AS first, r.last_offset::text AS last, r.sums IS NOT NULL AS has,
       r.sums IS NOT NULL AND NOT (p.topic_id IS NOT NULL AND r.taken_at < now() - make_interval(secs => $3)
         AND r.first_offset - (SELECT min(b.first_offset) FROM ledger.kafka_runs b WHERE b.partition_id = $1) >= $4::bigint) AS keeps
     FROM ledger.kafka_runs r JOIN ledger.kafka_partitions p ON p.id = r.partition_id
     WHERE r.partition_id = $1 AND r.first_offset >= $2 ORDER BY r.first_offset LIMIT $5`,
    [partitionId, from, seconds, fromBegin, limit],
  );
  return rows.map(({ first, last, ...rest }) => ({ first: BigInt(first), last: BigInt(last), ...rest }));
}

/**
 * Puts one run in the place of those between its offsets, which have to be without a gap. Call it in a transaction under
 * `lockAppends`, in which the runs were read.
 */
export async function replaceRuns(
  db: Queryable,
  partitionId: number,
  runs: readonly Pick<StoredRun, 'first' | 'last' | 'keeps'>[],
): Promise<void> {
  const { rowCount } = await db.query(
    `WITH merged AS (SELECT * FROM unnest($2::bigint[], $3::bigint[], $4::boolean[]) m(first, last, keeps)),
       gone AS (DELETE FROM ledger.kafka_runs r USING merged m
         WHERE r.partition_id = $1 AND r.first_offset BETWEEN m.first AND m.last
         RETURNING m.first, m.last, m.keeps, r.first_offset, r.last_offset, r.sums, r.taken_at)
     INSERT INTO ledger.kafka_runs (partition_id, first_offset, last_offset, sums, taken_at)
     SELECT $1, first, last, CASE WHEN keeps THEN string_agg(sums, ''::bytea ORDER BY first_offset) END, max(taken_at)
     FROM gone GROUP BY first, last, keeps
     HAVING sum(last_offset - first_offset + 1) = last - first + 1`,
    [partitionId, runs.map(({ first }) => first), runs.map(({ last }) => last), runs.map(({ keeps }) => keeps)],
  );
  // The offsets would not be taken any more.
  if (rowCount !== runs.length) throw new Error(`runs of partition ${partitionId} are not those that were read`);
}
