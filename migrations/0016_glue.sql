-- The outbox of pointers to AWS Glue (docs/glue.md): what a table there stands at by our own doing. Glue is a projection: the truth is
-- ledger.pointers, and a row that is lost here is made again by the next look at Glue.
CREATE TABLE ledger.glue_tables (
  -- Name of the database in Glue.
  glue_database text NOT NULL,
  table_name    text NOT NULL,
  -- The newest version that it was found at or moved to; 0: none so far.
  version       bigint NOT NULL DEFAULT 0,
  metadata      text,
  -- When it came there, or was first found there.
  published_at  timestamptz,
  -- How often, and when last, a pointer that somebody else had set was set right.
  healed        bigint NOT NULL DEFAULT 0,
  healed_at     timestamptz,
  -- Why the newest version is not there, in words; NULL: it is, or nothing has been tried since.
  trouble       text,
  PRIMARY KEY (glue_database, table_name),
  CHECK ((version = 0) = (metadata IS NULL)),
  CHECK ((version = 0) = (published_at IS NULL)),
  CHECK ((healed = 0) = (healed_at IS NULL))
);
