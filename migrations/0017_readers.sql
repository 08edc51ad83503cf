-- Readers see the published tables, too (0015 gave them the Iceberg catalog), also those that are made later: a table that takes the
-- place of another has its grants from that one (packages/ingest/src/publish/grants.ts). Where there is no such role, an
-- administrator makes it; farelake psql --url --reader says how.
DO $$
DECLARE
  published record;
BEGIN
  IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'farelake_reader') THEN
    RETURN;
  END IF;
  GRANT USAGE ON SCHEMA ods TO farelake_reader;
  ALTER DEFAULT PRIVILEGES IN SCHEMA ods GRANT SELECT ON TABLES TO farelake_reader;
  -- What was given to another owner is for that one to share.
  FOR published IN SELECT c.oid::regclass AS name FROM pg_class c
    WHERE c.relnamespace = 'ods'::regnamespace AND c.relkind IN ('r', 'v', 'm', 'p') AND pg_has_role(c.relowner, 'USAGE')
  LOOP
    EXECUTE format('GRANT SELECT ON %s TO farelake_reader', published.name);
  END LOOP;
END
$$;

-- Where rows of a load stood in history before they were placed anew: in which order of files, and in which snapshot. A row that was
-- delivered more than once shows in its last copy, so that a version as it stood needs the places of then.
CREATE TABLE ledger.former_places (
  load_id      bigint NOT NULL REFERENCES ledger.loads,
  -- The last version of the history in which they stood there.
  last_version bigint NOT NULL,
  file_time    text,
  generation   text,
  PRIMARY KEY (load_id, last_version)
);

-- A trigger, because places change in several statements, and none may forget it.
CREATE FUNCTION ledger.note_former_place() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  newest bigint;
BEGIN
  SELECT coalesce(max(version), 0) INTO newest FROM ledger.versions WHERE table_name = OLD.dataset || '_history';
  IF newest = 0 THEN
    RETURN NULL;
  END IF;
  INSERT INTO ledger.former_places (load_id, last_version, file_time, generation)
  -- What is taken through again has its new place with its new rows, the next version; otherwise the newest version shows it.
  VALUES (OLD.id, CASE WHEN OLD.state IN ('registered', 'waiting', 'ready', 'loading', 'failed') THEN newest ELSE newest - 1 END,
    OLD.file_time, OLD.generation)
  -- Of several places while a version was the newest, the first is that of the versions before.
  ON CONFLICT DO NOTHING;
  RETURN NULL;
END
$$;
CREATE TRIGGER note_former_place AFTER UPDATE OF file_time, generation ON ledger.loads FOR EACH ROW
  WHEN (OLD.history_batch_id IS NOT NULL AND (OLD.file_time, OLD.generation) IS DISTINCT FROM (NEW.file_time, NEW.generation))
  EXECUTE FUNCTION ledger.note_former_place();
