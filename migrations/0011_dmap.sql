-- DMAP: what the vendor's API lists, what became of it, and which file of a table holds which dataset.

-- How far the listing of a set, that is one table, is known.
CREATE TABLE ledger.dmap_sets (
  dataset   text PRIMARY KEY,
  -- Highest last_updated registered, as sortable text (UTC, nine digits), never later than its listing. NULL: none yet.
  watermark text,
  -- When a listing was last registered without a gap, and when one that asked for everything.
  listed_at timestamptz,
  full_at   timestamptz,
  -- Why the last listing was not whole, in words, without links; NULL: it was.
  trouble   text
);

-- A result of a listing, for good; never its link. A dataset that is issued anew is a further result.
CREATE TABLE ledger.dmap_results (
  id           bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  dataset      text NOT NULL,
  -- The vendor's.
  dataset_id   text NOT NULL,
  -- As sortable text (UTC, nine digits).
  last_updated text NOT NULL,
  start_date   date NOT NULL,
  end_date     date NOT NULL,
  -- Its place among the results of its dataset_id, then id: last_updated, or the time of its listing where that is long before.
  counts_from  text NOT NULL,
  -- new: fetched first; slow: one of many that were issued anew at once. NULL: its listing has not ended.
  lane         text CHECK (lane IN ('new', 'slow')),
  -- listed: to be fetched; fetched: object_id says what; failed: tried again by each sync; superseded: a newer one of its
  -- dataset_id counts, and it was not fetched; withdrawn: listed no more before it could be fetched.
  state        text NOT NULL DEFAULT 'listed' CHECK (state IN ('listed', 'fetched', 'failed', 'superseded', 'withdrawn')),
  -- Why it is not fetched, in words, without links.
  reason       text,
  -- Tries at fetching it that failed in a row.
  tries        integer NOT NULL DEFAULT 0 CHECK (tries >= 0),
  object_id    bigint REFERENCES ledger.objects,
  first_listed timestamptz NOT NULL DEFAULT now(),
  last_listed  timestamptz NOT NULL DEFAULT now(),
  UNIQUE (dataset, dataset_id, last_updated, start_date, end_date),
  CHECK (state <> 'fetched' OR object_id IS NOT NULL)
);
CREATE INDEX ON ledger.dmap_results (dataset) WHERE state IN ('listed', 'failed');
CREATE INDEX ON ledger.dmap_results (object_id);

-- DMAP: the load whose rows, and no others, the file holds. They go when another load of their dataset_id takes their place.
ALTER TABLE ledger.files ADD COLUMN load_id bigint REFERENCES ledger.loads;

-- Datasets of a set; their folder in the table's is the period's, so that the batch's is empty.
ALTER TABLE ledger.batches DROP CONSTRAINT batches_kind_check,
  ADD CHECK (kind IN ('snapshot', 'changes', 'datasets'));

-- NULL: nobody announces the rows of a DMAP dataset.
ALTER TABLE ledger.receipts ALTER COLUMN announced DROP NOT NULL;
