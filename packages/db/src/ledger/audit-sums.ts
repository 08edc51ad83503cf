/** What of the ledger has to add up within itself. Each function answers what does not. */
import { GIVEN_UP } from './give-ups.ts';
import { IS_DATASET, type Queryable } from './objects.ts';

/** A load whose receipt is not there, or does not say what it has to. */
export interface WrongReceipt {
  readonly dataset: string;
  readonly objectKey: string;
  /** Null: there is no receipt. */
  readonly announced: number | null;
  readonly read: number | null;
  readonly written: number | null;
  readonly quarantined: number | null;
}

/** Of loads that are in history. */
export async function wrongReceipts(db: Queryable, dataset?: string): Promise<WrongReceipt[]> {
  const { rows } = await db.query<WrongReceipt>(
    `SELECT l.dataset, o.object_key AS "objectKey", r.announced, r.read, r.written, r.quarantined
     FROM ledger.loads l JOIN ledger.objects o ON o.id = l.object_id LEFT JOIN ledger.receipts r ON r.load_id = l.id
     WHERE ($1::text IS NULL OR l.dataset = $1)
       AND CASE WHEN r.load_id IS NULL
         THEN l.history_batch_id IS NOT NULL OR l.state IN ('loaded', 'applied', 'archived')
         ELSE (r.announced IS NULL AND NOT ${IS_DATASET}) OR r.announced <> r.read OR r.read <> r.written + r.quarantined END
     ORDER BY l.id`,
    [dataset ?? null],
  );
  return rows;
}

export interface WrongSum {
  readonly dataset: string;
  /** What the sum is of: a folder of history with its batch, or a table with its version. */
  readonly of: string;
  /** Rows by the receipts, or by the version. */
  readonly told: number;
  /** Rows of the files. */
  readonly rows: number;
}

/** Batches whose files of history have other rows than the receipts of their loads. */
export async function wrongBatches(db: Queryable, dataset?: string): Promise<WrongSum[]> {
  const { rows } = await db.query<WrongSum>(
    `SELECT b.dataset, concat_ws(', ', nullif(b.folder, ''), 'batch ' || b.id) AS of, coalesce(r.written, 0) AS told, coalesce(f.rows, 0) AS rows
     FROM ledger.batches b
     LEFT JOIN (SELECT batch_id, sum(rows)::bigint AS rows FROM ledger.files
       WHERE version_removed IS NULL AND batch_id IS NOT NULL GROUP BY batch_id) f ON f.batch_id = b.id
     LEFT JOIN (SELECT l.history_batch_id AS batch_id, sum(r.written)::bigint AS written
       FROM ledger.loads l JOIN ledger.receipts r ON r.load_id = l.id GROUP BY 1) r ON r.batch_id = b.id
     WHERE coalesce(r.written, 0) <> coalesce(f.rows, 0) AND ($1::text IS NULL OR b.dataset = $1)
     ORDER BY b.id`,
    [dataset ?? null],
  );
  return rows;
}

/** Tables whose newest version tells other rows than its files have. */
export async function wrongVersions(db: Queryable, dataset?: string): Promise<WrongSum[]> {
  const { rows } = await db.query<WrongSum>(
    `SELECT v.table_name AS dataset, 'version ' || v.version AS of, v.rows AS told, coalesce(f.rows, 0) AS rows
     FROM (SELECT DISTINCT ON (table_name) * FROM ledger.versions ORDER BY table_name, version DESC) v
     LEFT JOIN (SELECT table_name, sum(rows)::bigint AS rows FROM ledger.files
       WHERE version_removed IS NULL GROUP BY table_name) f USING (table_name)
     WHERE v.rows <> coalesce(f.rows, 0)
       AND ($1::text IS NULL OR split_part(v.table_name, '@', 1) IN ($1, $1 || '_history'))
     ORDER BY v.table_name`,
    [dataset ?? null],
  );
  return rows;
}

/** An object whose other half has not come. */
export interface LoneObject {
  readonly dataset: string;
  readonly objectKey: string;
  readonly part: 'data' | 'dfm';
}

export async function loneObjects(db: Queryable, dataset?: string): Promise<LoneObject[]> {
  const { rows } = await db.query<LoneObject>(
    `SELECT min(o.dataset) AS dataset, o.object_key AS "objectKey", o.part FROM ledger.objects o
     WHERE ($1::text IS NULL OR o.dataset = $1) AND NOT ${IS_DATASET} AND NOT EXISTS (SELECT 1 FROM ledger.objects other
       WHERE other.object_key = CASE o.part WHEN 'dfm' THEN regexp_replace(o.object_key, '\\.dfm$', '.csv.gz')
         ELSE regexp_replace(o.object_key, '\\.csv\\.gz$', '.dfm') END)
       AND NOT EXISTS (SELECT 1 FROM ${GIVEN_UP} g JOIN ledger.loads l ON l.id = g.load_id
         WHERE l.object_id = o.id AND l.state = 'superseded')
     GROUP BY o.object_key, o.part ORDER BY min(o.id)`,
    [dataset ?? null],
  );
  return rows;
}

/** One content under several keys. */
export interface TwinObjects {
  readonly dataset: string;
  readonly objectKeys: readonly string[];
}

/** Data files of one table that came with the same content under different names. */
export async function twinObjects(db: Queryable, dataset?: string): Promise<TwinObjects[]> {
  const { rows } = await db.query<TwinObjects>(
    `SELECT dataset, array_agg(object_key ORDER BY id) AS "objectKeys" FROM ledger.objects o
     WHERE part = 'data' AND NOT ${IS_DATASET} AND ($1::text IS NULL OR dataset = $1)
     GROUP BY dataset, content_hash, size HAVING count(*) > 1 ORDER BY min(id)`,
    [dataset ?? null],
  );
  return rows;
}

/** A data file that counts, and the `.dfm` by which it goes. */
export interface DescribedLoad {
  readonly id: number;
  readonly dataset: string;
  readonly objectKey: string;
  readonly generation: string | null;
  /** Null: none has been found for it yet. */
  readonly dfm: string | null;
}

/** Loads answered at once: each comes with a text. */
const PAGE = 500;

/** Every load of a file with a `.dfm` that was not superseded, or is of a snapshot that is kept beside the one in use, in order of arrival. */
export async function* describedLoads(db: Queryable, dataset?: string): AsyncGenerator<DescribedLoad> {
  let after = 0;
  for (;;) {
    const { rows } = await db.query<DescribedLoad>(
      `SELECT l.id, l.dataset, o.object_key AS "objectKey", l.generation, d.dfm
       FROM ledger.loads l JOIN ledger.objects o ON o.id = l.object_id LEFT JOIN ledger.objects d ON d.id = l.dfm_object_id
       WHERE l.id > $1 AND NOT ${IS_DATASET} AND (l.state <> 'superseded' OR EXISTS (SELECT 1 FROM ledger.generations g
           WHERE g.dataset = l.dataset AND g.name = l.generation AND g.state <> 'superseded'))
         AND ($2::text IS NULL OR l.dataset = $2) ORDER BY l.id LIMIT $3`,
      [after, dataset ?? null, PAGE],
    );
    yield* rows;
    const last = rows.at(-1);
    if (last === undefined || rows.length < PAGE) return;
    after = last.id;
  }
}
