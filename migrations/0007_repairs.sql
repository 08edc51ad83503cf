-- What was checked and repaired, by whom and why.

-- Tag of the archived copy as its store told it when the copy was proven: with it a look shows that the copy is still the one.
-- NULL: the store tells none, or the copy is older than this column; then the copy is read.
ALTER TABLE ledger.objects ADD COLUMN archived_tag text;

-- When a file that no kept version lists went from the stage zone. Written before it is removed, so that nobody counts on it.
ALTER TABLE ledger.files ADD COLUMN deleted_at timestamptz,
  ADD CHECK (deleted_at IS NULL OR version_removed IS NOT NULL);

-- Each repair of a current table that changed something: rows made right from history, by whom and why.
CREATE TABLE ledger.repairs (
  id             bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  dataset        text NOT NULL,
  attempt_id     text NOT NULL REFERENCES ledger.attempts,
  repaired_by    text NOT NULL,
  why            text NOT NULL,
  repaired_at    timestamptz NOT NULL DEFAULT now(),
  -- Keys that were asked for; NULL: the whole table.
  keys           integer CHECK (keys > 0),
  rows_added     bigint NOT NULL,
  rows_removed   bigint NOT NULL,
  rows_changed   bigint NOT NULL,
  -- Segments that were written anew or went.
  segments       integer NOT NULL,
  version_before bigint NOT NULL,
  version_after  bigint NOT NULL,
  FOREIGN KEY (dataset, version_before) REFERENCES ledger.versions,
  FOREIGN KEY (dataset, version_after) REFERENCES ledger.versions
);
