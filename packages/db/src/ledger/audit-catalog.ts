/** Audit of what other engines read by: metadata files, and the catalog's pointers. */
import type { ClientBase } from 'pg';
import type { AuditBegin, MissingFile } from './audit.ts';
import type { Queryable } from './objects.ts';

/** Metadata files that the newest metadata of a table needs, and that were not found, or in another size. */
export async function missingMetadata(db: ClientBase, { at }: AuditBegin, dataset?: string): Promise<MissingFile[]> {
  const { rows } = await db.query<MissingFile>(
    `SELECT m.table_name AS dataset, m.uri, m.size, s.size AS found
     FROM ledger.metadata_files m JOIN ledger.versions v ON v.table_name = m.table_name AND v.version = m.version_added
     LEFT JOIN found_files s USING (uri)
     WHERE m.removed_at IS NULL AND v.committed_at < $1 AND m.size IS DISTINCT FROM s.size
       AND ($2::text IS NULL OR m.table_name IN ($2, $2 || '_history'))
     ORDER BY m.uri`,
    [at, dataset ?? null],
  );
  return rows;
}

/** A table of which the catalog says something else than our last commit made it say. */
export interface ForeignPointer {
  readonly tableName: string;
  readonly ours: string;
  /** Null: the catalog has no such table. */
  readonly found: string | null;
  /** Another namespace in which the catalog has it as our last commit left it. */
  readonly elsewhere: string | null;
}

export async function foreignPointers(
  db: Queryable,
  catalog: string,
  namespace: string,
  dataset?: string,
): Promise<ForeignPointer[]> {
  const { rows } = await db.query<ForeignPointer>(
    `SELECT p.table_name AS "tableName", p.metadata AS ours, t.metadata_location AS found,
       (SELECT min(e.table_namespace) FROM public.iceberg_tables e WHERE e.catalog_name = $1 AND e.table_namespace <> $2
         AND e.table_name = p.table_name AND e.metadata_location = p.metadata) AS elsewhere
     FROM ledger.pointers p LEFT JOIN public.iceberg_tables t
       ON t.catalog_name = $1 AND t.table_namespace = $2 AND t.table_name = p.table_name
     WHERE t.metadata_location IS DISTINCT FROM p.metadata AND ($3::text IS NULL OR p.table_name IN ($3, $3 || '_history'))
     ORDER BY 1`,
    [catalog, namespace, dataset ?? null],
  );
  return rows;
}
