/** DMAP datasets as loads: which result each is of, which of them is in its table. */
import { countsFrom } from './counts-from.ts';
import { COUNTS } from './dmap-fetch.ts';
import { GIVEN_UP } from './give-ups.ts';
import type { Load } from './loads.ts';
import { DATASET_ID, IS_DATASET, type Queryable } from './objects.ts';

/** A result, as the name of its file tells it. */
export interface NamedResult {
  readonly objectId: number;
  readonly datasetId: string;
  /** UTC, nine digits. */
  readonly lastUpdated: string;
  /** `YYYY-MM-DD`. */
  readonly startDate: string;
  readonly endDate: string;
}

/** Datasets that no result of a listing names, in the order of sightings. */
export async function unclaimedObjects(
  db: Queryable,
  dataset: string,
): Promise<{ objectId: number; objectKey: string }[]> {
  const { rows } = await db.query<{ objectId: number; objectKey: string }>(
    `SELECT o.id AS "objectId", o.object_key AS "objectKey" FROM ledger.objects o
     WHERE o.dataset = $1 AND o.part = 'data' AND ${IS_DATASET} AND NOT EXISTS (SELECT 1 FROM ledger.dmap_results r WHERE r.object_id = o.id)
     ORDER BY o.seen, o.id`,
    [dataset],
  );
  return rows;
}

/**
 * Results of files that were found rather than fetched: registered where no listing has told of them, and fetched by now. A
 * result that has a file keeps it, unless that one cannot be loaded and the other was seen later.
 * @param results in the order in which they count where times are equal
 */
export async function claimResults(db: Queryable, dataset: string, results: readonly NamedResult[]): Promise<void> {
  const column = <Key extends keyof NamedResult>(name: Key) => results.map((result) => result[name]);
  await db.query(
    `INSERT INTO ledger.dmap_results AS known (dataset, dataset_id, last_updated, start_date, end_date, counts_from, lane, state, object_id)
     SELECT DISTINCT ON (n.dataset_id, n.last_updated, n.start_date, n.end_date) $1, n.dataset_id, n.last_updated, n.start_date, n.end_date,
       -- As a listing of now would have it.
       ${countsFrom('n.last_updated', 'now()')}, 'new', 'fetched', n.object_id
     FROM unnest($2::bigint[], $3::text[], $4::text[], $5::date[], $6::date[]) n(object_id, dataset_id, last_updated, start_date, end_date)
       JOIN ledger.objects o ON o.id = n.object_id
     ORDER BY n.dataset_id, n.last_updated, n.start_date, n.end_date, o.seen DESC, o.id DESC
     ON CONFLICT (dataset, dataset_id, last_updated, start_date, end_date) DO UPDATE
       SET state = 'fetched', object_id = excluded.object_id, reason = NULL, tries = 0
       WHERE known.object_id IS NULL OR EXISTS (
         SELECT 1 FROM ledger.objects former JOIN ledger.loads l ON l.object_id = former.id
         WHERE former.id = known.object_id AND l.state IN ('failed', 'quarantined') AND l.history_batch_id IS NULL
           AND former.seen < (SELECT seen FROM ledger.objects WHERE id = excluded.object_id))`,
    [dataset, column('objectId'), column('datasetId'), column('lastUpdated'), column('startDate'), column('endDate')],
  );
}

/**
 * Loads that were set apart while other content was the file of their result, and that count again: the vendor has it back, or
 * the result was pointed at it while the plan was made. Not what somebody gave up.
 */
export async function countingAgain(db: Queryable, dataset: string): Promise<Pick<Load, 'id' | 'state'>[]> {
  const { rows } = await db.query<Pick<Load, 'id' | 'state'>>(
    `SELECT l.id, l.state FROM ledger.dmap_results r JOIN ledger.loads l ON l.object_id = r.object_id
     WHERE r.dataset = $1 AND r.state = 'fetched' AND l.state = 'superseded' AND l.history_batch_id IS NULL AND ${COUNTS}
       AND NOT EXISTS (SELECT 1 FROM ${GIVEN_UP} g WHERE g.load_id = l.id) ORDER BY l.id`,
    [dataset],
  );
  return rows;
}

/** Where a result stands among those of its dataset id: by `countsFrom`, then by `id`. */
export interface ResultPlace {
  readonly id: number;
  readonly countsFrom: string;
}

/** By object: the results that were fetched. */
export async function resultPlaces(db: Queryable, dataset: string): Promise<Map<number, ResultPlace>> {
  const { rows } = await db.query<ResultPlace & { objectId: number }>(
    `SELECT id, counts_from AS "countsFrom", object_id AS "objectId" FROM ledger.dmap_results
     WHERE dataset = $1 AND object_id IS NOT NULL`,
    [dataset],
  );
  return new Map(rows.map(({ objectId, ...place }) => [objectId, place]));
}

/**
 * Loads whose rows are in the table, of the datasets of the given loads; not these themselves.
 * @param ids loads of one batch
 */
export async function rivalsInTable(
  db: Queryable,
  dataset: string,
  ids: readonly number[],
): Promise<Pick<Load, 'id' | 'state' | 'objectKey'>[]> {
  const { rows } = await db.query<Pick<Load, 'id' | 'state' | 'objectKey'>>(
    `SELECT l.id, l.state, o.object_key AS "objectKey" FROM ledger.loads l JOIN ledger.objects o ON o.id = l.object_id
     WHERE l.dataset = $1 AND l.history_batch_id IS NOT NULL AND l.id <> ALL ($2::bigint[])
       AND ${DATASET_ID} IN (SELECT ${DATASET_ID} FROM ledger.loads m JOIN ledger.objects o ON o.id = m.object_id WHERE m.id = ANY ($2::bigint[]))
     ORDER BY l.id`,
    [dataset, ids],
  );
  return rows;
}

/** Whether any dataset was ever delivered for the table. */
export async function hasDatasets(db: Queryable, dataset: string): Promise<boolean> {
  const { rows } = await db.query<{ has: boolean }>(
    'SELECT EXISTS (SELECT 1 FROM ledger.dmap_results WHERE dataset = $1) AS has',
    [dataset],
  );
  return rows[0]?.has ?? false;
}

/** Their rows are in the table no more; receipts stay, and say what was there. */
export async function takeOutOfTable(db: Queryable, ids: readonly number[]): Promise<void> {
  await db.query('UPDATE ledger.loads SET history_batch_id = NULL, batch_id = NULL WHERE id = ANY ($1::bigint[])', [
    ids,
  ]);
}
