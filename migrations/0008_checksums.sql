-- SHA-256, in hex, of what was written to a store, as it was handed over: sizes and statistics do not tell a byte that became
-- another one. NULL: written before this was noted, and nobody knows.

-- Of each Parquet file.
ALTER TABLE ledger.files ADD COLUMN sha256 text CHECK (sha256 ~ '^[0-9a-f]{64}$');

-- Of the archived copy. A folder's objects have theirs as content_hash; an ETag of a bucket cannot be computed everywhere.
ALTER TABLE ledger.objects ADD COLUMN archived_sha256 text CHECK (archived_sha256 ~ '^[0-9a-f]{64}$');

-- Of the copy of a refused file, and of the file of refused rows, in the error zone.
ALTER TABLE ledger.loads ADD COLUMN refused_sha256 text CHECK (refused_sha256 ~ '^[0-9a-f]{64}$');
ALTER TABLE ledger.receipts ADD COLUMN rows_sha256 text CHECK (rows_sha256 ~ '^[0-9a-f]{64}$');
