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

/** SQL: SHA-256 of object `o` as it was delivered, in hex; NULL: nobody has asked. A folder's objects have theirs as content_hash. */
export const SHA256 = `coalesce(CASE WHEN o.content_hash ~ '^[0-9a-f]{64}$' THEN o.content_hash END, o.sha256, o.archived_sha256)`;

/** SQL: object `o` is a DMAP dataset: a file that no `.dfm` describes. */
export const IS_DATASET = `o.object_key LIKE 'cubic/dmap/%'`;

/** SQL: the dataset id of such an object `o`, as its key writes it: <prefix>/dmap/<set>/<dataset id>/… */
export const DATASET_ID = `split_part(o.object_key, '/', 4)`;

/** Next place in the order of sightings. */
export async function nextSeen(db: Queryable): Promise<number> {
  const { rows } = await db.query<{ seen: number }>(`SELECT nextval('ledger.seen') AS seen`);
  return rows[0]?.seen ?? 0;
}

/**
 * Makes delivered objects known, with a load for each data file, in one statement.
 * @param seen their common place in the order of sightings
 * @returns how many were not known before
 */
export async function registerObjects(
  db: Queryable,
  objects: readonly DeliveredObject[],
  seen: number,
): Promise<number> {
  // The same content found twice under one key is one object; a statement may touch a row only once.
  const once = [...new Map(objects.map((object) => [`${object.objectKey} ${object.contentHash}`, object])).values()];
  const column = <Key extends keyof DeliveredObject>(name: Key) => once.map((object) => object[name]);
  const { rows } = await db.query<{ fresh: number }>(
    `WITH object AS (
       INSERT INTO ledger.objects AS known
         (seen, object_key, content_hash, dataset, source_schema, source_table, part, size, store_uri, path, dfm)
       SELECT $1, o.* FROM unnest($2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::bigint[],
         $9::text[], $10::text[], $11::text[]) o
       ON CONFLICT (object_key, content_hash) DO UPDATE
         SET seen = greatest(known.seen, excluded.seen), store_uri = excluded.store_uri, path = excluded.path
       RETURNING id, dataset, part, xmax = 0 AS fresh
     ), load AS (
       INSERT INTO ledger.loads (object_id, dataset) SELECT id, dataset FROM object WHERE part = 'data' ORDER BY id
       ON CONFLICT (object_id, delivery) DO NOTHING
     )
     SELECT count(*) FILTER (WHERE fresh) AS fresh FROM object`,
    [
      seen,
      column('objectKey'),
      column('contentHash'),
      column('dataset'),
      column('sourceSchema'),
      column('sourceTable'),
      column('part'),
      column('size'),
      column('storeUri'),
      column('path'),
      column('dfm'),
    ],
  );
  return rows[0]?.fresh ?? 0;
}

/** Of the given objects those that are known, each as `key hash`. */
export async function knownObjects(
  db: Queryable,
  objects: readonly Pick<DeliveredObject, 'objectKey' | 'contentHash'>[],
): Promise<ReadonlySet<string>> {
  if (objects.length === 0) return new Set();
  const { rows } = await db.query<{ known: string }>(
    `SELECT object_key || ' ' || content_hash AS known FROM ledger.objects
     JOIN unnest($1::text[], $2::text[]) o(object_key, content_hash) USING (object_key, content_hash)`,
    [objects.map((object) => object.objectKey), objects.map((object) => object.contentHash)],
  );
  return new Set(rows.map(({ known }) => known));
}

/** Source tables of which anything was ever delivered. */
export async function deliveredTables(db: Queryable): Promise<{ dataset: string; schema: string; table: string }[]> {
  const { rows } = await db.query<{ dataset: string; schema: string; table: string }>(
    `SELECT DISTINCT ON (dataset) dataset, source_schema AS schema, source_table AS table FROM ledger.objects ORDER BY dataset, id`,
  );
  return rows;
}

/** Bytes, compressed, of data files that are not in history yet, by dataset. */
export async function pendingBytes(db: Queryable): Promise<Map<string, number>> {
  const { rows } = await db.query<{ dataset: string; bytes: number }>(
    `SELECT l.dataset, sum(o.size)::bigint AS bytes FROM ledger.loads l JOIN ledger.objects o ON o.id = l.object_id
     WHERE l.state IN ('registered', 'waiting', 'ready', 'loading', 'failed') GROUP BY l.dataset`,
  );
  return new Map(rows.map(({ dataset, bytes }) => [dataset, bytes]));
}

/** Of these, tables of which something was delivered that nobody has tried to load. */
export async function tablesToLoad(db: Queryable, datasets: readonly string[]): Promise<string[]> {
  const { rows } = await db.query<{ dataset: string }>(
    `SELECT DISTINCT dataset FROM ledger.loads WHERE state IN ('registered', 'ready', 'loading') AND dataset = ANY ($1::text[])`,
    [datasets],
  );
  return rows.map(({ dataset }) => dataset);
}
