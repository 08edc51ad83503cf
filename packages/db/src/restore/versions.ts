/** Versions of a table, their files, their snapshots and metadata, as stage tells of them. */
import type { FoldFacts, ManifestFile, VersionOrigin } from '../ledger/manifest.ts';
import { insertFiles } from '../ledger/manifest.ts';
import type { Queryable } from '../ledger/objects.ts';
import type { CatalogTable } from '../ledger/pointers.ts';
import type { MetadataFile } from '../ledger/snapshots.ts';

export interface RestoredVersion {
  readonly version: number;
  readonly attemptId: string;
  readonly contractVersion: number;
  readonly rows: number;
  readonly fold: FoldFacts | null;
  readonly snapshotId: bigint;
  readonly schemaId: number;
  /** As `PastVersion` has it; of metadata that does not tell: when the snapshot was made, in milliseconds. */
  readonly committedAt: string;
  /** Null: the metadata does not tell. */
  readonly cameOf: VersionOrigin | null;
  readonly loads: number | null;
  /** Of the snapshot, in milliseconds since 1970. */
  readonly shownAt: number;
  /** Path of what the catalog pointed at right after. */
  readonly metadata: string;
}

/** A file, and from which of the versions to before which it was one of the table. */
export type RestoredFile = ManifestFile & { readonly versionAdded: number; readonly versionRemoved: number | null };

/** Their attempts are noted with them. */
export async function restoreVersions(
  db: Queryable,
  dataset: string,
  tableName: string,
  versions: readonly RestoredVersion[],
): Promise<void> {
  const column = <Value>(of: (version: RestoredVersion) => Value): Value[] => versions.map(of);
  await db.query(
    `INSERT INTO ledger.attempts (id, dataset, started_at, ended_at, outcome)
     SELECT DISTINCT ON (id) id, $1, at, at, 'committed'
     FROM unnest($2::text[], $3::timestamptz[]) a(id, at) ON CONFLICT (id) DO UPDATE SET outcome = 'committed'`,
    [dataset, column(({ attemptId }) => attemptId), column(({ committedAt }) => committedAt)],
  );
  await db.query(
    `INSERT INTO ledger.versions (table_name, version, attempt_id, committed_at, contract_version, rows, generation, fold_rules, watermark,
       orphans, conflicts, moves_onto_live, came_of, came_of_loads)
     SELECT $1, v.version, v.attempt_id, v.at, v.contract_version, v.rows, v.fold->>'generation', v.fold->>'rules',
       v.fold->>'watermark', (v.fold->>'orphans')::bigint, (v.fold->>'conflicts')::bigint, (v.fold->>'movesOntoLive')::bigint,
       v.came_of, v.loads
     FROM unnest($2::bigint[], $3::text[], $4::timestamptz[], $5::integer[], $6::bigint[], $7::json[], $8::text[], $9::bigint[])
       v(version, attempt_id, at, contract_version, rows, fold, came_of, loads)`,
    [
      tableName,
      column(({ version }) => version),
      column(({ attemptId }) => attemptId),
      column(({ committedAt }) => committedAt),
      column(({ contractVersion }) => contractVersion),
      column(({ rows }) => rows),
      column(({ fold }) => (fold === null ? null : JSON.stringify(fold))),
      column(({ cameOf }) => cameOf),
      column(({ loads }) => loads),
    ],
  );
  await db.query(
    `INSERT INTO ledger.snapshots (table_name, version, snapshot_id, schema_id, metadata)
     SELECT $1, * FROM unnest($2::bigint[], $3::bigint[], $4::integer[], $5::text[])`,
    [
      tableName,
      column(({ version }) => version),
      column(({ snapshotId }) => String(snapshotId)),
      column(({ schemaId }) => schemaId),
      column(({ metadata }) => metadata),
    ],
  );
}

/** Many thousands at once would make one statement of many megabytes. */
const TOGETHER = 500;

/** Batches and loads that the ledger does not know are left out of what is said of a file. */
export async function restoreFiles(db: Queryable, tableName: string, files: readonly RestoredFile[]): Promise<void> {
  for (let from = 0; from < files.length; from += TOGETHER)
    await insertFiles(db, tableName, await withKnownNumbers(db, files.slice(from, from + TOGETHER)));
}

/** Files of former versions that are not on stage any more: these versions are listed, and cannot be read. */
export async function noteGone(db: Queryable, tableName: string, uris: readonly string[]): Promise<void> {
  await db.query('UPDATE ledger.files SET deleted_at = now() WHERE table_name = $1 AND uri = ANY ($2::text[])', [
    tableName,
    uris,
  ]);
}

/** Files of versions that are kept, and not the newest, may be of batches whose journals are gone with them. */
async function withKnownNumbers(db: Queryable, files: readonly RestoredFile[]): Promise<RestoredFile[]> {
  const batches = files.flatMap(({ batchId }) => batchId ?? []);
  const loads = files.flatMap(({ loadId }) => loadId ?? []);
  const knownBatches = await knownNumbers(db, 'batches', batches);
  const knownLoads = await knownNumbers(db, 'loads', loads);
  return files.map((file) => ({
    ...file,
    batchId: file.batchId !== null && knownBatches.has(file.batchId) ? file.batchId : null,
    loadId: file.loadId != null && knownLoads.has(file.loadId) ? file.loadId : null,
  }));
}

async function knownNumbers(db: Queryable, table: 'batches' | 'loads', ids: readonly number[]): Promise<Set<number>> {
  const { rows } = await db.query<{ id: number }>(`SELECT id FROM ledger.${table} WHERE id = ANY ($1::bigint[])`, [
    ids,
  ]);
  return new Set(rows.map(({ id }) => id));
}

/** The catalog's row, and what it was made to say. @returns false: it has another one of this name */
export async function restorePointer(
  db: Queryable,
  { catalog, namespace, table }: CatalogTable,
  pointer: { readonly metadata: string; readonly version: number },
): Promise<boolean> {
  const { rowCount } = await db.query(
    `INSERT INTO public.iceberg_tables AS t (catalog_name, table_namespace, table_name, metadata_location, iceberg_type)
     VALUES ($1, $2, $3, $4, 'TABLE') ON CONFLICT (catalog_name, table_namespace, table_name)
       DO UPDATE SET iceberg_type = 'TABLE' WHERE t.metadata_location = excluded.metadata_location`,
    [catalog, namespace, table, pointer.metadata],
  );
  await db.query('INSERT INTO ledger.pointers (table_name, metadata, version) VALUES ($1, $2, $3)', [
    table,
    pointer.metadata,
    pointer.version,
  ]);
  return rowCount === 1;
}

export interface RestoredMetadata extends MetadataFile {
  readonly versionAdded: number;
  readonly versionRemoved: number | null;
  /** Nothing needs it: it goes after the retention. */
  readonly spent: boolean;
}

export async function restoreMetadata(
  db: Queryable,
  tableName: string,
  attemptId: string,
  files: readonly RestoredMetadata[],
): Promise<void> {
  await db.query(
    `INSERT INTO ledger.metadata_files (uri, table_name, kind, size, attempt_id, version_added, first_version, version_removed, removed_at)
     SELECT f.uri, $1, f.kind, f.size, $2, f.added, f.first, f.removed, CASE WHEN f.spent THEN now() END
     FROM unnest($3::text[], $4::text[], $5::bigint[], $6::bigint[], $7::bigint[], $8::bigint[], $9::boolean[])
       f(uri, kind, size, added, first, removed, spent)`,
    [
      tableName,
      attemptId,
      files.map(({ uri }) => uri),
      files.map(({ kind }) => kind),
      files.map(({ size }) => size),
      files.map(({ versionAdded }) => versionAdded),
      files.map(({ firstVersion }) => firstVersion ?? null),
      files.map(({ versionRemoved }) => versionRemoved),
      files.map(({ spent }) => spent),
    ],
  );
}
