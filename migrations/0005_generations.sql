-- Generations of a table: which snapshot it shows, which others there are, and what was decided about them.

CREATE TABLE ledger.generations (
  dataset         text NOT NULL,
  name            text NOT NULL,
  -- The earliest at which any of its files began, as sortable text; NULL: its files have no times.
  start           text,
  -- building: not yet compared; held: a person has to decide; released: a person has said that it may be shown;
  -- live: the table shows it; retired: shown before, kept for a rollback; rejected: taken back by a rollback;
  -- superseded: never shown, and older than what is.
  state           text NOT NULL CHECK (state IN ('building', 'held', 'released', 'live', 'retired', 'rejected', 'superseded')),
  -- Why it is held: it lost too many keys; it has no times; its events cannot be folded.
  cause           text CHECK (cause IN ('shrink', 'times', 'events')),
  reason          text,
  -- As it was compared with the live one last.
  rows            bigint,
  live_rows       bigint,
  keys_lost       bigint,
  keys_gained     bigint,
  -- A person's decision.
  decided_by      text,
  decided_at      timestamptz,
  -- Version of the current table from which on it was no longer shown.
  retired_version bigint,
  created_at      timestamptz NOT NULL DEFAULT now(),
  updated_at      timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (dataset, name),
  CHECK (state = 'held' OR cause IS NULL)
);
CREATE UNIQUE INDEX ON ledger.generations (dataset) WHERE state = 'live';

-- The snapshot files that a generation was first shown or built with: they stay together.
CREATE TABLE ledger.generation_cores (
  dataset    text NOT NULL,
  generation text NOT NULL,
  load_id    bigint NOT NULL REFERENCES ledger.loads,
  PRIMARY KEY (dataset, load_id),
  FOREIGN KEY (dataset, generation) REFERENCES ledger.generations
);

INSERT INTO ledger.generations (dataset, name, start, state)
  SELECT t.dataset, t.live_generation, min(l.file_time), 'live'
  FROM ledger.tables t
  LEFT JOIN ledger.applications a ON a.dataset = t.dataset AND a.generation = t.live_generation
  LEFT JOIN ledger.loads l ON l.id = a.load_id AND l.generation IS NOT NULL
  WHERE t.live_generation IS NOT NULL GROUP BY t.dataset, t.live_generation;

INSERT INTO ledger.generation_cores (dataset, generation, load_id)
  SELECT a.dataset, a.generation, a.load_id
  FROM ledger.applications a JOIN ledger.generations USING (dataset)
  JOIN ledger.loads l ON l.id = a.load_id AND l.generation IS NOT NULL
  WHERE a.generation = name AND a.version =
    (SELECT min(version) FROM ledger.applications f WHERE f.dataset = a.dataset AND f.generation = a.generation);

-- A load that was superseded before it was loaded is of no generation, unless it says of which.
UPDATE ledger.loads l SET generation = NULL
  WHERE state = 'superseded' AND NOT EXISTS (SELECT 1 FROM ledger.receipts r WHERE r.load_id = l.id);

-- A file belongs to the table that shows it and to that of a generation that is built or kept, one after the other; and it
-- comes back to a table by a rollback, as a row of its own.
ALTER TABLE ledger.files DROP CONSTRAINT files_uri_key;
CREATE UNIQUE INDEX ON ledger.files (table_name, uri) WHERE version_removed IS NULL;
CREATE INDEX ON ledger.files (uri);

-- A later snapshot may hold a file with the bytes of an earlier one's: the object is the same, and its .dfm tells that it was
-- delivered again. From the second delivery on a load goes by the .dfm that it was made for, and by no other.
ALTER TABLE ledger.loads DROP CONSTRAINT loads_object_id_key, ADD COLUMN delivery integer NOT NULL DEFAULT 1,
  ADD UNIQUE (object_id, delivery), ADD CHECK (delivery = 1 OR dfm_object_id IS NOT NULL);
