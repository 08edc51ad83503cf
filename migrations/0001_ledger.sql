-- The ledger: what was delivered, what became of it, and which files make up each table.
-- Words as in docs/glossary.md. Nothing here is ever deleted: a row that no longer counts says so.

CREATE SEQUENCE ledger.seen;

-- One delivered file: normalised key + content. The same content under the same key is the same object.
CREATE TABLE ledger.objects (
  id            bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  object_key    text NOT NULL,
  content_hash  text NOT NULL,
  dataset       text NOT NULL,
  source_schema text NOT NULL,
  source_table  text NOT NULL,
  part          text NOT NULL CHECK (part IN ('data', 'dfm')),
  size          bigint NOT NULL CHECK (size >= 0),
  -- Where it was found last: absolute URI of the store, and the path in it.
  store_uri     text NOT NULL,
  path          text NOT NULL,
  -- From ledger.seen at its latest registration: of two contents under one key the later seen one is the valid one.
  seen          bigint NOT NULL,
  -- Text of a .dfm, as delivered.
  dfm           text,
  registered_at timestamptz NOT NULL DEFAULT now(),
  UNIQUE (object_key, content_hash)
);
CREATE INDEX ON ledger.objects (dataset, part);

CREATE TABLE ledger.batches (
  id         bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  dataset    text NOT NULL,
  kind       text NOT NULL CHECK (kind IN ('snapshot', 'changes')),
  -- Folder below the history table: snapshot=<generation> or changes/month=<yyyy-mm>.
  folder     text NOT NULL,
  -- open: to be worked on; done: its rows are in history; closed: a load spoiled it, the others went to new batches.
  state      text NOT NULL DEFAULT 'open' CHECK (state IN ('open', 'done', 'closed')),
  created_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX ON ledger.batches (dataset) WHERE state = 'open';

-- The work of bringing one object into history.
CREATE TABLE ledger.loads (
  id               bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  object_id        bigint NOT NULL UNIQUE REFERENCES ledger.objects,
  dataset          text NOT NULL,
  state            text NOT NULL DEFAULT 'registered' CHECK (state IN ('registered', 'waiting', 'ready', 'loading', 'loaded',
                     'applied', 'archived', 'superseded', 'failed', 'quarantined')),
  waiting_for      text CHECK (waiting_for IN ('dfm', 'snapshot', 'contract', 'schema')),
  -- Why it is not further, in words; NULL while nothing is wrong.
  reason           text,
  dfm_object_id    bigint REFERENCES ledger.objects,
  -- Of its .dfm and name, as sortable text (UTC, nine digits), NULL where they do not say.
  file_time        text,
  end_write        text,
  last_transaction text,
  -- Snapshot files: name of the generation.
  generation       text,
  batch_id         bigint REFERENCES ledger.batches,
  updated_at       timestamptz NOT NULL DEFAULT now(),
  CHECK ((state = 'waiting') = (waiting_for IS NOT NULL))
);
CREATE INDEX ON ledger.loads (dataset, state);

-- The loads of a batch, fixed before work starts; a closed batch keeps its list.
CREATE TABLE ledger.batch_loads (
  batch_id bigint NOT NULL REFERENCES ledger.batches,
  load_id  bigint NOT NULL REFERENCES ledger.loads,
  PRIMARY KEY (batch_id, load_id)
);

-- One try at a batch or a fold. Every file it writes carries its id.
CREATE TABLE ledger.attempts (
  id         text PRIMARY KEY,
  dataset    text NOT NULL,
  batch_id   bigint REFERENCES ledger.batches,
  started_at timestamptz NOT NULL DEFAULT now(),
  ended_at   timestamptz,
  outcome    text CHECK (outcome IN ('committed', 'failed', 'aborted'))
);

-- Rows of a load: announced by its .dfm, read, written to history, quarantined. read = written + quarantined.
CREATE TABLE ledger.receipts (
  load_id     bigint PRIMARY KEY REFERENCES ledger.loads,
  attempt_id  text NOT NULL REFERENCES ledger.attempts,
  announced   bigint NOT NULL,
  read        bigint NOT NULL,
  written     bigint NOT NULL,
  quarantined bigint NOT NULL DEFAULT 0,
  CHECK (read = written + quarantined)
);

-- A dataset as a whole: why it does not go on, if it does not.
CREATE TABLE ledger.tables (
  dataset         text PRIMARY KEY,
  live_generation text,
  held_reason     text,
  waiting_reason  text,
  trouble         text
);

-- Versions of a table (current: the dataset's name; history: with _history). A version is one commit.
CREATE TABLE ledger.versions (
  table_name       text NOT NULL,
  version          bigint NOT NULL CHECK (version > 0),
  attempt_id       text NOT NULL REFERENCES ledger.attempts,
  committed_at     timestamptz NOT NULL DEFAULT now(),
  contract_version integer NOT NULL,
  rows             bigint NOT NULL,
  -- Current tables only: what the fold stands at, and the rules it was folded by (key, images), as text to compare.
  generation       text,
  fold_rules       text,
  watermark        text,
  orphans          bigint,
  conflicts        bigint,
  moves_onto_live  bigint,
  PRIMARY KEY (table_name, version)
);

-- The manifest. A file that is not listed here does not exist.
CREATE TABLE ledger.files (
  id               bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  table_name       text NOT NULL,
  uri              text NOT NULL UNIQUE,
  size             bigint NOT NULL,
  rows             bigint NOT NULL,
  contract_version integer NOT NULL,
  -- As the engine returned them: {column: {min, max, nulls, values, bytes, hasNan}}.
  -- json, not jsonb: a text bound may hold NUL, which jsonb refuses.
  statistics       json NOT NULL,
  -- History: the batch whose rows these are.
  batch_id         bigint REFERENCES ledger.batches,
  -- Current: the segment, and the key of its first row as texts (NULL inside: a NULL key).
  segment          integer,
  lowest_key       json,
  version_added    bigint NOT NULL,
  version_removed  bigint,
  FOREIGN KEY (table_name, version_added) REFERENCES ledger.versions,
  FOREIGN KEY (table_name, version_removed) REFERENCES ledger.versions
);
CREATE INDEX ON ledger.files (table_name) WHERE version_removed IS NULL;

-- Which loads are in which generation of the current table, since which version.
CREATE TABLE ledger.applications (
  dataset    text NOT NULL,
  generation text NOT NULL,
  load_id    bigint NOT NULL REFERENCES ledger.loads,
  version    bigint NOT NULL,
  PRIMARY KEY (dataset, generation, load_id)
);
