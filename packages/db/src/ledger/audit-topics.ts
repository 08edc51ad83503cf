/** What the ledger notes of topics: files of records and refused ones, and sums that have to agree. */
import type { ClientBase } from 'pg';
import type { AuditBegin, MissingCopy } from './audit.ts';
import type { AuditedContent } from './audit-content.ts';
import type { WrongSum } from './audit-sums.ts';
import type { Queryable } from './objects.ts';

/** A file of records, or of refused ones, as it was found in archive or error zone. */
export interface FoundTopicFile {
  readonly uri: string;
  /** Bytes. */
  readonly size: number;
  /** Id of the attempt that its name carries; null: it carries none. */
  readonly attempt: string | null;
}

export interface SeenTopicFile {
  readonly uri: string;
  /** Null: its attempt is not known. */
  readonly dataset: string | null;
  /** `named` by a batch · `unnamed` of an attempt that is open or committed nothing, or of refused records that are rows by now · `unknown` of none that the ledger could tell so */
  readonly is: 'named' | 'unnamed' | 'unknown';
}

/** @param place `error`: what a retry has made rows of is named no more, though its attempt committed it */
export async function noteFoundTopicFiles(
  db: ClientBase,
  place: 'archive' | 'error',
  found: readonly FoundTopicFile[],
): Promise<SeenTopicFile[]> {
  const { rows } = await db.query<SeenTopicFile>(
    `WITH f AS (SELECT * FROM unnest($1::text[], $2::bigint[], $3::text[]) f(uri, size, attempt)),
       noted AS (INSERT INTO found_files SELECT uri, size FROM f)
     SELECT f.uri, a.dataset, CASE
       WHEN EXISTS (SELECT 1 FROM ledger.kafka_batches b WHERE b.archive_uri = f.uri)
         OR EXISTS (SELECT 1 FROM ledger.kafka_batches b WHERE b.rows_uri = f.uri) THEN 'named'
       WHEN a.id IS NULL OR (a.outcome = 'committed' AND $4 = 'archive') THEN 'unknown' ELSE 'unnamed' END AS is
     FROM f LEFT JOIN ledger.attempts a ON a.id = f.attempt ORDER BY f.uri`,
    [found.map(({ uri }) => uri), found.map(({ size }) => size), found.map(({ attempt }) => attempt), place],
  );
  return rows;
}

/** SQL: what batch `b` wrote into archive and error zone. */
const WRITTEN = `(VALUES ('archive', b.archive_uri, b.archive_size, b.archive_sha256), ('rows', b.rows_uri, NULL, b.rows_sha256)) c(of, uri, size, sha256)`;

/** Records and refused ones of batches that were not found, or in another size; refused ones are never empty. */
export async function missingTopicCopies(db: ClientBase, { at }: AuditBegin, dataset?: string): Promise<MissingCopy[]> {
  const { rows } = await db.query<MissingCopy>(
    `SELECT CASE c.of WHEN 'archive' THEN 'archive' ELSE 'error' END AS place, p.dataset, c.uri, c.size, f.size AS found
     FROM ledger.kafka_batches b JOIN ledger.kafka_partitions p ON p.id = b.partition_id
       CROSS JOIN LATERAL ${WRITTEN} LEFT JOIN found_files f ON f.uri = c.uri
     WHERE c.uri IS NOT NULL AND b.committed_at < $1 AND ($2::text IS NULL OR p.dataset = $2)
       AND (f.size IS NULL OR CASE WHEN c.size IS NULL THEN f.size = 0 ELSE f.size <> c.size END)
     ORDER BY c.uri`,
    [at, dataset ?? null],
  );
  return rows;
}

/** Answered at once. */
const PAGE = 500;

/** @param after id of a batch */
export async function topicContents(
  db: ClientBase,
  { at }: AuditBegin,
  dataset: string | undefined,
  after: number,
): Promise<AuditedContent<number>[]> {
  const { rows } = await db.query<AuditedContent<number>>(
    `SELECT c.of, b.dataset, c.uri, c.size, c.sha256, NULL AS tag, NULL AS "storeTag", NULL AS "objectId", NULL AS "deliveredAt",
       NULL AS "batchId", NULL AS "loadId", b.id AS place
     FROM (SELECT b.*, p.dataset FROM ledger.kafka_batches b JOIN ledger.kafka_partitions p ON p.id = b.partition_id
         WHERE b.id > $3 AND b.committed_at < $1 AND ($2::text IS NULL OR p.dataset = $2)
           AND (b.archive_uri IS NOT NULL OR b.rows_uri IS NOT NULL) ORDER BY b.id LIMIT ${PAGE}) b
       CROSS JOIN LATERAL ${WRITTEN}
     WHERE c.uri IS NOT NULL ORDER BY b.id`,
    [at, dataset ?? null, after],
  );
  return rows;
}

/** Tables of topics whose files have other rows than were written of records. */
export async function wrongTopics(db: Queryable, dataset?: string): Promise<WrongSum[]> {
  const { rows } = await db.query<WrongSum>(
    `SELECT t.dataset, 'records of its topics' AS of, t.written AS told, coalesce(f.rows, 0) AS rows
     FROM (SELECT p.dataset, sum(b.written)::bigint AS written FROM ledger.kafka_partitions p
       JOIN ledger.kafka_batches b ON b.partition_id = p.id WHERE $1::text IS NULL OR p.dataset = $1 GROUP BY 1) t
     LEFT JOIN (SELECT table_name, sum(rows)::bigint AS rows FROM ledger.files WHERE version_removed IS NULL GROUP BY 1) f
       ON f.table_name = t.dataset
     WHERE t.written <> coalesce(f.rows, 0) ORDER BY t.dataset`,
    [dataset ?? null],
  );
  return rows;
}

/** An epoch of a partition of which the ledger tells different numbers. */
export interface WrongPartition {
  readonly dataset: string;
  readonly cluster: string;
  readonly topic: string;
  readonly partition: number;
  readonly epoch: number;
  /** By its batches. */
  readonly records: number;
  readonly quarantined: number;
  /** Offsets that were taken. */
  readonly taken: number;
  /** Refused records that are noted one by one. */
  readonly refused: number;
}

export async function wrongPartitions(db: Queryable, dataset?: string): Promise<WrongPartition[]> {
  const { rows } = await db.query<WrongPartition>(
    `SELECT * FROM (SELECT p.dataset, p.cluster, p.topic, p.partition, p.epoch, coalesce(b.records, 0) AS records,
       coalesce(b.quarantined, 0) AS quarantined, coalesce(r.taken, 0) AS taken, coalesce(q.refused, 0) AS refused
     FROM ledger.kafka_partitions p
       LEFT JOIN (SELECT partition_id, sum(records)::bigint AS records, sum(quarantined)::bigint AS quarantined
         FROM ledger.kafka_batches GROUP BY 1) b ON b.partition_id = p.id
       LEFT JOIN (SELECT partition_id, sum(last_offset - first_offset + 1)::bigint AS taken FROM ledger.kafka_runs GROUP BY 1) r ON r.partition_id = p.id
       LEFT JOIN (SELECT partition_id, count(*) AS refused FROM ledger.kafka_refused GROUP BY 1) q ON q.partition_id = p.id
     WHERE $1::text IS NULL OR p.dataset = $1) p
     WHERE records <> taken OR quarantined <> refused ORDER BY dataset, cluster, topic, partition, epoch`,
    [dataset ?? null],
  );
  return rows;
}
