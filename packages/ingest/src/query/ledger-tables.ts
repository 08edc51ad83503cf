/**
 * What of the ledger can be queried. What is not listed here is not shown: no text of a `.dfm`, and of Parquet files neither
 * bounds nor keys, which are values of columns.
 */

import { CATALOG_TABLES } from './ledger-tables-of-catalogs.ts';
import { TOPIC_TABLES } from './ledger-tables-of-topics.ts';
import type { LedgerTable } from './ledger-table.ts';

const RECEIPT = { announced: 'BIGINT', read: 'BIGINT', written: 'BIGINT', quarantined: 'BIGINT' } as const;

/** By name in the schema `ledger`. Times are UTC; lists and objects are JSON texts. */
export const LEDGER_TABLES: Readonly<Record<string, LedgerTable>> = {
  objects: {
    from: 'ledger.objects',
    columns: {
      id: 'BIGINT',
      object_key: 'VARCHAR',
      content_hash: 'VARCHAR',
      dataset: 'VARCHAR',
      source_schema: 'VARCHAR',
      source_table: 'VARCHAR',
      part: 'VARCHAR',
      size: 'BIGINT',
      store_uri: 'VARCHAR',
      path: 'VARCHAR',
      seen: 'BIGINT',
      registered_at: 'TIMESTAMP',
      archived_uri: 'VARCHAR',
      archived_at: 'TIMESTAMP',
      archived_tag: 'VARCHAR',
      archived_sha256: 'VARCHAR',
      sha256: 'VARCHAR',
    },
  },
  loads: {
    from: 'ledger.loads l LEFT JOIN ledger.receipts r ON r.load_id = l.id',
    columns: {
      id: 'BIGINT',
      object_id: 'BIGINT',
      delivery: 'BIGINT',
      dataset: 'VARCHAR',
      state: 'VARCHAR',
      waiting_for: 'VARCHAR',
      reason: 'VARCHAR',
      dfm_object_id: 'BIGINT',
      file_time: 'VARCHAR',
      end_write: 'VARCHAR',
      last_transaction: 'VARCHAR',
      generation: 'VARCHAR',
      batch_id: 'BIGINT',
      history_batch_id: 'BIGINT',
      drift: 'VARCHAR',
      fault: 'VARCHAR',
      tries: 'BIGINT',
      next_try_at: 'TIMESTAMP',
      refused_uri: 'VARCHAR',
      refused_reason: 'VARCHAR',
      refused_sha256: 'VARCHAR',
      updated_at: 'TIMESTAMP',
      ...RECEIPT,
    },
  },
  receipts: {
    from: 'ledger.receipts',
    columns: { load_id: 'BIGINT', attempt_id: 'VARCHAR', ...RECEIPT, rows_uri: 'VARCHAR', rows_sha256: 'VARCHAR' },
  },
  batches: {
    from: 'ledger.batches',
    columns: {
      id: 'BIGINT',
      dataset: 'VARCHAR',
      kind: 'VARCHAR',
      folder: 'VARCHAR',
      state: 'VARCHAR',
      created_at: 'TIMESTAMP',
    },
  },
  batch_loads: { from: 'ledger.batch_loads', columns: { batch_id: 'BIGINT', load_id: 'BIGINT' } },
  attempts: {
    from: 'ledger.attempts',
    columns: {
      id: 'VARCHAR',
      dataset: 'VARCHAR',
      batch_id: 'BIGINT',
      started_at: 'TIMESTAMP',
      ended_at: 'TIMESTAMP',
      outcome: 'VARCHAR',
    },
  },
  runs: {
    from: 'ledger.runs',
    columns: {
      attempt_id: 'VARCHAR',
      dataset: 'VARCHAR',
      engine: 'VARCHAR',
      job: 'VARCHAR',
      plan_uri: 'VARCHAR',
      result_uri: 'VARCHAR',
      state: 'VARCHAR',
      fault: 'VARCHAR',
      metrics: 'VARCHAR',
      started_at: 'TIMESTAMP',
      ended_at: 'TIMESTAMP',
    },
  },
  ...TOPIC_TABLES,
  tables: {
    from: 'ledger.tables',
    columns: {
      dataset: 'VARCHAR',
      live_generation: 'VARCHAR',
      held_reason: 'VARCHAR',
      waiting_reason: 'VARCHAR',
      trouble: 'VARCHAR',
      failures: 'BIGINT',
      next_try_at: 'TIMESTAMP',
    },
  },
  holds: {
    from: 'ledger.holds',
    columns: {
      id: 'BIGINT',
      dataset: 'VARCHAR',
      kind: 'VARCHAR',
      why: 'VARCHAR',
      held_by: 'VARCHAR',
      held_at: 'TIMESTAMP',
      released_by: 'VARCHAR',
      released_at: 'TIMESTAMP',
    },
  },
  leases: {
    from: 'ledger.leases',
    columns: {
      dataset: 'VARCHAR',
      token: 'BIGINT',
      holder: 'VARCHAR',
      acquired_at: 'TIMESTAMP',
      expires_at: 'TIMESTAMP',
    },
  },
  versions: {
    from: 'ledger.versions',
    columns: {
      table_name: 'VARCHAR',
      version: 'BIGINT',
      attempt_id: 'VARCHAR',
      committed_at: 'TIMESTAMP',
      contract_version: 'BIGINT',
      rows: 'BIGINT',
      generation: 'VARCHAR',
      watermark: 'VARCHAR',
      orphans: 'BIGINT',
      conflicts: 'BIGINT',
      moves_onto_live: 'BIGINT',
      came_of: 'VARCHAR',
      came_of_loads: 'BIGINT',
    },
  },
  files: {
    from: 'ledger.files',
    columns: {
      id: 'BIGINT',
      table_name: 'VARCHAR',
      uri: 'VARCHAR',
      size: 'BIGINT',
      sha256: 'VARCHAR',
      rows: 'BIGINT',
      contract_version: 'BIGINT',
      batch_id: 'BIGINT',
      load_id: 'BIGINT',
      segment: 'BIGINT',
      column_ids: ['VARCHAR', 'array_to_json(column_ids)'],
      version_added: 'BIGINT',
      version_removed: 'BIGINT',
      deleted_at: 'TIMESTAMP',
    },
  },
  generations: {
    from: 'ledger.generations',
    columns: {
      dataset: 'VARCHAR',
      name: 'VARCHAR',
      start: 'VARCHAR',
      state: 'VARCHAR',
      cause: 'VARCHAR',
      reason: 'VARCHAR',
      rows: 'BIGINT',
      live_rows: 'BIGINT',
      keys_lost: 'BIGINT',
      keys_gained: 'BIGINT',
      decided_by: 'VARCHAR',
      decided_at: 'TIMESTAMP',
      retired_version: 'BIGINT',
      created_at: 'TIMESTAMP',
      updated_at: 'TIMESTAMP',
    },
  },
  generation_cores: {
    from: 'ledger.generation_cores',
    columns: { dataset: 'VARCHAR', generation: 'VARCHAR', load_id: 'BIGINT' },
  },
  applications: {
    from: 'ledger.applications',
    columns: { dataset: 'VARCHAR', generation: 'VARCHAR', load_id: 'BIGINT', version: 'BIGINT', replaced: 'BOOLEAN' },
  },
  publications: {
    from: 'ledger.publications',
    columns: {
      target: 'VARCHAR',
      dataset: 'VARCHAR',
      version: 'BIGINT',
      generation: 'VARCHAR',
      rows: 'BIGINT',
      published_at: 'TIMESTAMP',
      trouble: 'VARCHAR',
    },
  },
  ...CATALOG_TABLES,
  dmap_sets: {
    from: 'ledger.dmap_sets',
    columns: {
      dataset: 'VARCHAR',
      watermark: 'VARCHAR',
      listed_at: 'TIMESTAMP',
      full_at: 'TIMESTAMP',
      trouble: 'VARCHAR',
    },
  },
  dmap_results: {
    from: 'ledger.dmap_results',
    columns: {
      id: 'BIGINT',
      dataset: 'VARCHAR',
      dataset_id: 'VARCHAR',
      last_updated: 'VARCHAR',
      start_date: 'VARCHAR',
      end_date: 'VARCHAR',
      counts_from: 'VARCHAR',
      lane: 'VARCHAR',
      state: 'VARCHAR',
      reason: 'VARCHAR',
      tries: 'BIGINT',
      object_id: 'BIGINT',
      first_listed: 'TIMESTAMP',
      last_listed: 'TIMESTAMP',
      etag: 'VARCHAR',
    },
  },
  repairs: {
    from: 'ledger.repairs',
    columns: {
      id: 'BIGINT',
      dataset: 'VARCHAR',
      attempt_id: 'VARCHAR',
      repaired_by: 'VARCHAR',
      why: 'VARCHAR',
      repaired_at: 'TIMESTAMP',
      keys: 'BIGINT',
      rows_added: 'BIGINT',
      rows_removed: 'BIGINT',
      rows_changed: 'BIGINT',
      segments: 'BIGINT',
      version_before: 'BIGINT',
      version_after: 'BIGINT',
    },
  },
  refused_rows: {
    from: 'ledger.refused_rows',
    columns: { load_id: 'BIGINT', record: 'BIGINT', line: 'BIGINT', column_name: 'VARCHAR', reason: 'VARCHAR' },
  },
  replays: {
    from: 'ledger.replays',
    columns: { id: 'BIGINT', asked_by: 'VARCHAR', asked_at: 'TIMESTAMP', filters: 'VARCHAR' },
  },
  replayed_loads: {
    from: 'ledger.replayed_loads',
    columns: {
      replay_id: 'BIGINT',
      load_id: 'BIGINT',
      state: 'VARCHAR',
      reason: 'VARCHAR',
      attempt_id: 'VARCHAR',
      ...RECEIPT,
    },
  },
  restores: {
    from: 'ledger.restores',
    columns: {
      dataset: 'VARCHAR',
      restored_by: 'VARCHAR',
      restored_at: 'TIMESTAMP',
      versions: 'VARCHAR',
      notes: 'VARCHAR',
    },
  },
  migrations: {
    from: 'ledger.migrations',
    columns: { version: 'BIGINT', name: 'VARCHAR', applied_at: 'TIMESTAMP' },
  },
};

/** What is there and not shown, so that whoever adds a column decides which it is; a test compares with the database. */
export const NOT_QUERIED: readonly string[] = [
  // Texts of .dfms: the files themselves are in the archive.
  'objects.dfm',
  // A mark to compare.
  'objects.dfm_start',
  // Which contract and .dfm a load was tried with last: a mark to compare, that tells nothing.
  'loads.tried_with',
  // Bytes that tell one record from another, and nothing else.
  'kafka_runs.sums',
  // Only what history as it stood is made with.
  'former_places.load_id',
  'former_places.last_version',
  'former_places.file_time',
  'former_places.generation',
  // Bounds and keys are values of columns.
  'files.statistics',
  'files.lowest_key',
  'refused_rows.key',
  // Marks to compare, in a form of the code's own.
  'files.treatments',
  'files.types',
  'versions.fold_rules',
  'publications.shape',
  'migrations.checksum',
];
