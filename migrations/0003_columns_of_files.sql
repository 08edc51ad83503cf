-- Which of the contract's columns a file was written with, by permanent id. What a file does not have cannot disagree with
-- a treatment that the contract asks of it now. NULL: written before this was noted; it may have any column.
ALTER TABLE ledger.files ADD COLUMN column_ids integer[];
