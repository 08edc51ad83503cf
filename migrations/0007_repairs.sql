-- What was checked and repaired, by whom and why.

-- Tag of the archived copy as its store told it when the copy was proven: with it a look shows that the copy is still the one.
-- NULL: the store tells none, or the copy is older than this column; then the copy is read.
ALTER TABLE ledger.objects ADD COLUMN archived_tag text;

-- When a file that no kept version lists went from the stage zone. Written before it is removed, so that nobody counts on it.
ALTER TABLE ledger.files ADD COLUMN deleted_at timestamptz,
  ADD CHECK (deleted_at IS NULL OR version_removed IS NOT NULL);
