-- Of which types the columns of a file are, by permanent id, as the contract had them when it was written: {"101": "bigint", …}.
-- A contract may say something else by now, by which the file would be read otherwise than it was written. NULL: written before
-- this was noted, and nobody asks.
ALTER TABLE ledger.files ADD COLUMN types json;
