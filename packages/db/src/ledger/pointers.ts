/** What the catalog points at, as our own commits left it, and as it is. */
import type { Queryable } from './objects.ts';

/** A table as the JDBC catalog names it. */
export interface CatalogTable {
  readonly catalog: string;
  readonly namespace: string;
  readonly table: string;
}

/** What the catalog pointed at after our last commit. */
export interface Pointer {
  /** Path of a metadata file, as Iceberg writes paths. */
  readonly metadata: string;
  /** Of the table: the newest that the metadata shows. */
  readonly version: number;
}

export interface OwnPointer extends Pointer {
  /** Bytes of the metadata file, as it was written; null: nothing is known of it. */
  readonly size: number | null;
}

export interface LockedPointer {
  /** By our own doing; undefined: we never moved it. */
  readonly ours: OwnPointer | undefined;
  /** What the catalog says; null: a row without a pointer; undefined: it has no such table. */
  readonly found: string | null | undefined;
  /** Looked for where the catalog does not say what our last commit made it say. */
  readonly elsewhere: ShownElsewhere | undefined;
  /** The database's time: milliseconds since 1970. */
  readonly now: number;
}

/** A table of this ledger as our last commit left it, but in another namespace; and none of its tables is in the one asked for. */
export interface ShownElsewhere extends Pick<Pointer, 'metadata'> {
  readonly namespace: string;
  readonly tableName: string;
}

/**
 * Until the end of the transaction nobody moves the pointer. A writer of another engine that has read it before meets its own
 * comparison afterwards.
 * @param patience seconds to wait for whoever else has the row locked; what the transaction waits for afterwards goes by its own limit
 * @throws an error of Postgres (`isLockTimeout`): it is still locked
 */
export async function lockPointer(
  db: Queryable,
  { catalog, namespace, table }: CatalogTable,
  tableName: string,
  patience: number,
): Promise<LockedPointer> {
  const { rows: limits } = await db.query<{ before: string }>(
    `SELECT l.before, set_config('lock_timeout', $1, true) FROM (SELECT current_setting('lock_timeout') AS before OFFSET 0) l`,
    [`${Math.ceil(patience * 1000)}ms`],
  );
  // What moves the pointer later on needs it: what keeps others from writing to any row of the catalog is met here.
  await db.query('LOCK TABLE public.iceberg_tables IN ROW EXCLUSIVE MODE');
  const { rows: found } = await db.query<{ location: string | null }>(
    `SELECT metadata_location AS location FROM public.iceberg_tables
     WHERE catalog_name = $1 AND table_namespace = $2 AND table_name = $3 FOR UPDATE`,
    [catalog, namespace, table],
  );
  const ours = await readPointer(db, tableName);
  const { rows: clock } = await db.query<{ now: number }>(
    `SELECT floor(extract(epoch FROM clock_timestamp()) * 1000)::bigint AS now, set_config('lock_timeout', $1, true)`,
    [limits[0]?.before],
  );
  const [row] = found;
  const asLeft = row !== undefined && row.location === ours?.metadata;
  const elsewhere = asLeft ? undefined : await shownElsewhere(db, { catalog, namespace, table });
  return { ours, found: row?.location, elsewhere, now: Number(clock[0]?.now) };
}

/** The table itself before others. */
async function shownElsewhere(
  db: Queryable,
  { catalog, namespace, table }: CatalogTable,
): Promise<ShownElsewhere | undefined> {
  const { rows } = await db.query<ShownElsewhere & { here: boolean }>(
    `SELECT t.table_namespace AS namespace, t.table_name AS "tableName", p.metadata, t.table_namespace = $2 AS here
     FROM ledger.pointers p JOIN public.iceberg_tables t ON t.table_name = p.table_name AND t.metadata_location = p.metadata
     WHERE t.catalog_name = $1 ORDER BY here DESC, t.table_name <> $3, t.table_name, 1 LIMIT 1`,
    [catalog, namespace, table],
  );
  const [first] = rows;
  if (first === undefined || first.here) return undefined;
  return { namespace: first.namespace, tableName: first.tableName, metadata: first.metadata };
}

/** SQL: bytes of the file that a row of `ledger.pointers` points at, as it was written. Of a URI the name is as in the path. */
export const sizeOf = (pointer: string): string =>
  `(SELECT m.size FROM ledger.metadata_files m
    WHERE m.table_name = ${pointer}.table_name AND m.kind = 'metadata' AND m.removed_at IS NULL
      AND right(m.uri, length(substring(${pointer}.metadata from '[^/]+$'))) = substring(${pointer}.metadata from '[^/]+$') LIMIT 1)`;

export async function readPointer(db: Queryable, tableName: string): Promise<OwnPointer | undefined> {
  const { rows } = await db.query<OwnPointer>(
    `SELECT p.metadata, p.version, ${sizeOf('p')} AS size FROM ledger.pointers p WHERE p.table_name = $1`,
    [tableName],
  );
  return rows[0];
}

/** Points the catalog at our own last commit again, whatever it says, in the transaction of `lockPointer`. */
export async function takeBack(
  db: Queryable,
  { catalog, namespace, table }: CatalogTable,
  metadata: string,
): Promise<void> {
  await db.query(
    `INSERT INTO public.iceberg_tables AS t (catalog_name, table_namespace, table_name, metadata_location, iceberg_type)
     VALUES ($1, $2, $3, $4, 'TABLE')
     ON CONFLICT (catalog_name, table_namespace, table_name) DO UPDATE
       SET previous_metadata_location = t.metadata_location, metadata_location = excluded.metadata_location, iceberg_type = 'TABLE'`,
    [catalog, namespace, table, metadata],
  );
}

/** As `DROP TABLE` of another engine does; files stay. */
export async function removeFromCatalog(db: Queryable, { catalog, namespace, table }: CatalogTable): Promise<void> {
  await db.query(
    'DELETE FROM public.iceberg_tables WHERE catalog_name = $1 AND table_namespace = $2 AND table_name = $3',
    [catalog, namespace, table],
  );
}
