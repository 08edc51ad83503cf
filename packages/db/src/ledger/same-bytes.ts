/**
 * The same bytes under another tag: an object that is uploaded again in parts, or lies in a bucket where it lay in a folder.
 * Its tag says nothing then; its SHA-256 does.
 */
import type { Load } from './loads.ts';
import { SHA256, type Queryable } from './objects.ts';

export type Unproven = Pick<
  Load,
  'objectId' | 'objectKey' | 'contentHash' | 'size' | 'storeUri' | 'path' | 'archivedUri' | 'refusedUri'
>;

/** Data objects not in history yet, of which nobody knows the SHA-256, beside one in history with as many bytes and another tag. */
export async function unprovenObjects(db: Queryable, dataset: string): Promise<Unproven[]> {
  const { rows } = await db.query<Unproven>(
    `SELECT o.id AS "objectId", o.object_key AS "objectKey", o.content_hash AS "contentHash", o.size,
       o.store_uri AS "storeUri", o.path, o.archived_uri AS "archivedUri", min(l.refused_uri) AS "refusedUri"
     FROM ledger.loads l JOIN ledger.objects o ON o.id = l.object_id
     WHERE l.dataset = $1 AND l.state IN ('registered', 'waiting', 'ready', 'failed')
       AND ${SHA256} IS NULL
       AND EXISTS (
         SELECT 1 FROM ledger.objects t JOIN ledger.loads h ON h.object_id = t.id JOIN ledger.receipts r ON r.load_id = h.id
         WHERE t.object_key = o.object_key AND t.content_hash <> o.content_hash AND t.size = o.size)
     GROUP BY o.id ORDER BY o.id`,
    [dataset],
  );
  return rows;
}

/** @param sha256 in hex */
export async function recordSha256(db: Queryable, objectId: number, sha256: string): Promise<void> {
  await db.query('UPDATE ledger.objects SET sha256 = $2 WHERE id = $1', [objectId, sha256]);
}
