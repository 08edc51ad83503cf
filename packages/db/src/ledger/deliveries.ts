/**
 * The same content delivered once more: a snapshot uses the names of the one before anew, and a file of it may well have
 * the very same bytes (every empty one has). What tells the two apart is the `.dfm`, so such content gets a further load.
 */
import { beside } from './descriptions.ts';
import type { Queryable } from './objects.ts';

/** A snapshot file whose content is in history, beside a `.dfm` that none of its loads went by. */
export interface Redescribed {
  readonly objectId: number;
  readonly objectKey: string;
  /** The newest that was found beside it; the content was there when it was, or since. */
  readonly dfmObjectId: number;
  readonly dfm: string;
  /** Latest start of the snapshots that its loads belong to; null: they have no times. */
  readonly fileTime: string | null;
}

export async function redescribedObjects(db: Queryable, dataset: string): Promise<Redescribed[]> {
  const { rows } = await db.query<Redescribed>(
    `SELECT o.id AS "objectId", o.object_key AS "objectKey", d.id AS "dfmObjectId", d.dfm, l.time AS "fileTime"
     FROM ledger.objects o
     JOIN LATERAL (
       SELECT max(l.file_time) AS time, bool_and(l.state IN ('loaded', 'applied', 'archived', 'superseded')) AS settled,
         array_agg(l.dfm_object_id) AS dfms FROM ledger.loads l WHERE l.object_id = o.id) l ON l.settled
     JOIN LATERAL (
       SELECT d.id, d.dfm, d.seen FROM ledger.objects d
       WHERE d.part = 'dfm' AND d.object_key = regexp_replace(o.object_key, '\\.csv\\.gz$', '.dfm')
         AND ${beside('d')}
       ORDER BY d.seen DESC LIMIT 1) d ON o.seen >= d.seen AND d.id <> ALL (array_remove(l.dfms, NULL))
     WHERE o.dataset = $1 AND o.part = 'data' AND o.object_key NOT LIKE '%\\_\\_ct/%' ORDER BY o.id`,
    [dataset],
  );
  return rows;
}

/** A further load of the object, which goes by that `.dfm` and by no other. */
export async function addDelivery(
  db: Queryable,
  { objectId, dfmObjectId }: Pick<Redescribed, 'objectId' | 'dfmObjectId'>,
): Promise<void> {
  await db.query(
    `INSERT INTO ledger.loads (object_id, dataset, delivery, dfm_object_id)
     SELECT object_id, dataset, max(delivery) + 1, $2 FROM ledger.loads WHERE object_id = $1 GROUP BY object_id, dataset`,
    [objectId, dfmObjectId],
  );
}
