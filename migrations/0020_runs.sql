-- Attempts that another engine works on: what it was told, where it answers, and what became of it. The attempt itself commits as any other.

CREATE TABLE ledger.runs (
  attempt_id text PRIMARY KEY REFERENCES ledger.attempts,
  dataset    text NOT NULL,
  engine     text NOT NULL CHECK (engine IN ('spark')),
  -- Entry script of glue-jobs/.
  job        text NOT NULL,
  plan_uri   text NOT NULL,
  result_uri text NOT NULL,
  -- starting: nobody knows whether it has begun · finished: its result was committed · given: its work was given to DuckDB · failed: it is tried again
  state      text NOT NULL DEFAULT 'starting' CHECK (state IN ('starting', 'finished', 'given', 'failed')),
  -- Of its result; holds no value of a row.
  fault      jsonb,
  metrics    jsonb,
  started_at timestamptz NOT NULL DEFAULT now(),
  ended_at   timestamptz
);
CREATE INDEX ON ledger.runs (dataset) WHERE state = 'starting';
