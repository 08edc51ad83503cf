-- SHA-256, in hex, of an object of a bucket, where it was asked: found again under another tag, uploaded in parts or in another
-- bucket, it may have the bytes of one that is in history. A folder's objects have theirs as content_hash.
ALTER TABLE ledger.objects ADD COLUMN sha256 text CHECK (sha256 ~ '^[0-9a-f]{64}$');
