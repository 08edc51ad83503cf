-- Every table as an Iceberg table over the same files: which snapshot a version is, which metadata files there are, and the
-- catalog by which other engines find the newest.

-- The JDBC catalog of Iceberg (org.apache.iceberg.jdbc.JdbcUtil, schema V1; PyIceberg's SqlCatalog reads the same). Its readers
-- name these tables without a schema.
CREATE TABLE IF NOT EXISTS public.iceberg_tables (
  catalog_name               text NOT NULL,
  table_namespace            text NOT NULL,
  table_name                 text NOT NULL,
  metadata_location          text,
  previous_metadata_location text,
  iceberg_type               text,
  PRIMARY KEY (catalog_name, table_namespace, table_name)
);
CREATE TABLE IF NOT EXISTS public.iceberg_namespace_properties (
  catalog_name   text NOT NULL,
  namespace      text NOT NULL,
  property_key   text NOT NULL,
  property_value text,
  PRIMARY KEY (catalog_name, namespace, property_key)
);

-- The snapshot that shows a version of a table. A version without one was committed before there were any.
CREATE TABLE ledger.snapshots (
  table_name   text NOT NULL,
  version      bigint NOT NULL,
  snapshot_id  bigint NOT NULL,
  -- Of the table's metadata.
  schema_id    integer NOT NULL,
  -- What the catalog pointed at when the version was committed, as Iceberg writes paths.
  metadata     text NOT NULL,
  -- Since when the newest metadata has it no more; NULL: it has.
  expired_at   timestamptz,
  PRIMARY KEY (table_name, version),
  FOREIGN KEY (table_name, version) REFERENCES ledger.versions
);
CREATE INDEX ON ledger.snapshots (table_name) WHERE expired_at IS NULL;

-- What the catalog points at by our own doing: whatever else it says is another writer's commit.
CREATE TABLE ledger.pointers (
  table_name text PRIMARY KEY,
  metadata   text NOT NULL,
  version    bigint NOT NULL,
  moved_at   timestamptz NOT NULL DEFAULT now(),
  FOREIGN KEY (table_name, version) REFERENCES ledger.versions
);

-- Files of metadata that commits wrote. What is not listed here and no attempt works on is of no use.
CREATE TABLE ledger.metadata_files (
  uri             text PRIMARY KEY,
  table_name      text NOT NULL,
  -- journal: facts of the version's files and loads that Iceberg has no place for, to restore a lost ledger from.
  kind            text NOT NULL CHECK (kind IN ('metadata', 'manifest-list', 'manifest', 'journal')),
  -- Bytes.
  size            bigint NOT NULL,
  attempt_id      text NOT NULL REFERENCES ledger.attempts,
  version_added   bigint NOT NULL,
  -- Of a journal: the first version that it tells of; the last is the one that added it.
  first_version   bigint,
  -- The first version whose own snapshot (of a journal: whose files) it has no part in; NULL: the newest has it.
  version_removed bigint,
  -- Since when neither the newest metadata nor a snapshot in it needs it.
  removed_at      timestamptz,
  deleted_at      timestamptz,
  CHECK (deleted_at IS NULL OR removed_at IS NOT NULL),
  CHECK ((kind = 'journal') = (first_version IS NOT NULL)),
  FOREIGN KEY (table_name, version_added) REFERENCES ledger.versions
);
CREATE INDEX ON ledger.metadata_files (table_name, version_added) WHERE removed_at IS NULL;

-- Versions by which files went: what a commit took away, and what a snapshot still has.
CREATE INDEX ON ledger.files (table_name, version_added);
CREATE INDEX ON ledger.files (table_name, version_removed) WHERE version_removed IS NOT NULL;

-- For people and engines that read: they find tables, and change nothing. A login of theirs is a member (docs/iceberg.md). Roles are
-- the server's, so that it may be there; a server that lets us make none is told so in the docs.
DO $$
BEGIN
  BEGIN
    CREATE ROLE farelake_reader NOLOGIN;
  EXCEPTION WHEN duplicate_object OR unique_violation OR insufficient_privilege THEN
    NULL;
  END;
  IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'farelake_reader') THEN
    GRANT USAGE ON SCHEMA public TO farelake_reader;
    GRANT SELECT ON public.iceberg_tables, public.iceberg_namespace_properties TO farelake_reader;
  END IF;
END
$$;
