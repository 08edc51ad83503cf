/** How far topics are taken, and what is missing. */
import type { Queryable } from './objects.ts';

/** One epoch of a partition of a topic. Offsets are text: they may be beyond what JavaScript's numbers hold. */
export interface PartitionProgress {
  readonly dataset: string;
  readonly cluster: string;
  readonly topic: string;
  readonly partition: number;
  readonly epoch: number;
  readonly topicId: string | null;
  /** Lowest and highest offset that was taken. */
  readonly firstOffset: string;
  readonly lastOffset: string;
  /** Records that were taken: written + quarantined + tombstones. */
  readonly records: number;
  readonly written: number;
  readonly quarantined: number;
  readonly tombstones: number;
  /** Offsets between the lowest and the highest that were not taken, and how many gaps they make. */
  readonly missing: number;
  readonly gaps: number;
  /** The first of the gaps. */
  readonly someGaps: readonly { readonly first: string; readonly last: string }[];
  /** Kafka's timestamp of the newest record, milliseconds since 1970; null: none has one. */
  readonly newestTimestamp: number | null;
  readonly lastCommit: Date;
}

const SOME = 5;
/** More offsets than this are missing only where a topic has offsets that nobody gives: they count as so many. */
const MOST = Number.MAX_SAFE_INTEGER;

/** By table, cluster, topic, partition and epoch. @param dataset only of this table */
export async function partitionProgress(db: Queryable, dataset?: string): Promise<PartitionProgress[]> {
  const { rows } = await db.query<PartitionProgress>(
    `WITH runs AS (
       SELECT r.partition_id, r.first_offset, r.last_offset, lag(r.last_offset) OVER w AS former FROM ledger.kafka_runs r
       JOIN ledger.kafka_partitions p ON p.id = r.partition_id WHERE $1::text IS NULL OR p.dataset = $1
       WINDOW w AS (PARTITION BY r.partition_id ORDER BY r.first_offset)
     ), gaps AS (
       SELECT partition_id, former + 1 AS first, first_offset - 1 AS last,
         row_number() OVER (PARTITION BY partition_id ORDER BY first_offset) AS n
       FROM runs WHERE first_offset > former + 1
     ), missing AS (
       SELECT partition_id, least(sum(last::numeric - first + 1), ${MOST})::bigint AS missing, count(*) AS gaps,
         json_agg(json_build_object('first', first::text, 'last', last::text) ORDER BY n) FILTER (WHERE n <= ${SOME}) AS some
       FROM gaps GROUP BY 1
     ), taken AS (
       SELECT partition_id, min(first_offset) AS first, max(last_offset) AS last FROM runs GROUP BY 1
     ), counted AS (
       SELECT partition_id, sum(records)::bigint AS records, sum(written)::bigint AS written, sum(quarantined)::bigint AS quarantined,
         sum(tombstones)::bigint AS tombstones, max(last_timestamp) AS newest, max(committed_at) AS committed
       FROM ledger.kafka_batches GROUP BY 1
     )
     SELECT p.dataset, p.cluster, p.topic, p.partition, p.epoch, p.topic_id AS "topicId", t.first::text AS "firstOffset", t.last::text AS "lastOffset",
       c.records, c.written, c.quarantined, c.tombstones, coalesce(m.missing, 0) AS missing, coalesce(m.gaps, 0) AS gaps,
       coalesce(m.some, '[]') AS "someGaps", c.newest AS "newestTimestamp", c.committed AS "lastCommit"
     FROM ledger.kafka_partitions p JOIN taken t ON t.partition_id = p.id JOIN counted c ON c.partition_id = p.id
     LEFT JOIN missing m ON m.partition_id = p.id
     ORDER BY p.dataset, p.cluster, p.topic, p.partition, p.epoch`,
    [dataset ?? null],
  );
  return rows;
}

/** Refused records by reason, the most frequent first. */
export interface RefusedCount {
  readonly dataset: string;
  readonly reason: string;
  readonly records: number;
}

export async function refusedCounts(db: Queryable, dataset?: string): Promise<RefusedCount[]> {
  const { rows } = await db.query<RefusedCount>(
    `SELECT p.dataset, r.reason, count(*) AS records FROM ledger.kafka_refused r JOIN ledger.kafka_partitions p ON p.id = r.partition_id
     WHERE $1::text IS NULL OR p.dataset = $1 GROUP BY 1, 2 ORDER BY 1, 3 DESC, 2`,
    [dataset ?? null],
  );
  return rows;
}

/** Whether records of a topic ever came for the table. */
export async function hasRecords(db: Queryable, dataset: string): Promise<boolean> {
  const { rowCount } = await db.query('SELECT 1 FROM ledger.kafka_partitions WHERE dataset = $1 LIMIT 1', [dataset]);
  return (rowCount ?? 0) > 0;
}

/** What came of a table's topics. */
export interface TopicCounts {
  readonly partitions: number;
  /** Taken: written + quarantined + tombstones. */
  readonly records: number;
  readonly quarantined: number;
  readonly tombstones: number;
  /** Offsets between others that were not taken. */
  readonly missing: number;
}

/** By dataset. */
export async function topicCounts(db: Queryable): Promise<Map<string, TopicCounts>> {
  const { rows } = await db.query<TopicCounts & { dataset: string }>(
    `SELECT p.dataset, count(*) AS partitions, sum(b.records)::bigint AS records, sum(b.quarantined)::bigint AS quarantined,
       sum(b.tombstones)::bigint AS tombstones, least(sum(r.last::numeric - r.first + 1 - r.taken), ${MOST})::bigint AS missing
     FROM ledger.kafka_partitions p
     JOIN (SELECT partition_id, sum(records) AS records, sum(quarantined) AS quarantined, sum(tombstones) AS tombstones
       FROM ledger.kafka_batches GROUP BY 1) b ON b.partition_id = p.id
     JOIN (SELECT partition_id, min(first_offset) AS first, max(last_offset) AS last, sum(last_offset::numeric - first_offset + 1) AS taken
       FROM ledger.kafka_runs GROUP BY 1) r ON r.partition_id = p.id
     GROUP BY 1`,
  );
  return new Map(rows.map(({ dataset, ...counts }) => [dataset, counts]));
}
