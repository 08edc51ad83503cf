import type { ClientBase, Pool } from 'pg';

export type Queryable = ClientBase | Pool;

export interface DeliveredObject {
  readonly objectKey: string;
  /** SHA-256 in hex, or the store's ETag. */
  readonly contentHash: string;
  readonly dataset: string;
  readonly sourceSchema: string;
  readonly sourceTable: string;
  readonly part: 'data' | 'dfm';
  /** Bytes. */
  readonly size: number;
  readonly storeUri: string;
  readonly path: string;
  /** Text of a `.dfm`. */
  readonly dfm: string | null;
}

/** Next place in the order of sightings. */
export async function nextSeen(db: Queryable): Promise<number> {
  const { rows } = await db.query<{ seen: number }>(`SELECT nextval('ledger.seen') AS seen`);
  return rows[0]?.seen ?? 0;
}

/** Makes a delivered object known, with its load if it is a data file. True: it was not known before. */
export async function registerObject(db: Queryable, object: DeliveredObject, seen: number): Promise<boolean> {
  const { rows } = await db.query<{ fresh: boolean }>(
    `WITH object AS (
       INSERT INTO ledger.objects AS known
         (object_key, content_hash, dataset, source_schema, source_table, part, size, store_uri, path, dfm, seen)
       VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
       ON CONFLICT (object_key, content_hash) DO UPDATE
         SET seen = greatest(known.seen, excluded.seen), store_uri = excluded.store_uri, path = excluded.path
       RETURNING id, dataset, part, xmax = 0 AS fresh
     ), load AS (
       INSERT INTO ledger.loads (object_id, dataset) SELECT id, dataset FROM object WHERE part = 'data'
       ON CONFLICT (object_id) DO NOTHING
     )
     SELECT fresh FROM object`,
    [
      object.objectKey,
      object.contentHash,
      object.dataset,
      object.sourceSchema,
      object.sourceTable,
      object.part,
      object.size,
      object.storeUri,
      object.path,
      object.dfm,
      seen,
    ],
  );
  return rows[0]?.fresh ?? false;
}

/** Source tables of which anything was ever delivered. */
export async function deliveredTables(db: Queryable): Promise<{ dataset: string; schema: string; table: string }[]> {
  const { rows } = await db.query<{ dataset: string; schema: string; table: string }>(
    `SELECT DISTINCT ON (dataset) dataset, source_schema AS schema, source_table AS table FROM ledger.objects ORDER BY dataset, id`,
  );
  return rows;
}
