-- Tries at a file that lie apart, and the description that a file has by now.

-- Before then a try at the failed load does not count: a file is set apart by tries that lie apart. NULL: the next one counts.
ALTER TABLE ledger.loads ADD COLUMN next_try_at timestamptz;

-- Start of the snapshot that a .dfm belongs to, as it is written there: the .dfm of the next snapshot comes under the same name.
-- NULL: it tells none, or is no .dfm.
ALTER TABLE ledger.objects ADD COLUMN dfm_start text
  GENERATED ALWAYS AS (substring(dfm FROM '"startWriteTimestamp"\s*:\s*"([^"]+)"')) STORED;
