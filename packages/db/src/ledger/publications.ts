/** What targets outside the lake stand at: one row for each target and dataset. */
import type { ListedFile } from './manifest.ts';
import type { Queryable } from './objects.ts';

export interface Publication {
  readonly dataset: string;
  /** Version of the current table that the target shows; 0: nothing was ever published. */
  readonly version: number;
  readonly generation: string | null;
  /** The target's columns and key as they were made; its form is the publisher's. */
  readonly shape: unknown;
  readonly rows: number;
  readonly publishedAt: Date;
  /** Why the newest version is not there; null: it is, or nothing has been tried since. */
  readonly trouble: string | null;
}

const COLUMNS = `dataset, version, generation, shape, rows, published_at AS "publishedAt", trouble`;

/** By dataset. */
export async function publications(db: Queryable, target: string): Promise<Map<string, Publication>> {
  const { rows } = await db.query<Publication>(`SELECT ${COLUMNS} FROM ledger.publications WHERE target = $1`, [
    target,
  ]);
  return new Map(rows.map((row) => [row.dataset, row]));
}

/** Distinguishes locks of publications from every other advisory lock of the database. */
const LOCK_SPACE = 0x7075_626c;

/**
 * The record, for a transaction that will replace it: until its end no other one gets here, and the record read is the
 * newest. There may be no record yet, hence no row lock.
 */
export async function lockPublication(
  db: Queryable,
  target: string,
  dataset: string,
): Promise<Publication | undefined> {
  await db.query('SELECT pg_advisory_xact_lock($1, hashtext($2))', [LOCK_SPACE, `${target}/${dataset}`]);
  // A statement of its own: only one that begins after the lock was granted sees what the holder before committed.
  const { rows } = await db.query<Publication>(
    `SELECT ${COLUMNS} FROM ledger.publications WHERE target = $1 AND dataset = $2`,
    [target, dataset],
  );
  return rows[0];
}

/** Call it in the transaction of the target's rows, under `lockPublication`. */
export async function writePublication(
  db: Queryable,
  target: string,
  { dataset, version, generation, shape, rows }: Omit<Publication, 'publishedAt' | 'trouble'>,
): Promise<void> {
  await db.query(
    `INSERT INTO ledger.publications (target, dataset, version, generation, shape, rows) VALUES ($1, $2, $3, $4, $5, $6)
     ON CONFLICT (target, dataset) DO UPDATE SET version = excluded.version, generation = excluded.generation,
       shape = excluded.shape, rows = excluded.rows, published_at = excluded.published_at, trouble = NULL`,
    [target, dataset, version, generation, JSON.stringify(shape), rows],
  );
}

/** Notes why a publication did not come about, or that nothing is wrong (any more). What the target stands at stays. */
export async function writePublicationTrouble(
  db: Queryable,
  target: string,
  dataset: string,
  trouble: string | null,
): Promise<void> {
  await db.query(
    `INSERT INTO ledger.publications (target, dataset, version, shape, rows, trouble) VALUES ($1, $2, 0, '{}', 0, $3)
     ON CONFLICT (target, dataset) DO UPDATE SET trouble = excluded.trouble`,
    [target, dataset, trouble],
  );
}

export interface VersionDifference {
  /** Files of the one version that are not in the other. */
  readonly removed: readonly PlacedFile[];
  /** Files of the other that are not in the one. */
  readonly added: readonly PlacedFile[];
  /** Files of both. */
  readonly kept: readonly PlacedFile[];
}

export type PlacedFile = Pick<ListedFile, 'uri' | 'rows' | 'size'> & {
  /** Permanent ids of the contract's columns that it was written with; null: not noted, it may have any. */
  readonly columnIds: readonly number[] | null;
};

/**
 * How two versions of a table differ in files, which never change and stay listed after they are removed.
 * @param from the earlier version, 0 for nothing at all
 * @param to the later version
 */
export async function versionDifference(
  db: Queryable,
  tableName: string,
  from: number,
  to: number,
): Promise<VersionDifference> {
  const { rows } = await db.query<PlacedFile & { before: boolean; after: boolean }>(
    // A file that left the table and came back, by a rollback, is listed once for each time.
    `SELECT * FROM (
       SELECT min(id) AS id, uri, min(rows) AS rows, min(size) AS size, min(column_ids) AS "columnIds",
         bool_or(version_added <= $2 AND (version_removed IS NULL OR version_removed > $2)) AS before,
         bool_or(version_added <= $3 AND (version_removed IS NULL OR version_removed > $3)) AS after
       FROM ledger.files WHERE table_name = $1 GROUP BY uri) f
     WHERE before OR after ORDER BY id`,
    [tableName, from, to],
  );
  return {
    removed: rows.filter(({ before, after }) => before && !after),
    added: rows.filter(({ before, after }) => after && !before),
    kept: rows.filter(({ before, after }) => before && after),
  };
}
