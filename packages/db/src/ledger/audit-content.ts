/** What the ledger notes of the content of files, copies and refused rows, in pages: it need not fit into memory. */
import type { ClientBase } from 'pg';
import type { AuditBegin } from './audit.ts';
import { topicContents } from './audit-topics.ts';
import { SHA256, type Queryable } from './objects.ts';

/** Something that was written, and what is known of it. */
export interface NotedContent {
  /** A Parquet file of a table, or of a topic's; an archived copy; in the error zone a refused file, its reason, refused rows. */
  readonly of: 'table' | 'topic' | 'archive' | 'refused' | 'reason' | 'rows';
  /** Name of the table; of copies, of the dataset. */
  readonly dataset: string;
  /** Absolute. */
  readonly uri: string;
  /** Bytes; null: not noted. */
  readonly size: number | null;
  /** In hex; null: not noted. */
  readonly sha256: string | null;
  /** Of copies: the tag that the object was delivered with. */
  readonly tag: string | null;
  /** Of archived copies, as the store that holds them told it then; null: it tells none. */
  readonly storeTag: string | null;
  /** Of copies and refused rows of delivered objects; null: it is of records of a topic. */
  readonly objectId: number | null;
  /** Where this audit found the object's very content as it was delivered; null: nowhere, or it is of none. */
  readonly deliveredAt: string | null;
  /** Of files that loads write. */
  readonly batchId: number | null;
  /** Of files that hold the rows of one load alone. */
  readonly loadId: number | null;
}

/** Answered at once. */
const PAGE = 500;

/** With its place among all of its kind. */
export type AuditedContent<Place> = NotedContent & { readonly place: Place };

/** @param page those after the given place, and the place of the last of them */
async function* paged<Place>(
  first: Place,
  page: (after: Place) => Promise<readonly AuditedContent<Place>[]>,
): AsyncGenerator<NotedContent> {
  let after = first;
  for (;;) {
    const rows = await page(after);
    yield* rows;
    const last = rows.at(-1);
    if (last === undefined) return;
    after = last.place;
  }
}

/** Everything whose content can be looked at, as of the audit's begin: files that manifests list, archived copies, the error zone. */
export async function* notedContents(
  db: ClientBase,
  begin: AuditBegin,
  dataset?: string,
): AsyncGenerator<NotedContent> {
  yield* paged('', (after: string) => listedFiles(db, begin, dataset, after));
  yield* paged(0, (after: number) => archivedObjects(db, begin, dataset, after));
  yield* paged(0, (after: number) => refusedContents(db, dataset, after));
  yield* paged(0, (after: number) => topicContents(db, begin, dataset, after));
}

const DELIVERED = `(SELECT min(f.uri) FROM found_objects f WHERE f.object_id = o.id AND f.place = 'source')`;

const OF_TABLE = `f.version_removed IS NULL AND f.id <= $1
  AND ($2::text IS NULL OR split_part(f.table_name, '@', 1) IN ($2, $2 || '_history'))`;

/** A file may be of several tables: one that is built and the one that shows it. */
async function listedFiles(
  db: ClientBase,
  { fileId }: AuditBegin,
  dataset: string | undefined,
  after: string,
): Promise<AuditedContent<string>[]> {
  const { rows } = await db.query<AuditedContent<string>>(
    `SELECT DISTINCT ON (f.uri COLLATE "C") CASE WHEN f.table_name IN (SELECT dataset FROM ledger.kafka_partitions) THEN 'topic' ELSE 'table' END AS of, f.table_name AS dataset, f.uri, f.size, f.sha256, NULL AS tag, NULL AS "storeTag",
       NULL AS "objectId", NULL AS "deliveredAt", f.batch_id AS "batchId", f.load_id AS "loadId", f.uri AS place
     FROM ledger.files f WHERE ${OF_TABLE} AND f.uri COLLATE "C" > $3 ORDER BY f.uri COLLATE "C", f.id LIMIT ${PAGE}`,
    [fileId, dataset ?? null, after],
  );
  return rows;
}

async function archivedObjects(
  db: ClientBase,
  { at }: AuditBegin,
  dataset: string | undefined,
  after: number,
): Promise<AuditedContent<number>[]> {
  const { rows } = await db.query<AuditedContent<number>>(
    `SELECT 'archive' AS of, o.dataset, o.archived_uri AS uri, o.size, coalesce(o.archived_sha256, ${SHA256}) AS sha256,
       o.content_hash AS tag, o.archived_tag AS "storeTag", o.id AS "objectId",
       ${DELIVERED} AS "deliveredAt", NULL AS "batchId", NULL AS "loadId", o.id AS place
     FROM ledger.objects o WHERE o.archived_uri IS NOT NULL AND o.archived_at < $1 AND ($2::text IS NULL OR o.dataset = $2)
       AND o.id > $3 ORDER BY o.id LIMIT ${PAGE}`,
    [at, dataset ?? null, after],
  );
  return rows;
}

/** Of an object that was delivered twice, two loads may name the same copy. */
async function refusedContents(
  db: ClientBase,
  dataset: string | undefined,
  after: number,
): Promise<AuditedContent<number>[]> {
  const { rows } = await db.query<AuditedContent<number>>(
    `SELECT c.of, l.dataset, c.uri, c.size, c.sha256, o.content_hash AS tag, NULL AS "storeTag", o.id AS "objectId",
       ${DELIVERED} AS "deliveredAt", NULL AS "batchId", NULL AS "loadId", l.id AS place
     FROM (SELECT l.* FROM ledger.loads l LEFT JOIN ledger.receipts r ON r.load_id = l.id
         WHERE l.id > $2 AND ($1::text IS NULL OR l.dataset = $1) AND (l.refused_uri IS NOT NULL OR r.rows_uri IS NOT NULL)
         ORDER BY l.id LIMIT ${PAGE}) l
       JOIN ledger.objects o ON o.id = l.object_id LEFT JOIN ledger.receipts r ON r.load_id = l.id
       CROSS JOIN LATERAL (VALUES ('refused', l.refused_uri, o.size, coalesce(l.refused_sha256, ${SHA256})),
         ('reason', l.refused_uri || '.reason.json', NULL, NULL), ('rows', r.rows_uri, NULL, r.rows_sha256)) c(of, uri, size, sha256)
     WHERE c.uri IS NOT NULL ORDER BY l.id`,
    [dataset ?? null, after],
  );
  return rows;
}

/** Bytes of all that is noted, as far as sizes are. */
export async function notedBytes(db: Queryable, { fileId, at }: AuditBegin, dataset?: string): Promise<number> {
  const { rows } = await db.query<{ bytes: number }>(
    `SELECT ((SELECT coalesce(sum(size), 0) FROM (SELECT DISTINCT f.uri, f.size FROM ledger.files f WHERE ${OF_TABLE}) f)
       + (SELECT coalesce(sum(o.size), 0) FROM ledger.objects o
          WHERE o.archived_at < $3 AND ($2::text IS NULL OR o.dataset = $2))
       + (SELECT coalesce(sum(o.size), 0) FROM ledger.loads l JOIN ledger.objects o ON o.id = l.object_id
          WHERE l.refused_uri IS NOT NULL AND ($2::text IS NULL OR l.dataset = $2))
       + (SELECT coalesce(sum(b.archive_size), 0) FROM ledger.kafka_batches b JOIN ledger.kafka_partitions p ON p.id = b.partition_id
          WHERE b.committed_at < $3 AND ($2::text IS NULL OR p.dataset = $2)))::bigint AS bytes`,
    [fileId, dataset ?? null, at],
  );
  return rows[0]?.bytes ?? 0;
}

/** Whether anything still names what lies at the URI: a version, an object, a load, a receipt, a batch of a topic may be others by now. */
export async function isNoted(db: Queryable, uri: string): Promise<boolean> {
  const { rows } = await db.query<{ noted: boolean }>(
    `SELECT EXISTS (SELECT 1 FROM ledger.files WHERE uri = $1 AND version_removed IS NULL)
       OR EXISTS (SELECT 1 FROM ledger.objects WHERE archived_uri = $1)
       OR EXISTS (SELECT 1 FROM ledger.loads WHERE $1 IN (refused_uri, refused_uri || '.reason.json'))
       OR EXISTS (SELECT 1 FROM ledger.receipts WHERE rows_uri = $1)
       OR EXISTS (SELECT 1 FROM ledger.kafka_batches WHERE archive_uri = $1)
       OR EXISTS (SELECT 1 FROM ledger.kafka_batches WHERE rows_uri = $1) AS noted`,
    [uri],
  );
  return rows[0]?.noted ?? false;
}

/** What a reason file has to say of its object. */
export interface NotedReason {
  readonly objectKey: string;
  readonly contentTag: string;
  /** Any of them: it is written before it is noted. */
  readonly reasons: readonly string[];
}

export async function notedReason(db: Queryable, objectId: number): Promise<NotedReason | undefined> {
  const { rows } = await db.query<NotedReason>(
    `SELECT o.object_key AS "objectKey", o.content_hash AS "contentTag",
       array_remove(array_agg(l.refused_reason) || array_agg(l.reason), NULL) AS reasons
     FROM ledger.objects o JOIN ledger.loads l ON l.object_id = o.id WHERE o.id = $1 GROUP BY o.id`,
    [objectId],
  );
  return rows[0];
}
