-- Kafka topics: which records were taken, where they went, and which were refused. What makes it one commit with the files of
-- the table: rows of these tables and the version come by the same transaction.

-- A partition of a topic as it was once created: made anew, it has the next epoch, and its offsets start again.
CREATE TABLE ledger.kafka_partitions (
  id         bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  dataset    text NOT NULL,
  -- Kafka's id of the cluster, its ARN, or the name that its readers were given.
  cluster    text NOT NULL,
  topic      text NOT NULL,
  partition  integer NOT NULL CHECK (partition >= 0),
  epoch      integer NOT NULL CHECK (epoch >= 0),
  -- Kafka's id of the topic; NULL: no reader has told it.
  topic_id   text,
  created_at timestamptz NOT NULL DEFAULT now(),
  UNIQUE (dataset, cluster, topic, partition, epoch)
);

-- The records of one epoch of a partition that one commit took. records = written + quarantined + tombstones.
CREATE TABLE ledger.kafka_batches (
  id              bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  partition_id    bigint NOT NULL REFERENCES ledger.kafka_partitions,
  attempt_id      text NOT NULL REFERENCES ledger.attempts,
  -- Of their lowest and highest offset; not all between need be of this batch.
  first_offset    bigint NOT NULL CHECK (first_offset >= 0),
  last_offset     bigint NOT NULL CHECK (last_offset >= first_offset),
  records         bigint NOT NULL CHECK (records > 0),
  written         bigint NOT NULL,
  quarantined     bigint NOT NULL,
  tombstones      bigint NOT NULL,
  -- Kafka's, milliseconds since 1970, the lowest and highest; NULL: none of them has one.
  first_timestamp bigint,
  last_timestamp  bigint,
  -- The records as they were delivered, compressed JSON lines; NULL: the contract says that they are not kept.
  archive_uri     text,
  archive_sha256  text CHECK (archive_sha256 ~ '^[0-9a-f]{64}$'),
  archive_size    bigint,
  -- The refused records with their raw bytes, in the error zone; NULL: none was refused.
  rows_uri        text,
  rows_sha256     text CHECK (rows_sha256 ~ '^[0-9a-f]{64}$'),
  committed_at    timestamptz NOT NULL DEFAULT now(),
  CHECK (records = written + quarantined + tombstones),
  CHECK ((quarantined = 0) = (rows_uri IS NULL))
);
CREATE INDEX ON ledger.kafka_batches (partition_id, last_offset);
CREATE INDEX ON ledger.kafka_batches (rows_uri) WHERE rows_uri IS NOT NULL;
CREATE INDEX ON ledger.kafka_batches (archive_uri) WHERE archive_uri IS NOT NULL;

-- Contiguous offsets that were taken: the offset ledger. Runs of one epoch of a partition do not overlap.
CREATE TABLE ledger.kafka_runs (
  partition_id bigint NOT NULL REFERENCES ledger.kafka_partitions,
  first_offset bigint NOT NULL CHECK (first_offset >= 0),
  last_offset  bigint NOT NULL CHECK (last_offset >= first_offset),
  -- CRC-32 of each record, four bytes each, most significant first, in the order of offsets: by it a record that comes again is
  -- told from another one at its offset. NULL: no longer kept.
  sums         bytea CHECK (sums IS NULL OR length(sums) = 4 * (last_offset - first_offset + 1)),
  taken_at     timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (partition_id, first_offset)
);
CREATE INDEX ON ledger.kafka_runs (partition_id, last_offset);

-- Records that are no rows of the table, each once; what they hold lies in the error zone only.
CREATE TABLE ledger.kafka_refused (
  partition_id  bigint NOT NULL REFERENCES ledger.kafka_partitions,
  record_offset bigint NOT NULL,
  batch_id      bigint NOT NULL REFERENCES ledger.kafka_batches,
  reason        text NOT NULL,
  -- The field whose fault it is; NULL: of none, or one with a name that may not be told.
  detail        text,
  -- Bytes of the value.
  size          bigint NOT NULL,
  PRIMARY KEY (partition_id, record_offset)
);
CREATE INDEX ON ledger.kafka_refused (batch_id);
