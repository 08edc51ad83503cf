-- What a version came of is written with it: rows of the ledger tell it too, but not after a restore.

ALTER TABLE ledger.versions
  -- NULL: of before this column, or restored from metadata of before; other rows tell what is known.
  ADD COLUMN came_of text CHECK (came_of IN ('load', 'fold', 'repair', 'exchange', 'records', 'retry', 'compaction')),
  -- Loads of its batch; NULL: it came of none.
  ADD COLUMN came_of_loads bigint CHECK (came_of_loads IS NULL OR (came_of_loads >= 0 AND came_of IS NOT DISTINCT FROM 'load'));
