-- Who works on a table, and how often that went wrong.

-- The right to work on a table. Its holder also has the session's advisory lock of (dataset, token), which goes with the
-- holder's connection; every transaction that changes the table's rows locks this one and checks the token.
CREATE TABLE ledger.leases (
  dataset     text PRIMARY KEY,
  -- Grows with each holder and never otherwise: the fencing token.
  token       bigint NOT NULL CHECK (token >= 0),
  -- user@host:process; NULL: given back, nobody works on the table.
  holder      text,
  acquired_at timestamptz NOT NULL DEFAULT now(),
  -- Without renewal until then, the holder counts as stalled.
  expires_at  timestamptz NOT NULL
);

ALTER TABLE ledger.tables
  -- Runs in a row whose work on the table ended with an error.
  ADD COLUMN failures integer NOT NULL DEFAULT 0 CHECK (failures >= 0),
  -- Not before then by itself; a person who ingests by hand need not wait. NULL: at any time.
  ADD COLUMN next_try_at timestamptz;

-- Tables that are not to be worked on: put on hold by a person, or because their work failed too often.
CREATE TABLE ledger.holds (
  id          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  dataset     text NOT NULL,
  kind        text NOT NULL CHECK (kind IN ('hand', 'failures')),
  why         text,
  held_by     text NOT NULL,
  held_at     timestamptz NOT NULL DEFAULT now(),
  released_by text,
  -- NULL: it is held.
  released_at timestamptz,
  CHECK ((released_by IS NULL) = (released_at IS NULL))
);
CREATE UNIQUE INDEX ON ledger.holds (dataset) WHERE released_at IS NULL;
