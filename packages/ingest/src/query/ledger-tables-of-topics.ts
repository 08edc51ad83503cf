/** What of the ledger tells of topics can be queried. */
import type { LedgerTable } from './ledger-table.ts';

export const TOPIC_TABLES = {
  kafka_partitions: {
    from: 'ledger.kafka_partitions',
    columns: {
      id: 'BIGINT',
      dataset: 'VARCHAR',
      cluster: 'VARCHAR',
      topic: 'VARCHAR',
      partition: 'BIGINT',
      epoch: 'BIGINT',
      topic_id: 'VARCHAR',
      created_at: 'TIMESTAMP',
    },
  },
  kafka_batches: {
    from: 'ledger.kafka_batches',
    columns: {
      id: 'BIGINT',
      partition_id: 'BIGINT',
      attempt_id: 'VARCHAR',
      first_offset: 'BIGINT',
      last_offset: 'BIGINT',
      records: 'BIGINT',
      written: 'BIGINT',
      quarantined: 'BIGINT',
      tombstones: 'BIGINT',
      first_timestamp: 'BIGINT',
      last_timestamp: 'BIGINT',
      archive_uri: 'VARCHAR',
      archive_sha256: 'VARCHAR',
      archive_size: 'BIGINT',
      rows_uri: 'VARCHAR',
      rows_sha256: 'VARCHAR',
      committed_at: 'TIMESTAMP',
      journal_version: 'BIGINT',
    },
  },
  kafka_runs: {
    from: 'ledger.kafka_runs',
    columns: { partition_id: 'BIGINT', first_offset: 'BIGINT', last_offset: 'BIGINT', taken_at: 'TIMESTAMP' },
  },
  kafka_refused: {
    from: 'ledger.kafka_refused',
    columns: {
      partition_id: 'BIGINT',
      record_offset: 'BIGINT',
      batch_id: 'BIGINT',
      reason: 'VARCHAR',
      detail: 'VARCHAR',
      size: 'BIGINT',
    },
  },
} as const satisfies Readonly<Record<string, LedgerTable>>;
