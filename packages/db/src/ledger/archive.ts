/** Which accepted objects have a verified copy in the archive. */
import type { Load } from './loads.ts';
import type { Queryable } from './objects.ts';

/** An object whose rows are in history, or the `.dfm` by which they were read, that has no copy yet. */
export interface UnarchivedObject {
  readonly id: number;
  readonly objectKey: string;
  readonly contentHash: string;
  readonly storeUri: string;
  readonly path: string;
  /** Bytes. */
  readonly size: number;
  /** Where its copy in the error zone lies: it failed before. */
  readonly refusedUri: string | null;
}

export async function unarchivedObjects(db: Queryable, dataset: string): Promise<UnarchivedObject[]> {
  const { rows } = await db.query<UnarchivedObject>(
    `SELECT DISTINCT o.id, o.object_key AS "objectKey", o.content_hash AS "contentHash", o.store_uri AS "storeUri", o.path, o.size,
       (SELECT min(refused_uri) FROM ledger.loads WHERE object_id = o.id) AS "refusedUri"
     FROM ledger.loads l JOIN ledger.receipts r ON r.load_id = l.id
     JOIN ledger.objects o ON o.id = l.object_id OR o.id = l.dfm_object_id
     WHERE l.dataset = $1 AND o.archived_uri IS NULL ORDER BY o.id`,
    [dataset],
  );
  return rows;
}

export interface ArchivedObject {
  readonly id: number;
  /** Absolute. */
  readonly uri: string;
  /** Identity of the copy's content as its store tells it; null: the store tells none. */
  readonly tag: string | null;
  /** Of its content, in hex. */
  readonly sha256: string;
}

export async function recordArchived(db: Queryable, objects: readonly ArchivedObject[]): Promise<void> {
  await db.query(
    `UPDATE ledger.objects o SET archived_uri = a.uri, archived_tag = a.tag, archived_sha256 = a.sha256, archived_at = now()
     FROM unnest($1::bigint[], $2::text[], $3::text[], $4::text[]) a(id, uri, tag, sha256) WHERE o.id = a.id AND o.archived_uri IS NULL`,
    [
      objects.map(({ id }) => id),
      objects.map(({ uri }) => uri),
      objects.map(({ tag }) => tag),
      objects.map(({ sha256 }) => sha256),
    ],
  );
}

/** Loads in the current table whose object and `.dfm` have their copies, and that do not say so yet. */
export async function archivableLoads(db: Queryable, dataset: string): Promise<Pick<Load, 'id' | 'state'>[]> {
  const { rows } = await db.query<Pick<Load, 'id' | 'state'>>(
    `SELECT l.id, l.state FROM ledger.loads l WHERE l.dataset = $1 AND l.state = 'applied' AND NOT EXISTS (
       SELECT 1 FROM ledger.objects o WHERE (o.id = l.object_id OR o.id = l.dfm_object_id) AND o.archived_uri IS NULL)
     ORDER BY l.id`,
    [dataset],
  );
  return rows;
}

/** An object that has a verified copy. */
export interface ArchivedCopy {
  readonly objectKey: string;
  readonly contentHash: string;
  /** Bytes. */
  readonly size: number;
  readonly uri: string;
  /** Null: not noted; then only its content tells that it is the one. */
  readonly tag: string | null;
}

/** Of the given objects those that have a copy, by `key hash`. */
export async function archivedCopies(
  db: Queryable,
  objects: readonly Pick<ArchivedCopy, 'objectKey' | 'contentHash'>[],
): Promise<ReadonlyMap<string, ArchivedCopy>> {
  const { rows } = await db.query<ArchivedCopy>(
    `SELECT DISTINCT o.object_key AS "objectKey", o.content_hash AS "contentHash", o.size, o.archived_uri AS uri, o.archived_tag AS tag
     FROM ledger.objects o JOIN unnest($1::text[], $2::text[]) w(object_key, content_hash) USING (object_key, content_hash)
     WHERE o.archived_uri IS NOT NULL`,
    [objects.map(({ objectKey }) => objectKey), objects.map(({ contentHash }) => contentHash)],
  );
  return new Map(rows.map((row) => [`${row.objectKey} ${row.contentHash}`, row]));
}
