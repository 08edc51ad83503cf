/** Snapshots of versions, and the metadata files of commits; the catalog's pointer moves with the manifest. */
import type { ListedFile } from './manifest.ts';
import type { Queryable } from './objects.ts';
import { numbersAbove, numbersUpTo } from './passed-over.ts';
import { sizeOf, type CatalogTable } from './pointers.ts';

/** What a table's newest version has that an earlier one had not, and the other way round. */
export interface FileDifference {
  readonly added: readonly ListedFile[];
  /** URIs. */
  readonly removed: readonly string[];
}

/** @param since a version; 0: everything is added */
export async function filesSince(db: Queryable, tableName: string, since: number): Promise<FileDifference> {
  const { rows: added } = await db.query<ListedFile>(
    `SELECT id, uri, size, rows, contract_version AS "contractVersion", statistics, batch_id AS "batchId", load_id AS "loadId", segment,
       lowest_key AS "lowestKey", treatments, column_ids AS "columnIds", types, sha256
     FROM ledger.files WHERE table_name = $1 AND version_added > $2 AND version_removed IS NULL ORDER BY id`,
    [tableName, since],
  );
  const { rows: removed } = await db.query<{ uri: string }>(
    `SELECT uri FROM ledger.files WHERE table_name = $1 AND version_added <= $2 AND version_removed > $2 ORDER BY id`,
    [tableName, since],
  );
  // A generation that is gone back to brings files that the table had before.
  const [here, gone] = [new Set(added.map(({ uri }) => uri)), new Set(removed.map(({ uri }) => uri))];
  return {
    added: added.filter(({ uri }) => !gone.has(uri)),
    removed: [...gone].filter((uri) => !here.has(uri)),
  };
}

/** A table of which the newest metadata has snapshots that nobody is owed any more. */
export interface StaleTable {
  readonly dataset: string;
  readonly tableName: string;
}

/** SQL: snapshots `s`, with their versions `v`, that the newest metadata has and that are older than $1 seconds; never the newest. */
const STALE = `ledger.snapshots s JOIN ledger.pointers p USING (table_name)
     JOIN ledger.versions v ON v.table_name = s.table_name AND v.version = s.version
     WHERE s.expired_at IS NULL AND s.version < p.version AND v.committed_at < now() - make_interval(secs => $1)`;

/** @param retention seconds for which snapshots are kept; the newest always is */
export async function staleTables(db: Queryable, retention: number): Promise<StaleTable[]> {
  const { rows } = await db.query<StaleTable>(
    `SELECT DISTINCT a.dataset, stale.table_name AS "tableName" FROM (SELECT v.attempt_id, s.table_name FROM ${STALE}) stale
     JOIN ledger.attempts a ON a.id = stale.attempt_id ORDER BY 1, 2`,
    [retention],
  );
  return rows;
}

/** Versions whose snapshots the newest metadata has and that are older than the retention, by snapshot id; never the newest. */
export async function staleSnapshots(db: Queryable, tableName: string, retention: number): Promise<Set<bigint>> {
  const { rows } = await db.query<{ id: number }>(`SELECT s.snapshot_id AS id FROM ${STALE} AND s.table_name = $2`, [
    retention,
    tableName,
  ]);
  return new Set(rows.map(({ id }) => BigInt(id)));
}

export type MetadataKind = 'metadata' | 'manifest-list' | 'manifest' | 'journal';

export interface MetadataFile {
  readonly uri: string;
  readonly kind: MetadataKind;
  /** Bytes. */
  readonly size: number;
  /** Of a journal: the first version that it tells of; of one that tells only that its version was there: the one after it. */
  readonly firstVersion?: number;
}

export interface PointerMove {
  readonly tableName: string;
  readonly version: number;
  readonly attemptId: string;
  /** What the catalog points at from now on. */
  readonly metadata: string;
  /** What it was locked with. */
  readonly previous: string | null | undefined;
  /** The snapshot that shows the version; absent: the move only changes what is kept of older ones. */
  readonly snapshot?: { readonly id: bigint; readonly schemaId: number };
  readonly written: readonly MetadataFile[];
  /** URIs of manifests that the snapshot has no more. */
  readonly dropped: readonly string[];
  /** Ids of snapshots that the metadata has no more. */
  readonly expired: readonly bigint[];
}

/**
 * Moves the pointer and notes what came and went, in the transaction of the commit, under `lockPointer`.
 * @returns false: the pointer was not what it was locked with, and nothing is right any more: end the transaction
 */
export async function movePointer(db: Queryable, table: CatalogTable, move: PointerMove): Promise<boolean> {
  if (!(await setPointer(db, table, move))) return false;
  const { tableName, version, attemptId, metadata, snapshot, written } = move;
  await db.query(
    `INSERT INTO ledger.pointers (table_name, metadata, version) VALUES ($1, $2, $3)
     ON CONFLICT (table_name) DO UPDATE SET metadata = excluded.metadata, version = excluded.version, moved_at = excluded.moved_at`,
    [tableName, metadata, version],
  );
  await db.query(
    `UPDATE ledger.metadata_files SET version_removed = $2, removed_at = now()
     WHERE table_name = $1 AND removed_at IS NULL AND (kind = 'metadata' OR ${numbersUpTo('$2')})`,
    [tableName, version],
  );
  await db.query(
    `INSERT INTO ledger.metadata_files (uri, table_name, kind, size, attempt_id, version_added, first_version)
     SELECT f.uri, $1, f.kind, f.size, $3, $2, f.first
     FROM unnest($4::text[], $5::text[], $6::bigint[], $7::bigint[]) f(uri, kind, size, first)`,
    [
      tableName,
      version,
      attemptId,
      written.map(({ uri }) => uri),
      written.map(({ kind }) => kind),
      written.map(({ size }) => size),
      written.map(({ firstVersion }) => firstVersion ?? null),
    ],
  );
  if (snapshot !== undefined)
    await db.query(
      // A version is shown once more where its metadata was lost.
      `INSERT INTO ledger.snapshots (table_name, version, snapshot_id, schema_id, metadata) VALUES ($1, $2, $3, $4, $5)
       ON CONFLICT (table_name, version) DO UPDATE SET snapshot_id = excluded.snapshot_id, schema_id = excluded.schema_id,
         metadata = excluded.metadata, expired_at = NULL`,
      [tableName, version, String(snapshot.id), snapshot.schemaId, metadata],
    );
  await letGo(db, move);
  return true;
}

async function setPointer(
  db: Queryable,
  { catalog, namespace, table }: CatalogTable,
  { metadata, previous }: PointerMove,
): Promise<boolean> {
  const { rowCount } =
    previous === undefined
      ? await db.query(
          `INSERT INTO public.iceberg_tables (catalog_name, table_namespace, table_name, metadata_location, iceberg_type)
           VALUES ($1, $2, $3, $4, 'TABLE') ON CONFLICT DO NOTHING`,
          [catalog, namespace, table, metadata],
        )
      : await db.query(
          `UPDATE public.iceberg_tables SET metadata_location = $4, previous_metadata_location = $5
           WHERE catalog_name = $1 AND table_namespace = $2 AND table_name = $3 AND metadata_location IS NOT DISTINCT FROM $5`,
          [catalog, namespace, table, metadata, previous],
        );
  return rowCount === 1;
}

/** What nothing retained needs any more begins to wait for its end. */
async function letGo(db: Queryable, { tableName, version, dropped, expired }: PointerMove): Promise<void> {
  await db.query(
    `UPDATE ledger.metadata_files SET version_removed = $2 WHERE table_name = $1 AND uri = ANY ($3::text[]) AND version_removed IS NULL`,
    [tableName, version, dropped],
  );
  await db.query(
    `UPDATE ledger.snapshots SET expired_at = now() WHERE table_name = $1 AND snapshot_id = ANY ($2::bigint[]) AND expired_at IS NULL`,
    [tableName, expired.map(String)],
  );
  // A manifest list is of one snapshot; a manifest of all from the one that wrote it to the one that has it no more.
  await db.query(
    `UPDATE ledger.metadata_files f SET removed_at = now(), version_removed = coalesce(f.version_removed, $2)
     WHERE f.table_name = $1 AND f.removed_at IS NULL AND CASE f.kind
       WHEN 'manifest-list' THEN f.version_added < $2 AND NOT EXISTS (SELECT FROM ledger.snapshots s
         WHERE s.table_name = $1 AND s.version = f.version_added AND s.expired_at IS NULL)
       WHEN 'manifest' THEN f.version_removed IS NOT NULL AND NOT EXISTS (SELECT FROM ledger.snapshots s
         WHERE s.table_name = $1 AND s.version >= f.version_added AND s.version < f.version_removed AND s.expired_at IS NULL)
       ELSE false END`,
    [tableName, version],
  );
  await db.query(
    `UPDATE ledger.metadata_files SET removed_at = now(), version_removed = $2
     WHERE table_name = $1 AND kind = 'journal' AND removed_at IS NULL AND version_added = ANY ($3::bigint[])`,
    [tableName, version, await journalsLetGo(db, tableName, version)],
  );
}

/**
 * Journals tell of the files that their versions brought, and the newest of how the table stands: once none of these files is left, and
 * another is the newest, nothing needs it. Looked at are those of which this version took files, and the one before it. One of a version
 * that was passed over goes by the pointer.
 * @returns their versions
 */
export async function journalsLetGo(db: Queryable, tableName: string, version: number): Promise<number[]> {
  const { rows } = await db.query<{ version: number }>(
    `SELECT DISTINCT j.version_added AS version FROM ledger.metadata_files j
     WHERE j.table_name = $1 AND j.kind = 'journal' AND j.removed_at IS NULL AND j.version_added < $2
       AND j.first_version <= j.version_added
       AND (EXISTS (SELECT 1 FROM ledger.files f WHERE f.table_name = $1 AND f.version_removed = $2
           AND f.version_added BETWEEN j.first_version AND j.version_added)
         OR j.version_added = (SELECT max(n.version_added) FROM ledger.metadata_files n
           WHERE n.table_name = $1 AND n.kind = 'journal' AND n.removed_at IS NULL AND n.version_added < $2
             AND n.first_version <= n.version_added))
       AND NOT EXISTS (SELECT 1 FROM ledger.files f WHERE f.table_name = $1 AND f.version_removed IS NULL
         AND f.version_added BETWEEN j.first_version AND j.version_added)`,
    [tableName, version],
  );
  return rows.map((row) => row.version);
}

/** Bytes of metadata files that the newest metadata needs, as they were written, by URI. */
export async function metadataSizes(db: Queryable, tableName: string): Promise<Map<string, number>> {
  const { rows } = await db.query<{ uri: string; size: number }>(
    'SELECT uri, size FROM ledger.metadata_files WHERE table_name = $1 AND removed_at IS NULL',
    [tableName],
  );
  return new Map(rows.map(({ uri, size }) => [uri, size]));
}

/** Of metadata that was lost: nothing of it is needed, and the next commit shows the table as if for the first time. */
export async function forgetSnapshots(db: Queryable, tableName: string, version: number): Promise<void> {
  await db.query('DELETE FROM ledger.pointers WHERE table_name = $1', [tableName]);
  await db.query('UPDATE ledger.snapshots SET expired_at = now() WHERE table_name = $1 AND expired_at IS NULL', [
    tableName,
  ]);
  await db.query(
    `UPDATE ledger.metadata_files SET removed_at = now(), version_removed = coalesce(version_removed, $2)
     WHERE table_name = $1 AND removed_at IS NULL AND NOT ${numbersAbove('$2')}`,
    [tableName, version],
  );
  // Their journals go with them.
  await db.query(
    `UPDATE ledger.kafka_batches SET journal_version = NULL
     WHERE partition_id IN (SELECT id FROM ledger.kafka_partitions WHERE dataset = $1)`,
    [tableName],
  );
}

/** @returns of these tables, in their order, those of which the newest version is not the one that we made the catalog show */
export async function tablesBehind(db: Queryable, names: readonly string[]): Promise<string[]> {
  const { rows } = await db.query<{ name: string }>(
    // Of each table the newest alone: a topic's has a version for each commit.
    `SELECT n.name FROM unnest($1::text[]) WITH ORDINALITY n(name, place)
     JOIN LATERAL (SELECT version FROM ledger.versions WHERE table_name = n.name ORDER BY version DESC LIMIT 1) v ON true
     LEFT JOIN ledger.pointers p ON p.table_name = n.name
     WHERE p.version IS DISTINCT FROM v.version ORDER BY n.place`,
    [names],
  );
  return rows.map(({ name }) => name);
}

/** A table in the catalog, as we left it and as it is. */
export interface CatalogEntry {
  readonly tableName: string;
  readonly ours: string | null;
  /** Bytes of that metadata file, as it was written; null: nothing is known of it. */
  readonly size: number | null;
  readonly found: string | null;
  /** That the catalog shows, if it is ours. */
  readonly shown: number | null;
  /** The newest of the ledger. */
  readonly version: number;
  /** In the newest metadata. */
  readonly snapshots: number;
  readonly movedAt: Date | null;
}

/** @param names tables that readers see, and that were committed to */
export async function catalogEntries(
  db: Queryable,
  { catalog, namespace }: Omit<CatalogTable, 'table'>,
  names: readonly string[],
): Promise<CatalogEntry[]> {
  const { rows } = await db.query<CatalogEntry>(
    `SELECT v.table_name AS "tableName", p.metadata AS ours, t.metadata_location AS found, p.version AS shown, v.version, p.moved_at AS "movedAt",
       (SELECT count(*) FROM ledger.snapshots s WHERE s.table_name = v.table_name AND s.expired_at IS NULL) AS snapshots,
       ${sizeOf('p')} AS size
     FROM (SELECT table_name, max(version) AS version FROM ledger.versions WHERE table_name = ANY ($3::text[]) GROUP BY 1) v
     LEFT JOIN ledger.pointers p USING (table_name)
     LEFT JOIN public.iceberg_tables t ON t.catalog_name = $1 AND t.table_namespace = $2 AND t.table_name = v.table_name
     ORDER BY 1`,
    [catalog, namespace, names],
  );
  return rows;
}
