/** What the ledger knows of a topic beside its rows, as it is written beside the table. */
import type { Row } from './journal.ts';
import type { Queryable } from './objects.ts';

/** Offsets as texts: they may be beyond what JSON's readers keep. */
export type TextRun = readonly [partitionId: number, first: string, last: string];

export interface JournalledTopics {
  /** Every epoch of every partition. */
  readonly partitions: readonly Row[];
  /** Those that no other journal tells of (any more). */
  readonly batches: readonly Row[];
  /** Of these, records that are refused still. */
  readonly refused: readonly Row[];
  /** All that was taken, without checksums; null: they are too many, and rows have to tell. */
  readonly runs: readonly TextRun[] | null;
}

/** Each commit writes them anew. A topic without gaps has one for each partition. */
const MOST_RUNS = 5000;

/**
 * Notes that this version's journal tells of what no other does any more, in the transaction of its commit.
 * @param letGo versions whose journals go with this one
 */
export async function journalledTopics(
  db: Queryable,
  dataset: string,
  version: number,
  letGo: readonly number[],
): Promise<JournalledTopics> {
  await db.query(
    `UPDATE ledger.kafka_batches SET journal_version = $2
     WHERE partition_id IN (SELECT id FROM ledger.kafka_partitions WHERE dataset = $1)
       AND (journal_version IS NULL OR journal_version = ANY ($3::bigint[]))`,
    [dataset, version, letGo],
  );
  const { rows } = await db.query<Omit<JournalledTopics, 'runs'>>(
    `WITH p AS (SELECT * FROM ledger.kafka_partitions WHERE dataset = $1),
       b AS (SELECT * FROM ledger.kafka_batches WHERE journal_version = $2 AND partition_id IN (SELECT id FROM p)),
       r AS (SELECT r.* FROM ledger.kafka_refused r JOIN b ON b.id = r.batch_id)
     SELECT coalesce((SELECT json_agg(to_json(p) ORDER BY id) FROM p), '[]') AS partitions,
       coalesce((SELECT json_agg((to_jsonb(b) || jsonb_build_object('first_offset', first_offset::text, 'last_offset', last_offset::text)) ORDER BY id) FROM b), '[]') AS batches,
       coalesce((SELECT json_agg((to_jsonb(r) || jsonb_build_object('record_offset', record_offset::text)) ORDER BY partition_id, record_offset) FROM r), '[]') AS refused`,
    [dataset, version],
  );
  const [told] = rows;
  if (told === undefined) throw new Error('an aggregate without a row');
  return { ...told, runs: await allRuns(db, dataset) };
}

/** Runs without a gap between them are one. */
async function allRuns(db: Queryable, dataset: string): Promise<TextRun[] | null> {
  const { rows } = await db.query<{ id: number; first: string; last: string }>(
    `SELECT partition_id AS id, min(first_offset)::text AS first, max(last_offset)::text AS last
     FROM (SELECT partition_id, first_offset, last_offset, first_offset - coalesce(sum(last_offset - first_offset + 1) OVER before, 0) AS island
       FROM ledger.kafka_runs WHERE partition_id IN (SELECT id FROM ledger.kafka_partitions WHERE dataset = $1)
       WINDOW before AS (PARTITION BY partition_id ORDER BY first_offset ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING)) r
     GROUP BY partition_id, island ORDER BY partition_id, min(first_offset) LIMIT $2`,
    [dataset, MOST_RUNS + 1],
  );
  return rows.length > MOST_RUNS ? null : rows.map(({ id, first, last }) => [id, first, last]);
}
