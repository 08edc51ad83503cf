/**
 * What stores hold, beside what the ledger says of it. What was found is noted in tables of the session, a group at a time,
 * and compared as sets: neither side need fit into memory.
 */
import type { ClientBase, Pool } from 'pg';
import { withConnection } from '../pool.ts';
import { GIVEN_UP } from './give-ups.ts';
import { IS_DATASET, nextSeen } from './objects.ts';

/** Where the ledger stood when the audit began: what came since may have been looked past, and is left to the next one. */
export interface AuditBegin {
  readonly seen: number;
  readonly fileId: number;
  readonly at: Date;
}

/** Runs `work` on a connection that can note what is found. */
export async function withAudit<T>(pool: Pool, work: (db: ClientBase, begin: AuditBegin) => Promise<T>): Promise<T> {
  return withConnection(pool, async (client) => {
    await client.query(`CREATE TEMP TABLE found_objects (place text, object_id bigint, uri text, size bigint);
      CREATE TEMP TABLE found_files (uri text, size bigint)`);
    try {
      const seen = await nextSeen(client);
      const { rows } = await client.query<Omit<AuditBegin, 'seen'>>(
        `SELECT coalesce(max(id), 0) AS "fileId", now() AS at FROM ledger.files`,
      );
      return await work(client, { seen, ...(rows[0] ?? { fileId: 0, at: new Date(0) }) });
    } finally {
      // The connection goes back to the pool; where it broke, the tables went with it.
      await client.query('DROP TABLE IF EXISTS found_objects, found_files').catch(() => undefined);
    }
  });
}

/** `source` where it was delivered, `version` there and covered by another, `archive`, `error`. */
export type FoundPlace = 'source' | 'version' | 'archive' | 'error';

export interface FoundObject {
  readonly objectKey: string;
  readonly contentHash: string;
  readonly uri: string;
  /** Bytes. */
  readonly size: number;
}

/** @returns those of which the ledger knows nothing */
export async function noteFoundObjects<Found extends FoundObject>(
  db: ClientBase,
  place: FoundPlace,
  found: readonly Found[],
): Promise<Found[]> {
  const { rows } = await db.query<{ n: number }>(
    `WITH f AS (SELECT * FROM unnest($2::text[], $3::text[], $4::text[], $5::bigint[]) WITH ORDINALITY
         f(object_key, content_hash, uri, size, n)),
       known AS (SELECT f.n, o.id, f.uri, f.size FROM f JOIN ledger.objects o USING (object_key, content_hash)),
       noted AS (INSERT INTO found_objects SELECT $1, id, uri, size FROM known)
     SELECT n::integer FROM f WHERE n NOT IN (SELECT n FROM known) ORDER BY n`,
    [
      place,
      found.map(({ objectKey }) => objectKey),
      found.map(({ contentHash }) => contentHash),
      found.map(({ uri }) => uri),
      found.map(({ size }) => size),
    ],
  );
  return rows.flatMap(({ n }) => found[n - 1] ?? []);
}

/** @returns URIs that no manifest ever listed */
export async function noteFoundFiles(
  db: ClientBase,
  found: readonly { readonly uri: string; readonly size: number }[],
): Promise<string[]> {
  const { rows } = await db.query<{ uri: string }>(
    `WITH f AS (SELECT * FROM unnest($1::text[], $2::bigint[]) f(uri, size)),
       noted AS (INSERT INTO found_files SELECT * FROM f)
     SELECT uri FROM f WHERE NOT EXISTS (SELECT 1 FROM ledger.files l WHERE l.uri = f.uri)
       AND NOT EXISTS (SELECT 1 FROM ledger.metadata_files m WHERE m.uri = f.uri) ORDER BY uri`,
    [found.map(({ uri }) => uri), found.map(({ size }) => size)],
  );
  return rows.map(({ uri }) => uri);
}

/** Call it when all is noted, before asking what is missing. */
export async function foundAll(db: ClientBase): Promise<void> {
  await db.query(`CREATE INDEX ON found_objects (object_id); CREATE INDEX ON found_files (uri);
    ANALYZE found_objects; ANALYZE found_files`);
}

/** Stores in which objects were found, as the ledger has them. */
export async function knownStores(db: ClientBase, dataset?: string): Promise<string[]> {
  const { rows } = await db.query<{ uri: string }>(
    `SELECT DISTINCT store_uri AS uri FROM ledger.objects WHERE $1::text IS NULL OR dataset = $1 ORDER BY 1`,
    [dataset ?? null],
  );
  return rows.map(({ uri }) => uri);
}

/** An object whose content was not found where it should be. */
export interface MissingObject {
  readonly dataset: string;
  readonly objectKey: string;
  readonly contentHash: string;
  readonly part: 'data' | 'dfm';
  /** Bytes. */
  readonly size: number;
  readonly storeUri: string;
  readonly path: string;
  readonly archivedUri: string | null;
  readonly state: string | null;
  /** Its rows are in history; of a `.dfm`: they were read by it. */
  readonly inHistory: boolean;
  /** A later content has come under its key. */
  readonly replaced: boolean;
  /** URI of another place where the same content was found. */
  readonly elsewhere: string | null;
}

/** Archived objects whose copy was not found, and others that were found nowhere and that nobody gave up. */
export async function missingObjects(
  db: ClientBase,
  { seen, at }: AuditBegin,
  dataset?: string,
): Promise<MissingObject[]> {
  const { rows } = await db.query<MissingObject>(
    `SELECT o.dataset, o.object_key AS "objectKey", o.content_hash AS "contentHash", o.part, o.size,
       o.store_uri AS "storeUri", o.path, o.archived_uri AS "archivedUri", l.state,
       EXISTS (SELECT 1 FROM ledger.loads h JOIN ledger.receipts r ON r.load_id = h.id
         WHERE h.object_id = o.id OR h.dfm_object_id = o.id) AS "inHistory",
       EXISTS (SELECT 1 FROM ledger.objects n WHERE n.object_key = o.object_key AND n.seen > o.seen)
         -- Issued anew before it was loaded: under a name of its own.
         OR (${IS_DATASET} AND l.state = 'superseded' AND NOT EXISTS (SELECT 1 FROM ledger.receipts r WHERE r.load_id = l.id)) AS replaced,
       (SELECT min(f.uri) FROM found_objects f WHERE f.object_id = o.id) AS elsewhere
     FROM ledger.objects o LEFT JOIN ledger.loads l ON l.object_id = o.id
     WHERE ($3::text IS NULL OR o.dataset = $3)
       AND CASE WHEN o.archived_uri IS NOT NULL
         THEN o.archived_at < $2 AND NOT EXISTS (SELECT 1 FROM found_objects f WHERE f.object_id = o.id AND f.uri = o.archived_uri)
         ELSE l.state = 'archived' OR (o.seen < $1 AND NOT EXISTS (SELECT 1 FROM found_objects f WHERE f.object_id = o.id)) END
       -- What is given up is known to be lost, with the .dfm that was for nothing else.
       AND NOT EXISTS (SELECT 1 FROM ${GIVEN_UP} g JOIN ledger.loads w ON w.id = g.load_id JOIN ledger.objects wo ON wo.id = w.object_id
         WHERE w.state = 'superseded' AND NOT EXISTS (SELECT 1 FROM ledger.receipts r WHERE r.load_id = w.id)
           AND (wo.id = o.id OR (o.part = 'dfm' AND o.object_key = regexp_replace(wo.object_key, '\\.csv\\.gz$', '.dfm')
             AND NOT EXISTS (SELECT 1 FROM ledger.loads u WHERE u.dfm_object_id = o.id AND u.id <> w.id))))
     ORDER BY o.id`,
    [seen, at, dataset ?? null],
  );
  return rows;
}

/** A file that the ledger notes and that was not found so. */
export interface MissingFile {
  readonly dataset: string;
  /** Absolute. */
  readonly uri: string;
  /** Bytes that it should have; null: not noted. */
  readonly size: number | null;
  /** Bytes that it has; null: it was not found. */
  readonly found: number | null;
}

/** Files of manifests that were not found, or in another size. */
export async function missingFiles(db: ClientBase, { fileId }: AuditBegin, dataset?: string): Promise<MissingFile[]> {
  const { rows } = await db.query<MissingFile>(
    `SELECT min(f.table_name) AS dataset, f.uri, f.size, s.size AS found
     FROM ledger.files f LEFT JOIN found_files s USING (uri)
     WHERE f.version_removed IS NULL AND f.id <= $1 AND f.size IS DISTINCT FROM s.size
       AND ($2::text IS NULL OR split_part(f.table_name, '@', 1) IN ($2, $2 || '_history'))
     GROUP BY f.uri, f.size, s.size ORDER BY f.uri`,
    [fileId, dataset ?? null],
  );
  return rows;
}

/** A copy that is not as it should be. */
export interface MissingCopy extends MissingFile {
  readonly place: 'archive' | 'error';
}

/**
 * Archived copies found in another size; and what the ledger has in the error zone and was not found there, or in another
 * size: the copy of a refused file, the reason beside it, a file of refused rows, of which the last two are never empty.
 */
export async function missingCopies(db: ClientBase, dataset?: string): Promise<MissingCopy[]> {
  const { rows } = await db.query<MissingCopy>(
    `SELECT 'archive' AS place, o.dataset, o.archived_uri AS uri, o.size, f.size AS found
     FROM ledger.objects o JOIN found_objects f ON f.object_id = o.id AND f.uri = o.archived_uri
     WHERE f.size <> o.size AND ($1::text IS NULL OR o.dataset = $1)
     UNION
     SELECT 'error', l.dataset, noted.uri, noted.size, f.size
     FROM ledger.loads l JOIN ledger.objects o ON o.id = l.object_id LEFT JOIN ledger.receipts r ON r.load_id = l.id
       CROSS JOIN LATERAL (VALUES (l.refused_uri, o.size), (l.refused_uri || '.reason.json', NULL), (r.rows_uri, NULL)) noted(uri, size)
       LEFT JOIN found_objects f ON f.object_id = l.object_id AND f.uri = noted.uri
     WHERE noted.uri IS NOT NULL AND ($1::text IS NULL OR l.dataset = $1)
       AND (f.size IS NULL OR CASE WHEN noted.size IS NULL THEN f.size = 0 ELSE f.size <> noted.size END)
     ORDER BY uri`,
    [dataset ?? null],
  );
  return rows;
}

/** What lies in the error zone, is of an object that the ledger knows, and is named by none of its loads and receipts. */
export async function unnamedRefusals(db: ClientBase): Promise<string[]> {
  const { rows } = await db.query<{ uri: string }>(
    `SELECT f.uri FROM found_objects f WHERE f.place = 'error' AND NOT EXISTS (
       SELECT 1 FROM ledger.loads l LEFT JOIN ledger.receipts r ON r.load_id = l.id
       WHERE l.object_id = f.object_id AND f.uri IN (l.refused_uri, l.refused_uri || '.reason.json', r.rows_uri))
     ORDER BY f.uri`,
  );
  return rows.map(({ uri }) => uri);
}
