/** Which files of attempts nothing needs any more. */
import type { Queryable } from './objects.ts';

/** A file that an attempt wrote, as it was found in a store. */
export interface WrittenFile {
  readonly uri: string;
  /** Id of the attempt that its name carries; null: it carries none. */
  readonly attempt: string | null;
  /** It lies where metadata of a table lies. */
  readonly isMetadata?: boolean;
}

/**
 * `listed` a manifest, a receipt, a batch of a topic or the newest metadata has it · `kept` of a version that was the newest within the
 * retention, or that a snapshot or Glue still shows · `young` of an attempt that began within the grace period · `dead` of an attempt that
 * committed nothing · `expired` no version within the retention has it · `unknown` of no attempt that could be told to be dead
 */
export type Fate = 'listed' | 'kept' | 'young' | 'dead' | 'expired' | 'unknown';

export interface JudgedFile {
  readonly uri: string;
  readonly fate: Fate;
  /** Whose lease is needed to remove it; null: unknown. */
  readonly dataset: string | null;
}

/** Seconds. */
export interface Limits {
  readonly grace: number;
  readonly retention: number;
  /** Nothing will be changed: snapshots that maintenance would let go first count as gone. */
  readonly dryRun?: boolean;
}

/**
 * SQL: metadata `m` is what a table in Glue points at by our own record, or what the newest snapshot in it needs. Of names alone: they
 * carry an attempt and chance, and paths are written otherwise than URIs.
 */
const SHOWN_IN_GLUE = `EXISTS (SELECT FROM ledger.glue_tables g WHERE g.table_name = m.table_name AND CASE m.kind
        WHEN 'metadata' THEN substring(g.metadata FROM '[^/]*$') = substring(m.uri FROM '[^/]*$')
        WHEN 'manifest-list' THEN g.version = m.version_added
        WHEN 'manifest' THEN g.version >= m.version_added AND g.version < m.version_removed
        ELSE false END)`;

/**
 * By the clock of the database, and by what the ledger says alone: times of files mean nothing. An attempt that committed
 * has all its files listed, so another file with its id is one whose URI has changed, and not for this to judge. Metadata is written by a
 * transaction that may be tried again under the same attempt: what no commit has noted is of no use when its attempt has ended.
 */
const JUDGED = `SELECT f.uri,
    CASE
      WHEN l.live OR n.noted OR (m.uri IS NOT NULL AND m.removed_at IS NULL) THEN 'listed'
      WHEN l.files > 0 AND (l.retained OR l.removed_at >= now() - make_interval(secs => $4)) THEN 'kept'
      WHEN m.uri IS NOT NULL AND (m.removed_at >= now() - make_interval(secs => $4) OR ${SHOWN_IN_GLUE}) THEN 'kept'
      WHEN l.files > 0 OR m.uri IS NOT NULL THEN 'expired'
      WHEN a.id IS NULL OR (a.outcome = 'committed' AND NOT f.is_metadata) THEN 'unknown'
      WHEN a.started_at >= now() - make_interval(secs => $3) THEN 'young'
      ELSE 'dead'
    END AS fate,
    coalesce(l.dataset, made.dataset, a.dataset) AS dataset
  FROM unnest($1::text[], $2::text[], $5::boolean[]) f(uri, attempt, is_metadata)
  LEFT JOIN ledger.attempts a ON a.id = f.attempt
  LEFT JOIN ledger.metadata_files m ON m.uri = f.uri
  LEFT JOIN ledger.attempts made ON made.id = m.attempt_id
  CROSS JOIN LATERAL (
    SELECT count(*) AS files, bool_or(x.version_removed IS NULL) AS live, max(gone.committed_at) AS removed_at, min(made.dataset) AS dataset,
      bool_or(EXISTS (SELECT FROM ledger.snapshots s WHERE s.table_name = x.table_name AND s.expired_at IS NULL
        AND s.version >= x.version_added AND s.version < x.version_removed
        AND NOT ($6::boolean AND (SELECT v.committed_at FROM ledger.versions v WHERE v.table_name = s.table_name AND v.version = s.version)
          < now() - make_interval(secs => $4)))
        OR EXISTS (SELECT FROM ledger.glue_tables g WHERE g.table_name = x.table_name
          AND g.version >= x.version_added AND g.version < x.version_removed)) FILTER (WHERE x.version_removed IS NOT NULL) AS retained
    FROM ledger.files x
    JOIN ledger.versions v ON v.table_name = x.table_name AND v.version = x.version_added
    JOIN ledger.attempts made ON made.id = v.attempt_id
    LEFT JOIN ledger.versions gone ON gone.table_name = x.table_name AND gone.version = x.version_removed
    WHERE x.uri = f.uri) l
  CROSS JOIN LATERAL (SELECT EXISTS (SELECT 1 FROM ledger.receipts r WHERE r.rows_uri = f.uri)
    OR EXISTS (SELECT 1 FROM ledger.kafka_batches b WHERE b.rows_uri = f.uri)
    OR EXISTS (SELECT 1 FROM ledger.kafka_batches b WHERE b.archive_uri = f.uri) AS noted) n`;

const parameters = (files: readonly WrittenFile[], { grace, retention, dryRun = false }: Limits) => [
  files.map(({ uri }) => uri),
  files.map(({ attempt }) => attempt),
  grace,
  retention,
  files.map(({ isMetadata }) => isMetadata === true),
  dryRun,
];

export async function judgeFiles(db: Queryable, files: readonly WrittenFile[], limits: Limits): Promise<JudgedFile[]> {
  const { rows } = await db.query<JudgedFile>(JUDGED, parameters(files, limits));
  return rows;
}

/**
 * Judges once more and marks what has expired as deleted. Call it in a transaction of the table and remove what it answers
 * afterwards: no manifest gets any of these files back. Under the table's lease no attempt with a lease is alive; those without
 * one, which only add, are given up before the judgement.
 * @returns files that may be removed
 */
export async function giveUpFiles(
  db: Queryable,
  dataset: string,
  files: readonly WrittenFile[],
  limits: Limits,
): Promise<JudgedFile[]> {
  await giveUpAttempts(db, dataset, files, limits);
  const judged = await judgeFiles(db, files, limits);
  const gone = judged.filter((file) => file.dataset === dataset && (file.fate === 'dead' || file.fate === 'expired'));
  await db.query(
    `UPDATE ledger.files SET deleted_at = coalesce(deleted_at, now()), ${WITHOUT_VALUES} WHERE uri = ANY ($1::text[])`,
    [gone.map(({ uri }) => uri)],
  );
  await db.query(
    `UPDATE ledger.metadata_files SET deleted_at = coalesce(deleted_at, now()) WHERE uri = ANY ($1::text[])`,
    [gone.map(({ uri }) => uri)],
  );
  return gone;
}

/**
 * Ends open attempts that began before the grace period. An append ends its own attempt in the transaction of its commit
 * (`endAppend`): the row decides which of the two wins. One that is about to commit is waited for, and its files are listed when
 * they are judged, by a statement that begins after this one; one that comes later finds itself given up.
 */
async function giveUpAttempts(
  db: Queryable,
  dataset: string,
  files: readonly WrittenFile[],
  { grace }: Limits,
): Promise<void> {
  const attempts = new Set(files.flatMap(({ attempt }) => attempt ?? []));
  await db.query(
    `UPDATE ledger.attempts SET ended_at = now(), outcome = 'aborted'
     WHERE id IN (SELECT id FROM ledger.attempts WHERE id = ANY ($1::text[]) AND dataset = $2 AND outcome IS NULL
       AND started_at < now() - make_interval(secs => $3) ORDER BY id FOR NO KEY UPDATE)`,
    [[...attempts], dataset, grace],
  );
}

/** SQL: bounds and keys are values, which nobody may be allowed to see any more, and nothing reads those of a file that is gone. */
const WITHOUT_VALUES = `statistics = '{}', lowest_key = NULL`;

/** For files that were deleted before their bounds went with them. */
export async function forgetValuesOfDeleted(db: Queryable): Promise<void> {
  await db.query(
    `UPDATE ledger.files SET ${WITHOUT_VALUES} WHERE deleted_at IS NOT NULL AND (statistics::text <> '{}' OR lowest_key IS NOT NULL)`,
  );
}

/** A table of a generation that is kept for a rollback, or was passed over, and that nothing has touched for long. */
export interface KeptGeneration {
  readonly dataset: string;
  readonly tableName: string;
}

/** Those whose newest version is older than the retention. */
export async function keptGenerations(db: Queryable, { retention }: Limits): Promise<KeptGeneration[]> {
  const { rows } = await db.query<KeptGeneration>(
    `SELECT g.dataset, v.table_name AS "tableName"
     FROM ledger.generations g
     JOIN LATERAL (SELECT table_name, committed_at, rows FROM ledger.versions
       WHERE table_name = g.dataset || '@' || g.name ORDER BY version DESC LIMIT 1) v ON true
     WHERE g.state IN ('retired', 'rejected', 'superseded') AND v.committed_at < now() - make_interval(secs => $1)
       AND EXISTS (SELECT 1 FROM ledger.files f WHERE f.table_name = v.table_name AND f.version_removed IS NULL)
     ORDER BY 1, 2`,
    [retention],
  );
  return rows;
}
