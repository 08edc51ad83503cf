-- Rows and files that were refused, and loads that are taken through again.

ALTER TABLE ledger.loads
  -- In which batch's files of history the load's rows lie, whatever batch it is worked on in now. NULL: it has none there.
  ADD COLUMN history_batch_id bigint REFERENCES ledger.batches,
  -- Of its last failure: the code of the error, how often it failed so by the same contract and .dfm, and what these were.
  ADD COLUMN fault text,
  ADD COLUMN tries integer NOT NULL DEFAULT 0,
  ADD COLUMN tried_with text,
  -- Where its copy in the error zone lies, and the reason that is written beside it.
  ADD COLUMN refused_uri text,
  ADD COLUMN refused_reason text;

UPDATE ledger.loads l SET history_batch_id = l.batch_id
WHERE EXISTS (SELECT 1 FROM ledger.receipts r WHERE r.load_id = l.id);
CREATE INDEX ON ledger.loads (history_batch_id) WHERE history_batch_id IS NOT NULL;

-- The refused rows of a load, as they were delivered, in the error zone. NULL: none was refused.
ALTER TABLE ledger.receipts ADD COLUMN rows_uri text, ADD CHECK ((quarantined = 0) = (rows_uri IS NULL));

-- Refused rows of the receipt that stands, the first of each load: which, and why; what they hold lies in the error zone only.
CREATE TABLE ledger.refused_rows (
  load_id     bigint NOT NULL REFERENCES ledger.receipts ON DELETE CASCADE,
  -- Number of the record in its file, the header being 1; and the line of text that it begins on.
  record      bigint NOT NULL,
  line        bigint NOT NULL,
  column_name text NOT NULL,
  reason      text NOT NULL,
  -- Change files: the key that is in doubt, as texts in key order. json, not jsonb: a text may hold NUL.
  -- NULL: it cannot be read, may not be told, or the row is of a snapshot.
  key         json,
  PRIMARY KEY (load_id, record)
);

-- Other rows of the load are in history now than those that the table was folded from: it has to be folded anew.
ALTER TABLE ledger.applications ADD COLUMN replaced boolean NOT NULL DEFAULT false;

-- Who sent loads back, when and why.
CREATE TABLE ledger.replays (
  id       bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  asked_by text NOT NULL,
  asked_at timestamptz NOT NULL DEFAULT now(),
  -- What was asked for, as typed: {table, load, since, until, reason, state, all}.
  filters  json NOT NULL
);

-- What was sent back, and what stood there before: its state, why, and its receipt.
CREATE TABLE ledger.replayed_loads (
  replay_id   bigint NOT NULL REFERENCES ledger.replays,
  load_id     bigint NOT NULL REFERENCES ledger.loads,
  state       text NOT NULL,
  reason      text,
  attempt_id  text REFERENCES ledger.attempts,
  announced   bigint,
  read        bigint,
  written     bigint,
  quarantined bigint,
  PRIMARY KEY (replay_id, load_id)
);
