/** Versions of tables that may not be the newest: which there are, when they were committed, what made them, their files. */
import { TREATED, type ListedFile, type TreatedFiles, type VersionOrigin } from './manifest.ts';
import type { Queryable } from './objects.ts';

/** A moment by the clock of the database: a time as Postgres reads it, or so many seconds ago. */
export type PointInTime = { readonly at: string } | { readonly ago: number };

export interface PastVersion {
  readonly version: number;
  readonly contractVersion: number;
  /** `2026-03-01T04:00:00.123456Z`: all digits that there are, so that it names the version when it is given back. */
  readonly committedAt: string;
}

/** SQL of a time as `PastVersion` has it. */
const timeText = (sql: string): string => `to_char(${sql} AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')`;

const COLUMNS = `v.version, v.contract_version AS "contractVersion", ${timeText('v.committed_at')} AS "committedAt"`;

/** The newest version of each table that was committed then or before. A table that had none yet is absent. */
export async function versionsAt(
  db: Queryable,
  tableNames: readonly string[],
  time: PointInTime,
): Promise<Map<string, PastVersion>> {
  // One statement, so that all tables are looked at as of one moment.
  const { rows } = await db.query<PastVersion & { tableName: string }>(
    `SELECT t.name AS "tableName", v.* FROM unnest($1::text[]) t(name)
     CROSS JOIN LATERAL (SELECT ${COLUMNS} FROM ledger.versions v WHERE v.table_name = t.name
       AND v.committed_at <= coalesce($2::timestamptz, now() - make_interval(secs => $3)) ORDER BY v.version DESC LIMIT 1) v`,
    'at' in time ? [tableNames, time.at, 0] : [tableNames, null, time.ago],
  );
  return new Map(rows.map(({ tableName, ...version }) => [tableName, version]));
}

/** Undefined: the table never had it. */
export async function pastVersion(db: Queryable, tableName: string, version: number): Promise<PastVersion | undefined> {
  const { rows } = await db.query<PastVersion>(
    `SELECT ${COLUMNS} FROM ledger.versions v WHERE v.table_name = $1 AND v.version = $2`,
    [tableName, version],
  );
  return rows[0];
}

/** SQL: file `f` is one of version `$2` of table `$1`. */
const OF_VERSION = `f.table_name = $1 AND f.version_added <= $2 AND (f.version_removed IS NULL OR f.version_removed > $2)`;

export type PastFile = Pick<ListedFile, 'uri' | 'size' | 'sha256'> & {
  /** Maintenance has taken it away. */
  readonly gone: boolean;
};

/** What a reader needs of the files of a table's version. */
export async function filesOfVersion(db: Queryable, tableName: string, version: number): Promise<PastFile[]> {
  const { rows } = await db.query<PastFile>(
    `SELECT f.uri, f.size, f.sha256, f.deleted_at IS NOT NULL AS gone FROM ledger.files f WHERE ${OF_VERSION} ORDER BY f.id`,
    [tableName, version],
  );
  return rows;
}

/** How the files of a table's version were treated: few rows, however many files. */
export async function treatedFilesOfVersion(
  db: Queryable,
  tableName: string,
  version: number,
): Promise<TreatedFiles[]> {
  const { rows } = await db.query<TreatedFiles>(`${TREATED} FROM ledger.files f WHERE ${OF_VERSION} ${TREATED_ALIKE}`, [
    tableName,
    version,
  ]);
  return rows;
}

const TREATED_ALIKE = 'GROUP BY treatments::text, column_ids, types::text ORDER BY min(id)';

/** The oldest version that is known of each table: what a lost ledger knew of earlier ones is lost where it was restored. */
export async function firstVersions(db: Queryable, tableNames: readonly string[]): Promise<Map<string, PastVersion>> {
  const { rows } = await db.query<PastVersion & { tableName: string }>(
    `SELECT DISTINCT ON (v.table_name) v.table_name AS "tableName", ${COLUMNS} FROM ledger.versions v
     WHERE v.table_name = ANY ($1::text[]) ORDER BY v.table_name, v.version`,
    [tableNames],
  );
  return new Map(rows.map(({ tableName, ...version }) => [tableName, version]));
}

/** The oldest version from which on no file of any version has been taken away; undefined: the table has no versions. */
export async function oldestWhole(db: Queryable, tableName: string): Promise<PastVersion | undefined> {
  const { rows } = await db.query<PastVersion>(
    `SELECT ${COLUMNS} FROM ledger.versions v WHERE v.table_name = $1 AND v.version >= coalesce(
       (SELECT max(f.version_removed) FROM ledger.files f WHERE f.table_name = $1 AND f.deleted_at IS NOT NULL), 0)
     ORDER BY v.version LIMIT 1`,
    [tableName],
  );
  return rows[0];
}

/**
 * Which schema a version is read with, and what metadata may know it. Ids of schemas begin anew where metadata is written anew from the
 * ledger: of the same id, metadata of before and of after have other columns.
 */
export interface VersionSchema {
  readonly snapshotId: bigint;
  readonly schemaId: number;
  /** Paths, as Iceberg writes them, the likeliest first: each tells if it has the snapshot. */
  readonly metadata: readonly string[];
  /** URIs of later ones, of which the same holds: their files stay longer. */
  readonly later: readonly string[];
  /** Path of the newest, which keeps the schemas of snapshots that it has no more; null: it was begun after the version. */
  readonly newest: string | null;
}

/** SQL: metadata that was written anew begins with a journal of all versions, at the first of them that it shows. */
const BEGINNINGS = `SELECT j.version_added FROM ledger.metadata_files j
  WHERE j.table_name = $1 AND j.kind = 'journal' AND j.first_version = 1 AND j.version_added > $2`;

/** Undefined: the version was never shown as a snapshot. */
export async function schemaOfVersion(
  db: Queryable,
  tableName: string,
  version: number,
): Promise<VersionSchema | undefined> {
  const { rows } = await db.query<Omit<VersionSchema, 'snapshotId'> & { snapshotId: number }>(
    `SELECT s.snapshot_id AS "snapshotId", s.schema_id AS "schemaId", array_remove(ARRAY[s.metadata, p.metadata], NULL) AS metadata,
       ARRAY(SELECT m.uri FROM ledger.metadata_files m WHERE m.table_name = $1 AND m.kind = 'metadata' AND m.deleted_at IS NULL
         AND m.version_added >= $2 AND m.version_added <= coalesce((SELECT min(b.version_added) FROM (${BEGINNINGS}) b), m.version_added)
         ORDER BY m.version_added DESC LIMIT 3) AS later,
       CASE WHEN NOT EXISTS (${BEGINNINGS}) THEN p.metadata END AS newest
     FROM ledger.snapshots s LEFT JOIN ledger.pointers p USING (table_name) WHERE s.table_name = $1 AND s.version = $2`,
    [tableName, version],
  );
  return rows[0] && { ...rows[0], snapshotId: BigInt(rows[0].snapshotId) };
}

/**
 * Permanent ids of the key that a current table was folded by under a version of its contract, in key order; undefined: nothing
 * was folded under it.
 */
export async function keyOfContract(
  db: Queryable,
  dataset: string,
  contractVersion: number,
): Promise<readonly number[] | undefined> {
  const { rows } = await db.query<{ key: number[] }>(
    `SELECT fold_rules::json->'key' AS key FROM ledger.versions
     WHERE (table_name = $1 OR starts_with(table_name, $1 || '@')) AND contract_version = $2 AND starts_with(fold_rules, '{')
     ORDER BY committed_at DESC LIMIT 1`,
    [dataset, contractVersion],
  );
  return rows[0]?.key;
}

export interface ListedVersion extends PastVersion {
  readonly rows: number;
  readonly files: number;
  /** Bytes of its files. */
  readonly bytes: number;
  readonly filesAdded: number;
  readonly filesRemoved: number;
  /** Null: of a history, of datasets, of a topic. */
  readonly generation: string | null;
  readonly origin: VersionOrigin;
  /** Of its batch; null: it came of none. */
  readonly loads: number | null;
  /** Who repaired it, and why; null: it is no repair's, or one of before the ledger was restored. */
  readonly repair: { readonly by: string; readonly why: string } | null;
  readonly attemptId: string;
  /** All of its files are there, as far as the ledger knows. */
  readonly readable: boolean;
}

/** SQL: of version `v` of table `$1`, by its attempt `a` and its repair `r`. Versions of before it was noted go by the rows that came with them. */
const ORIGIN = `coalesce(v.came_of, CASE
    WHEN r.id IS NOT NULL THEN 'repair'
    WHEN a.batch_id IS NOT NULL THEN 'load'
    WHEN EXISTS (SELECT 1 FROM ledger.kafka_batches k WHERE k.attempt_id = v.attempt_id) THEN 'records'
    WHEN EXISTS (SELECT 1 FROM ledger.kafka_partitions k WHERE k.dataset = $1) THEN CASE
      WHEN EXISTS (SELECT 1 FROM ledger.files f WHERE f.table_name = $1 AND f.version_removed = v.version) THEN 'compaction' ELSE 'retry' END
    WHEN EXISTS (SELECT 1 FROM ledger.versions o WHERE o.attempt_id = v.attempt_id AND starts_with(o.table_name, $1 || '@')) THEN 'exchange'
    ELSE 'fold' END)`;

/** SQL, as `ORIGIN`. */
const LOADS = `CASE WHEN v.came_of IS NOT NULL THEN v.came_of_loads
  WHEN a.batch_id IS NOT NULL THEN (SELECT count(*) FROM ledger.batch_loads b WHERE b.batch_id = a.batch_id) END`;

/** SQL: `a` and `r` of version `v` of table `$1`. */
const CAME = `JOIN ledger.attempts a ON a.id = v.attempt_id
     LEFT JOIN ledger.repairs r ON r.dataset = $1 AND r.attempt_id = v.attempt_id AND r.version_after = v.version`;

/** What a snapshot tells of how its version came, so that it outlives the ledger. */
export type VersionTold = Pick<ListedVersion, 'committedAt' | 'origin' | 'loads'>;

export async function versionTold(db: Queryable, tableName: string, version: number): Promise<VersionTold> {
  const { rows } = await db.query<VersionTold>(
    `SELECT ${timeText('v.committed_at')} AS "committedAt", ${ORIGIN} AS origin, ${LOADS} AS loads
     FROM ledger.versions v ${CAME} WHERE v.table_name = $1 AND v.version = $2`,
    [tableName, version],
  );
  if (rows[0] === undefined) throw new Error(`${tableName} has no version ${version}`);
  return rows[0];
}

/** The newest first. @param limit the most of them */
export async function listVersions(db: Queryable, tableName: string, limit: number): Promise<ListedVersion[]> {
  const { rows } = await db.query<ListedVersion>(
    `SELECT ${COLUMNS}, v.rows, own.files, own.bytes, added.files AS "filesAdded", removed.files AS "filesRemoved", v.generation,
       ${ORIGIN} AS origin, ${LOADS} AS loads,
       CASE WHEN r.id IS NOT NULL THEN json_build_object('by', r.repaired_by, 'why', r.why) END AS repair,
       v.attempt_id AS "attemptId", own.gone = 0 AS readable
     FROM (SELECT * FROM ledger.versions WHERE table_name = $1 ORDER BY version DESC LIMIT $2) v
     ${CAME}
     CROSS JOIN LATERAL (SELECT count(*) AS files, coalesce(sum(f.size), 0)::bigint AS bytes, count(f.deleted_at) AS gone
       FROM ledger.files f WHERE f.table_name = $1 AND f.version_added <= v.version AND (f.version_removed IS NULL OR f.version_removed > v.version)) own
     CROSS JOIN LATERAL (SELECT count(*) AS files FROM ledger.files f WHERE f.table_name = $1 AND f.version_added = v.version) added
     CROSS JOIN LATERAL (SELECT count(*) AS files FROM ledger.files f WHERE f.table_name = $1 AND f.version_removed = v.version) removed
     ORDER BY v.version DESC`,
    [tableName, limit],
  );
  return rows;
}
