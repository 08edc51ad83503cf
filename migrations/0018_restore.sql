-- What a lost ledger can be restored from lies beside the tables, and which of them were restored.

-- The version of the topic's table whose journal tells of the batch; NULL: none yet, the next one does.
ALTER TABLE ledger.kafka_batches ADD COLUMN journal_version bigint;
CREATE INDEX ON ledger.kafka_batches (partition_id) WHERE journal_version IS NULL;

-- Loads that left nothing in files: their journal is not kept by any file, so that each one tells of them.
CREATE INDEX ON ledger.receipts (load_id) WHERE written = 0;

-- Tables whose rows of the ledger were made from what lay on stage. Of versions before the first of theirs nothing is known.
CREATE TABLE ledger.restores (
  dataset     text PRIMARY KEY,
  restored_by text NOT NULL,
  restored_at timestamptz NOT NULL DEFAULT now(),
  -- {table: version}: the newest of each then.
  versions    json NOT NULL,
  -- What could not be made as it was, in words.
  notes       json NOT NULL
);
