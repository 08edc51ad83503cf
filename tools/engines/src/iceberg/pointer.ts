/** For readers that know no catalog in Postgres: where the newest metadata of a table lies. */
import { openPool } from '@farelake/db';
import type { CatalogPlace, TableName } from './reader.ts';

export interface Pointers {
  /** The path as the catalog has it. @throws Error where it has no such table */
  of(table: TableName): Promise<string>;
  close(): Promise<void>;
}

export function openPointers({ databaseUrl, catalog }: CatalogPlace): Pointers {
  const pool = openPool(databaseUrl, { max: 1 });
  return {
    async of({ namespace, table }) {
      const { rows } = await pool.query<{ metadata_location: string }>(
        `SELECT metadata_location FROM iceberg_tables
         WHERE catalog_name = $1 AND table_namespace = $2 AND table_name = $3`,
        [catalog, namespace, table],
      );
      if (rows[0] === undefined) throw new Error(`The catalog ${catalog} has no table ${namespace}.${table}.`);
      return rows[0].metadata_location;
    },
    close: () => pool.end(),
  };
}
