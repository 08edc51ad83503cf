/** What of the ledger tells of catalogs can be queried. */
import type { LedgerTable } from './ledger-table.ts';

export const CATALOG_TABLES = {
  snapshots: {
    from: 'ledger.snapshots',
    columns: {
      table_name: 'VARCHAR',
      version: 'BIGINT',
      snapshot_id: 'BIGINT',
      schema_id: 'BIGINT',
      metadata: 'VARCHAR',
      expired_at: 'TIMESTAMP',
    },
  },
  pointers: {
    from: 'ledger.pointers',
    columns: { table_name: 'VARCHAR', metadata: 'VARCHAR', version: 'BIGINT', moved_at: 'TIMESTAMP' },
  },
  metadata_files: {
    from: 'ledger.metadata_files',
    columns: {
      uri: 'VARCHAR',
      table_name: 'VARCHAR',
      kind: 'VARCHAR',
      size: 'BIGINT',
      attempt_id: 'VARCHAR',
      version_added: 'BIGINT',
      first_version: 'BIGINT',
      version_removed: 'BIGINT',
      removed_at: 'TIMESTAMP',
      deleted_at: 'TIMESTAMP',
    },
  },
  glue_tables: {
    from: 'ledger.glue_tables',
    columns: {
      glue_database: 'VARCHAR',
      table_name: 'VARCHAR',
      version: 'BIGINT',
      metadata: 'VARCHAR',
      published_at: 'TIMESTAMP',
      healed: 'BIGINT',
      healed_at: 'TIMESTAMP',
      trouble: 'VARCHAR',
    },
  },
} as const satisfies Readonly<Record<string, LedgerTable>>;
