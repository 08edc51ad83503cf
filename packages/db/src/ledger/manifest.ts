/** The manifest: the files of a table at a version. Changing it is the commit; nothing else makes data visible. */
import { DbError } from '../errors.ts';
import type { Queryable } from './objects.ts';
import { numberAfter } from './passed-over.ts';

/** How a column's values were treated before they were written. */
export type ColumnTreatment =
  | {
      readonly treatment: 'hmac';
      /** Of the values that were hashed. */
      readonly type: string;
      /** Tells keys apart; absent: no value was hashed. */
      readonly keyId?: string;
    }
  | { readonly treatment: 'drop' };

/** By permanent column id; a column that is not in it was kept as delivered. */
export type FileTreatments = Readonly<Record<string, ColumnTreatment>>;

/** By permanent column id, as contracts write types: `bigint`, `decimal(19,4)`. */
export type ColumnTypes = Readonly<Record<string, string>>;

export interface ManifestFile {
  /** Absolute. */
  readonly uri: string;
  /** Bytes. */
  readonly size: number;
  readonly rows: number;
  readonly contractVersion: number;
  readonly statistics: unknown;
  readonly batchId: number | null;
  /** The load whose rows, and no others, it holds; absent or null: it may hold rows of several. */
  readonly loadId?: number | null;
  readonly segment: number | null;
  /** Key of the segment's first row, as texts in key order. */
  readonly lowestKey: readonly (string | null)[] | null;
  /** Absent or null: every column as delivered. */
  readonly treatments?: FileTreatments | null;
  /** Ids of the contract's columns that the file has; absent or null: it may have any. */
  readonly columnIds?: readonly number[] | null;
  /** Logical types of these columns as they were written, by id; absent or null: written before this was noted. */
  readonly types?: ColumnTypes | null;
  /** SHA-256 of the file as it was written, in hex; absent or null: written before this was noted. */
  readonly sha256?: string | null;
}

export type ListedFile = ManifestFile & { readonly id: number };

/** What a current table's version stands at; null on history. */
export interface FoldFacts {
  readonly generation: string;
  /** Rules of the contract by which the rows were folded, as text to compare. */
  readonly rules: string;
  readonly watermark: string;
  readonly orphans: number;
  readonly conflicts: number;
  readonly movesOntoLive: number;
}

export interface Manifest {
  readonly tableName: string;
  /** 0: nothing was ever committed. */
  readonly version: number;
  readonly rows: number;
  readonly fold: FoldFacts | null;
  /** Highest number that any segment of the table ever had; 0: there were none. */
  readonly highestSegment: number;
  readonly files: readonly ListedFile[];
}

/** SQL: the facts of version `v`. */
const FOLD = `CASE WHEN v.generation IS NOT NULL THEN json_build_object('generation', v.generation, 'rules', v.fold_rules, 'watermark', v.watermark,
  'orphans', v.orphans, 'conflicts', v.conflicts, 'movesOntoLive', v.moves_onto_live) END AS fold`;

/** The newest version of a table. Files and version belong together: one statement reads both. */
export async function readManifest(db: Queryable, tableName: string): Promise<Manifest> {
  const { rows } = await db.query<Omit<Manifest, 'tableName'>>(
    `SELECT v.version, v.rows,
       coalesce((SELECT max(f.segment) FROM ledger.files f WHERE f.table_name = v.table_name), 0) AS "highestSegment",
       ${FOLD},
       coalesce((SELECT json_agg(json_build_object('id', f.id, 'uri', f.uri, 'size', f.size, 'rows', f.rows,
           'contractVersion', f.contract_version, 'statistics', f.statistics, 'batchId', f.batch_id, 'loadId', f.load_id,
           'segment', f.segment, 'lowestKey', f.lowest_key,
           'treatments', f.treatments, 'columnIds', f.column_ids, 'types', f.types, 'sha256', f.sha256) ORDER BY f.id)
         FROM ledger.files f WHERE f.table_name = v.table_name AND f.version_removed IS NULL), '[]') AS files
     FROM ledger.versions v WHERE v.table_name = $1 ORDER BY v.version DESC LIMIT 1`,
    [tableName],
  );
  return { tableName, ...(rows[0] ?? { version: 0, rows: 0, fold: null, highestSegment: 0, files: [] }) };
}

/** As `readManifest`, without the files: a table may have many thousands. */
export async function readVersion(
  db: Queryable,
  tableName: string,
): Promise<Pick<Manifest, 'version' | 'rows' | 'fold'>> {
  const { rows } = await db.query<Pick<Manifest, 'version' | 'rows' | 'fold'>>(
    `SELECT v.version, v.rows, ${FOLD} FROM ledger.versions v WHERE v.table_name = $1 ORDER BY v.version DESC LIMIT 1`,
    [tableName],
  );
  return rows[0] ?? { version: 0, rows: 0, fold: null };
}

/** What a reader needs of the files of a table's newest version: without statistics, which of many files are many megabytes. */
export async function filesToRead(
  db: Queryable,
  tableName: string,
): Promise<Pick<ListedFile, 'uri' | 'size' | 'sha256'>[]> {
  const { rows } = await db.query<Pick<ListedFile, 'uri' | 'size' | 'sha256'>>(
    'SELECT uri, size, sha256 FROM ledger.files WHERE table_name = $1 AND version_removed IS NULL ORDER BY id',
    [tableName],
  );
  return rows;
}

/** Files of a table's newest version that hold the rows of these loads alone. */
export async function filesOfLoads(
  db: Queryable,
  tableName: string,
  loadIds: readonly number[],
): Promise<Pick<ListedFile, 'id' | 'rows'>[]> {
  const { rows } = await db.query<Pick<ListedFile, 'id' | 'rows'>>(
    `SELECT id, rows FROM ledger.files WHERE table_name = $1 AND version_removed IS NULL AND load_id = ANY ($2::bigint[]) ORDER BY id`,
    [tableName, loadIds],
  );
  return rows;
}

/** Files of a table's newest version that were treated alike. */
export interface TreatedFiles {
  readonly treatments: FileTreatments | null;
  readonly columnIds: readonly number[] | null;
  readonly types: ColumnTypes | null;
  readonly files: number;
}

/** SQL of `TreatedFiles`, up to FROM. */
export const TREATED =
  'SELECT treatments::text::json AS treatments, column_ids AS "columnIds", types::text::json AS types, count(*) AS files';

/** How the files of tables were treated: few rows, however many files. */
export async function treatedFiles(db: Queryable, tableNames: readonly string[]): Promise<TreatedFiles[]> {
  const { rows } = await db.query<TreatedFiles>(
    `${TREATED} FROM ledger.files
     WHERE table_name = ANY ($1::text[]) AND version_removed IS NULL GROUP BY treatments::text, column_ids, types::text ORDER BY min(id)`,
    [tableNames],
  );
  return rows;
}

/** The same for each of the tables that has files. */
export async function treatedFilesByTable(
  db: Queryable,
  tableNames: readonly string[],
): Promise<Map<string, TreatedFiles[]>> {
  const { rows } = await db.query<TreatedFiles & { tableName: string }>(
    `${TREATED}, table_name AS "tableName" FROM ledger.files
     WHERE table_name = ANY ($1::text[]) AND version_removed IS NULL
     GROUP BY table_name, treatments::text, column_ids, types::text ORDER BY min(id)`,
    [tableNames],
  );
  return Map.groupBy(rows, ({ tableName }) => tableName);
}

/** SQL: objects of DMAP results of whose dataset another one is about to be loaded. */
const GIVES_WAY = `(SELECT r.object_id FROM ledger.dmap_results r WHERE EXISTS (
  SELECT 1 FROM ledger.dmap_results n JOIN ledger.loads m ON m.object_id = n.object_id
  WHERE n.dataset = r.dataset AND n.dataset_id = r.dataset_id AND n.id <> r.id AND m.state IN ('registered', 'ready', 'loading')))`;

/**
 * As `treatedFiles`, of files that hold rows of any load that is not being taken through again, and that none of the same
 * dataset is about to take the place of.
 */
export async function lastingFiles(db: Queryable, tableName: string): Promise<TreatedFiles[]> {
  const { rows } = await db.query<TreatedFiles>(
    `${TREATED} FROM ledger.files f
     WHERE table_name = $1 AND version_removed IS NULL AND (f.batch_id IS NULL OR EXISTS (SELECT 1 FROM ledger.loads l
       WHERE l.history_batch_id = f.batch_id AND (f.load_id IS NULL OR f.load_id = l.id) AND l.state IN ('loaded', 'applied', 'archived', 'superseded')
         AND (f.load_id IS NULL OR NOT EXISTS (SELECT 1 FROM ${GIVES_WAY} g WHERE g.object_id = l.object_id))))
     GROUP BY treatments::text, column_ids, types::text ORDER BY min(id)`,
    [tableName],
  );
  return rows;
}

/**
 * What a version came of: `load` files or datasets were loaded · `fold` changes were applied · `repair` · `exchange` another snapshot
 * took its place, or a rollback went back to one · `records` of a topic · `retry` refused records were taken in · `compaction` small
 * files became few
 */
export type VersionOrigin = (typeof VERSION_ORIGINS)[number];

export const VERSION_ORIGINS = ['load', 'fold', 'repair', 'exchange', 'records', 'retry', 'compaction'] as const;

export interface Commit {
  readonly tableName: string;
  /** The version that the work was based on. */
  readonly baseVersion: number;
  readonly attemptId: string;
  readonly contractVersion: number;
  readonly add: readonly ManifestFile[];
  /** Ids of files that the new version no longer has. */
  readonly remove: readonly number[];
  /** Rows of the table at the new version. */
  readonly rows: number;
  readonly fold: FoldFacts | null;
  readonly cameOf: VersionOrigin;
}

/** Somebody committed another version of the table since this work began. Nothing is lost: plan it again. */
export class VersionConflict extends DbError<'version-conflict'> {}

/**
 * The one way by which a table's files change. Call it inside a transaction, together with what belongs to the commit.
 * @returns the new version
 * @throws VersionConflict
 */
export async function commitVersion(db: Queryable, commit: Commit): Promise<number> {
  const version = await claimVersion(db, commit);
  const { rowCount } = await db.query(
    `UPDATE ledger.files SET version_removed = $3 WHERE table_name = $1 AND id = ANY ($2::bigint[]) AND version_removed IS NULL`,
    [commit.tableName, commit.remove, version],
  );
  if (rowCount !== commit.remove.length) throw conflict(commit);
  await insertFiles(
    db,
    commit.tableName,
    commit.add.map((file) => ({ ...file, versionAdded: version, versionRemoved: null })),
  );
  return version;
}

/** A file as the manifest is to list it. */
export type NewFile = ManifestFile & { readonly versionAdded: number; readonly versionRemoved?: number | null };

export async function insertFiles(db: Queryable, tableName: string, add: readonly NewFile[]): Promise<void> {
  const column = <Key extends keyof NewFile>(name: Key) => add.map((file) => file[name]);
  // Column by column, not as one JSON text: a NUL in a bound can be kept as JSON, and not taken out of it by Postgres.
  const json = (values: readonly unknown[]) => values.map((value) => (value == null ? null : JSON.stringify(value)));
  await db.query(
    `INSERT INTO ledger.files (table_name, version_added, version_removed, uri, size, rows, contract_version, batch_id, segment, statistics, lowest_key, treatments, sha256, load_id, types, column_ids)
     SELECT $1, f.added, f.removed, f.uri, f.size, f.rows, f.contract_version, f.batch_id, f.segment, f.statistics, f.lowest_key, f.treatments, f.sha256, f.load_id, f.types,
       CASE WHEN f.column_ids IS NOT NULL THEN ARRAY(SELECT json_array_elements_text(f.column_ids)::integer) END
     FROM unnest($2::bigint[], $3::bigint[], $4::text[], $5::bigint[], $6::bigint[], $7::integer[], $8::bigint[], $9::integer[], $10::json[], $11::json[], $12::json[], $13::json[], $14::text[], $15::bigint[], $16::json[])
       f(added, removed, uri, size, rows, contract_version, batch_id, segment, statistics, lowest_key, treatments, column_ids, sha256, load_id, types)`,
    [
      tableName,
      column('versionAdded'),
      column('versionRemoved').map((version) => version ?? null),
      column('uri'),
      column('size'),
      column('rows'),
      column('contractVersion'),
      column('batchId'),
      column('segment'),
      json(column('statistics')),
      json(column('lowestKey')),
      json(column('treatments')),
      json(column('columnIds')),
      column('sha256').map((sum) => sum ?? null),
      column('loadId').map((id) => id ?? null),
      json(column('types')),
    ],
  );
}

/** The primary key lets only one commit have a number, and the number follows only from the version that was read. */
async function claimVersion(db: Queryable, commit: Commit): Promise<number> {
  const { fold } = commit;
  const { rows } = await db.query<{ version: number }>(
    `INSERT INTO ledger.versions (table_name, version, attempt_id, contract_version, rows, generation, fold_rules, watermark, orphans, conflicts, moves_onto_live, came_of,
       came_of_loads)
     SELECT $1::text, ${numberAfter('$1::text', '$2::bigint')}, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12::text,
       CASE WHEN $12::text = 'load' THEN (SELECT count(b.load_id) FROM ledger.attempts a LEFT JOIN ledger.batch_loads b USING (batch_id)
         WHERE a.id = $3 AND a.batch_id IS NOT NULL GROUP BY a.id) END
     WHERE $2::bigint = coalesce((SELECT max(version) FROM ledger.versions WHERE table_name = $1::text), 0)
     ON CONFLICT (table_name, version) DO NOTHING RETURNING version`,
    [
      commit.tableName,
      commit.baseVersion,
      commit.attemptId,
      commit.contractVersion,
      commit.rows,
      fold?.generation ?? null,
      fold?.rules ?? null,
      fold?.watermark ?? null,
      fold?.orphans ?? null,
      fold?.conflicts ?? null,
      fold?.movesOntoLive ?? null,
      commit.cameOf,
    ],
  );
  const [claimed] = rows;
  if (claimed === undefined) throw conflict(commit);
  return claimed.version;
}

const conflict = (commit: Commit): VersionConflict =>
  new VersionConflict(
    'version-conflict',
    `Another commit to ${commit.tableName} came after version ${commit.baseVersion}.`,
    {
      data: { table: commit.tableName, baseVersion: commit.baseVersion },
      remedy: 'Run the command again; it goes on from the newest version.',
    },
  );
