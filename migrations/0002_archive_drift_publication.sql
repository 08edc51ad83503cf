-- Archive, drift, treatments and publication: what follows a load and a commit leaves its own note here.

-- Where the verified copy of an accepted object lies. NULL: not archived yet.
ALTER TABLE ledger.objects ADD COLUMN archived_uri text, ADD COLUMN archived_at timestamptz,
  ADD CHECK ((archived_uri IS NULL) = (archived_at IS NULL));

-- How the object's columns differ from the contract it was loaded or planned by, as the registry describes it:
-- [{column, kind, file?, contract?}]. NULL: not at all.
ALTER TABLE ledger.loads ADD COLUMN drift json;

-- How values were treated before they were written: {"<column id>": {"treatment": "hmac", "keyId": "…"}}.
-- NULL: every column as delivered. Files that say different things about a column must not be folded together.
ALTER TABLE ledger.files ADD COLUMN treatments json;

-- What a target outside the lake stands at, written in the same transaction as the target's rows where it is this database.
CREATE TABLE ledger.publications (
  target       text NOT NULL,
  dataset      text NOT NULL,
  version      bigint NOT NULL,
  generation   text,
  -- The target's columns and key as they were made, to tell what a newer contract changes.
  shape        json NOT NULL,
  rows         bigint NOT NULL,
  published_at timestamptz NOT NULL DEFAULT now(),
  -- Why the newest version is not there, in words; NULL: it is, or nothing has been tried since.
  trouble      text,
  PRIMARY KEY (target, dataset)
);

-- Tables published for people and tools that speak Postgres.
CREATE SCHEMA IF NOT EXISTS ods;
