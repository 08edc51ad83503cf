/**
 * The `.dfm` that a file in history has by now. The one that it was loaded by may have been mended since; one of the next
 * snapshot, or of other content, comes under the same name.
 */
import type { Queryable } from './objects.ts';

/** SQL: object `o` is a change file. */
const IS_CHANGES = `o.object_key LIKE '%\\_\\_ct/%'`;

/**
 * SQL condition: `d` came after `own`, the `.dfm` that the load of `o` goes by, and describes the same content: for a snapshot
 * file the start tells; other content under the name would have one of its own.
 */
export const DESCRIBES_ANEW = `d.part = 'dfm' AND d.object_key = own.object_key AND d.id <> own.id AND d.seen > own.seen
  AND (${IS_CHANGES} OR d.dfm_start = own.dfm_start)
  AND (d.seen <= o.seen OR NOT EXISTS (SELECT 1 FROM ledger.objects n
    WHERE n.object_key = o.object_key AND n.id <> o.id AND n.seen > o.seen))`;

/** SQL condition: the `.dfm` of that alias lies beside object `o`. */
export const beside = (dfm: 'd' | 'own'): string =>
  `(${dfm}.store_uri = o.store_uri AND ${dfm}.path = regexp_replace(o.path, '\\.csv\\.gz$', '.dfm'))`;

/** A load in the table that lies beside another `.dfm` now than the one it was loaded by. */
export interface DescribedAnew {
  readonly loadId: number;
  readonly dataset: string;
  readonly objectKey: string;
  /** Texts of the `.dfm`s. */
  readonly former: string;
  readonly now: string;
}

/** In order of arrival. Of many `.dfm`s with the same meaning, too: whoever asks compares. */
export async function describedAnew(db: Queryable, dataset?: string): Promise<DescribedAnew[]> {
  const { rows } = await db.query<DescribedAnew>(
    `SELECT DISTINCT ON (l.id) l.id AS "loadId", l.dataset, o.object_key AS "objectKey", own.dfm AS former, d.dfm AS now
     FROM ledger.loads l JOIN ledger.objects o ON o.id = l.object_id JOIN ledger.objects own ON own.id = l.dfm_object_id
     JOIN ledger.objects d ON ${DESCRIBES_ANEW}
     WHERE l.state IN ('loaded', 'applied', 'archived') AND ($1::text IS NULL OR l.dataset = $1)
       AND (${beside('d')} OR NOT ${beside('own')})
     ORDER BY l.id, ${beside('d')} DESC, d.seen DESC`,
    [dataset ?? null],
  );
  return rows;
}
