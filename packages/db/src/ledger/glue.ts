/** The outbox of pointers to Glue: what is to be published, and what each table of a Glue database stands at by our own doing. */
import type { Queryable } from './objects.ts';
import type { Pointer } from './pointers.ts';

export interface GluePublication {
  readonly tableName: string;
  /** Newest version that the table in Glue was found at or moved to; 0: none so far. */
  readonly version: number;
  /** The metadata file of it. */
  readonly metadata: string | null;
  readonly publishedAt: Date | null;
  /** How often a pointer that somebody else had set was set right. */
  readonly healed: number;
  readonly healedAt: Date | null;
  /** Why the newest version is not there; null: it is, or nothing has been tried since. */
  readonly trouble: string | null;
}

/**
 * By name of the table.
 * @param tables only these; absent: all that were published to the database, or were to be
 */
export async function gluePublications(
  db: Queryable,
  database: string,
  tables?: readonly string[],
): Promise<Map<string, GluePublication>> {
  const { rows } = await db.query<GluePublication>(
    `SELECT table_name AS "tableName", version, metadata, published_at AS "publishedAt", healed, healed_at AS "healedAt", trouble
     FROM ledger.glue_tables WHERE glue_database = $1 AND ($2::text[] IS NULL OR table_name = ANY ($2))`,
    [database, tables ?? null],
  );
  return new Map(rows.map((row) => [row.tableName, row]));
}

/**
 * What all catalogs are to point at, by name of the table.
 * @param tables only these; absent: all that have a pointer
 */
export async function allPointers(
  db: Queryable,
  tables?: readonly string[],
): Promise<(Pointer & { readonly tableName: string })[]> {
  const { rows } = await db.query<Pointer & { tableName: string }>(
    `SELECT table_name AS "tableName", metadata, version FROM ledger.pointers
     WHERE $1::text[] IS NULL OR table_name = ANY ($1) ORDER BY table_name`,
    [tables ?? null],
  );
  return rows;
}

export interface GlueTruth {
  readonly pointer: Pointer;
  /** Version that the ledger knows the metadata file in question by; undefined: it does not know the file. */
  readonly known: number | undefined;
  /** Of the table's versions that the ledger knows: one that was restored has those whose snapshots were kept. */
  readonly oldest: number;
  /** It lies where another table of this ledger keeps its metadata. */
  readonly isOfSibling: boolean;
  /** Version that the table in Glue stands at by our own record; 0: none. */
  readonly standsAt: number;
}

/**
 * The truth about a table, of one moment. To be asked after Glue was: whatever Glue showed by our doing was committed before,
 * so that a file which the ledger does not know is not one that it has yet to hear of.
 * @param found metadata file that the table in Glue points at
 * @returns undefined: no catalog is to point at anything
 */
export async function glueTruth(
  db: Queryable,
  database: string,
  tableName: string,
  found: string | undefined,
): Promise<GlueTruth | undefined> {
  const { rows } = await db.query<
    Pointer & Pick<GlueTruth, 'oldest' | 'isOfSibling'> & { known: number | null; standsAt: number | null }
  >(
    // A file that only expired snapshots of a version has no snapshot of its own: the record, the pointer and, of those before, the list
    // of files know it. Last, because that has no index for it; and of a file that a restore found it has not the very version.
    `SELECT p.metadata, p.version, g.version AS "standsAt", coalesce(greatest(
       CASE WHEN p.metadata = $3 THEN p.version END, CASE WHEN g.metadata = $3 THEN g.version END,
       (SELECT max(s.version) FROM ledger.snapshots s WHERE s.table_name = p.table_name AND s.metadata = $3)),
       (SELECT m.version_added FROM ledger.metadata_files m WHERE m.table_name = p.table_name AND m.kind = 'metadata'
         AND substring(m.uri FROM '[^/]*$') = substring($3::text FROM '[^/]*$')
         AND substring(p.metadata FROM '^.*/') = substring($3::text FROM '^.*/') LIMIT 1)) AS known,
       coalesce((SELECT min(v.version) FROM ledger.versions v WHERE v.table_name = p.table_name), p.version) AS oldest,
       EXISTS (SELECT FROM ledger.pointers o WHERE o.table_name <> p.table_name
         AND substring(o.metadata FROM '^.*/') = substring($3::text FROM '^.*/')) AS "isOfSibling"
     FROM ledger.pointers p
     LEFT JOIN ledger.glue_tables g ON g.glue_database = $1 AND g.table_name = p.table_name
     WHERE p.table_name = $2`,
    [database, tableName, found ?? null],
  );
  const [row] = rows;
  if (row === undefined) return undefined;
  const { metadata, version, known, standsAt, ...rest } = row;
  return { pointer: { metadata, version }, known: known ?? undefined, standsAt: standsAt ?? 0, ...rest };
}

/**
 * Notes what the table stands at, and that nothing is wrong. Of several publishers the one with the newest version counts,
 * in whatever order they come here.
 * @param isHealed another's pointer was set right
 */
export async function writeGluePublication(
  db: Queryable,
  database: string,
  { tableName, version, metadata }: Pointer & { readonly tableName: string },
  isHealed: boolean,
): Promise<void> {
  await db.query(
    `INSERT INTO ledger.glue_tables AS g (glue_database, table_name, version, metadata, published_at, healed, healed_at)
     VALUES ($1, $2, $3, $4, now(), $5::int, CASE WHEN $5 = 1 THEN now() END)
     ON CONFLICT (glue_database, table_name) DO UPDATE SET
       version = greatest(g.version, excluded.version),
       metadata = CASE WHEN g.version <= excluded.version THEN excluded.metadata ELSE g.metadata END,
       published_at = CASE WHEN g.version < excluded.version OR (g.version = excluded.version AND g.metadata <> excluded.metadata)
         THEN now() ELSE g.published_at END,
       healed = g.healed + excluded.healed, healed_at = coalesce(excluded.healed_at, g.healed_at),
       trouble = CASE WHEN g.version <= excluded.version THEN NULL ELSE g.trouble END`,
    [database, tableName, version, metadata, isHealed ? 1 : 0],
  );
}

/**
 * Notes why a version did not get there; what the table stands at stays.
 * @param version that was to be published; where a newer one has got there meanwhile, nothing is noted
 */
export async function writeGlueTrouble(
  db: Queryable,
  database: string,
  { tableName, version }: { readonly tableName: string; readonly version: number },
  trouble: string,
): Promise<void> {
  await db.query(
    `INSERT INTO ledger.glue_tables AS g (glue_database, table_name, trouble) VALUES ($1, $2, $3)
     ON CONFLICT (glue_database, table_name) DO UPDATE SET trouble = excluded.trouble WHERE g.version <= $4`,
    [database, tableName, trouble, version],
  );
}
