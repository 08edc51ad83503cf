-- By which the vendor's store tells the content that was fetched from any other. NULL: it told none. A dataset of which rows were
-- refused is asked for again by it, and sent only if the vendor has mended it.
ALTER TABLE ledger.dmap_results ADD COLUMN etag text;
