/** The offset ledger: which records of Kafka topics were taken. */
import type { Queryable } from './objects.ts';

/** A topic as one of our tables knows it. */
export interface KafkaTopic {
  readonly dataset: string;
  readonly cluster: string;
  readonly topic: string;
}

/** Contiguous offsets that were taken, of one epoch of a partition. */
export interface TakenRun {
  readonly first: bigint;
  readonly last: bigint;
  /** CRC-32 of each record, in the order of offsets; null: no longer kept. */
  readonly sums: Uint32Array | null;
}

export interface TakenEpoch {
  readonly epoch: number;
  readonly topicId: string | null;
  readonly runs: readonly TakenRun[];
}

/** Offsets of a partition that one wants to know about, both included. */
export interface OffsetRange {
  readonly partition: number;
  readonly first: bigint;
  readonly last: bigint;
}

/** @returns by partition, every epoch of it, with the runs that have offsets of the range */
export async function takenRuns(
  db: Queryable,
  { dataset, cluster, topic }: KafkaTopic,
  ranges: readonly OffsetRange[],
): Promise<Map<number, TakenEpoch[]>> {
  const { rows } = await db.query<{
    partition: number;
    epoch: number;
    topicId: string | null;
    runs: readonly { first: string; last: string; sums: string | null }[];
  }>(
    `SELECT p.partition, p.epoch, p.topic_id AS "topicId",
       coalesce((SELECT json_agg(json_build_object('first', r.first_offset::text, 'last', r.last_offset::text, 'sums', encode(r.sums, 'base64')) ORDER BY r.first_offset)
         FROM ledger.kafka_runs r WHERE r.partition_id = p.id AND r.last_offset >= w.first AND r.first_offset <= w.last), '[]') AS runs
     FROM unnest($4::integer[], $5::bigint[], $6::bigint[]) w(partition, first, last)
     JOIN ledger.kafka_partitions p ON p.dataset = $1 AND p.cluster = $2 AND p.topic = $3 AND p.partition = w.partition
     ORDER BY p.partition, p.epoch`,
    [
      dataset,
      cluster,
      topic,
      ranges.map(({ partition }) => partition),
      ranges.map(({ first }) => first),
      ranges.map(({ last }) => last),
    ],
  );
  const taken = new Map<number, TakenEpoch[]>();
  for (const { partition, epoch, topicId, runs } of rows)
    taken.set(partition, [
      ...(taken.get(partition) ?? []),
      {
        epoch,
        topicId,
        runs: runs.map(({ first, last, sums }) => ({
          first: BigInt(first),
          last: BigInt(last),
          sums: sums === null ? null : sumsOf(Buffer.from(sums, 'base64')),
        })),
      },
    ]);
  return taken;
}

const sumsOf = (bytes: Buffer): Uint32Array =>
  Uint32Array.from({ length: bytes.length / 4 }, (_, index) => bytes.readUInt32BE(4 * index));

function bytesOf(sums: Uint32Array): Buffer {
  const bytes = Buffer.alloc(4 * sums.length);
  sums.forEach((sum, index) => bytes.writeUInt32BE(sum, 4 * index));
  return bytes;
}

/** Of one epoch of a partition, what a commit takes. */
export interface TakenBatch {
  readonly partition: number;
  readonly epoch: number;
  /** Null: not known by now. */
  readonly topicId: string | null;
  readonly runs: readonly TakenRun[];
  readonly records: number;
  readonly written: number;
  readonly tombstones: number;
  readonly refused: readonly RefusedRecord[];
  /** Milliseconds since 1970; null: none has one. */
  readonly firstTimestamp: bigint | null;
  readonly lastTimestamp: bigint | null;
  readonly archive: WrittenTo | null;
  /** The refused records; null: there are none. */
  readonly rows: WrittenTo | null;
}

/** A file of a zone. */
export interface WrittenTo {
  readonly uri: string;
  /** In hex. */
  readonly sha256: string;
  /** Bytes. */
  readonly size: number;
}

export interface RefusedRecord {
  readonly offset: bigint;
  readonly reason: string;
  readonly detail: string | null;
  /** Bytes of its value. */
  readonly size: number;
}

/**
 * Call it in the transaction of the commit, under the table's lock (`lockAppends`), with what was cut under it: nothing of it was
 * taken before.
 */
export async function takeBatch(db: Queryable, topic: KafkaTopic, attemptId: string, batch: TakenBatch): Promise<void> {
  const partitionId = await partitionFor(db, topic, batch);
  const { runs, refused, archive, rows } = batch;
  const inserted = await db.query<{ id: number }>(
    `INSERT INTO ledger.kafka_batches (partition_id, attempt_id, first_offset, last_offset, records, written, quarantined, tombstones,
       first_timestamp, last_timestamp, archive_uri, archive_sha256, archive_size, rows_uri, rows_sha256)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15) RETURNING id`,
    [
      partitionId,
      attemptId,
      runs[0]?.first,
      runs.at(-1)?.last,
      batch.records,
      batch.written,
      refused.length,
      batch.tombstones,
      batch.firstTimestamp,
      batch.lastTimestamp,
      ...[archive?.uri, archive?.sha256, archive?.size, rows?.uri, rows?.sha256].map((value) => value ?? null),
    ],
  );
  await db.query(
    `INSERT INTO ledger.kafka_runs (partition_id, first_offset, last_offset, sums)
     SELECT $1, * FROM unnest($2::bigint[], $3::bigint[], $4::bytea[])`,
    [
      partitionId,
      runs.map(({ first }) => first),
      runs.map(({ last }) => last),
      runs.map(({ sums }) => (sums === null ? null : bytesOf(sums))),
    ],
  );
  if (refused.length === 0) return;
  await db.query(
    `INSERT INTO ledger.kafka_refused (partition_id, batch_id, record_offset, reason, detail, size)
     SELECT $1, $2, * FROM unnest($3::bigint[], $4::text[], $5::text[], $6::bigint[])`,
    [
      partitionId,
      inserted.rows[0]?.id,
      refused.map(({ offset }) => offset),
      refused.map(({ reason }) => reason),
      refused.map(({ detail }) => detail),
      refused.map(({ size }) => size),
    ],
  );
}

/** The topic's id is kept as soon as somebody tells it. */
async function partitionFor(
  db: Queryable,
  { dataset, cluster, topic }: KafkaTopic,
  { partition, epoch, topicId }: TakenBatch,
): Promise<number> {
  const { rows } = await db.query<{ id: number }>(
    `INSERT INTO ledger.kafka_partitions (dataset, cluster, topic, partition, epoch, topic_id) VALUES ($1, $2, $3, $4, $5, $6)
     ON CONFLICT (dataset, cluster, topic, partition, epoch)
       DO UPDATE SET topic_id = coalesce(kafka_partitions.topic_id, excluded.topic_id)
     RETURNING id`,
    [dataset, cluster, topic, partition, epoch, topicId],
  );
  return rows[0]?.id ?? 0;
}

/**
 * The offset after the last record that was taken of a topic, by partition. Only of the very topic: where its id was never told,
 * nobody knows whether it is still the same.
 * @param topicId null: the cluster has no ids
 */
export async function takenUpTo(
  db: Queryable,
  { dataset, cluster, topic }: KafkaTopic,
  topicId: string | null,
): Promise<Map<number, bigint>> {
  const { rows } = await db.query<{ partition: number; last: string }>(
    `SELECT DISTINCT ON (p.partition) p.partition, (SELECT max(r.last_offset) FROM ledger.kafka_runs r WHERE r.partition_id = p.id)::text AS last
     FROM ledger.kafka_partitions p WHERE p.dataset = $1 AND p.cluster = $2 AND p.topic = $3 AND p.topic_id IS NOT DISTINCT FROM $4
     ORDER BY p.partition, p.epoch DESC`,
    [dataset, cluster, topic, topicId],
  );
  return new Map(rows.map(({ partition, last }) => [partition, BigInt(last) + 1n]));
}
