/** Loads that are sent back to be taken through again, and what becomes of the rows that they have in history. */
import { WAITS_BESIDE } from './corrections.ts';
import { GIVEN_UP } from './give-ups.ts';
import type { LoadState } from './loads.ts';
import type { ClientBase } from 'pg';
import type { Queryable } from './objects.ts';

/** Which loads are meant: those that every given filter takes. */
export interface ReplayFilter {
  readonly datasets?: readonly string[] | undefined;
  readonly loadIds?: readonly number[] | undefined;
  /** When the object came in, UTC: at or after, and before. */
  readonly since?: string | undefined;
  readonly until?: string | undefined;
  /** Text of the load's reason, of its fault's code, of a refused row's column or reason, or of its drift; in any case. */
  readonly reason?: string | undefined;
  /** `quarantined`: also loads of which rows are. */
  readonly state?: LoadState | undefined;
}

/** A load that can be sent back. */
export interface ReplayableLoad {
  readonly id: number;
  readonly dataset: string;
  readonly objectKey: string;
  readonly state: LoadState;
  /** Rows in history, and refused; null: it was never loaded. */
  readonly written: number | null;
  readonly quarantined: number | null;
  readonly reason: string | null;
}

/**
 * Loads that failed or are in history, in order of arrival. Those that other content took the place of before they were
 * loaded are none: what took their place is what counts; and those that were given up only where they are named, by number
 * or state. What waits or is worked on is planned by each ingest; but content that waits beside other content of its file takes
 * the place of that where it is named.
 */
export async function replayableLoads(db: Queryable, filter: ReplayFilter): Promise<ReplayableLoad[]> {
  const { rows } = await db.query<ReplayableLoad>(
    `SELECT l.id, l.dataset, o.object_key AS "objectKey", l.state, r.written, r.quarantined, l.reason
     FROM ledger.loads l JOIN ledger.objects o ON o.id = l.object_id LEFT JOIN ledger.receipts r ON r.load_id = l.id
     WHERE (l.state IN ('failed', 'quarantined') OR (l.state IN ('loaded', 'applied', 'archived', 'superseded') AND r.load_id IS NOT NULL AND l.history_batch_id IS NOT NULL)
         OR (l.state = 'superseded' AND ($2::bigint[] IS NOT NULL OR $6::text = 'superseded') AND l.id IN (SELECT load_id FROM ${GIVEN_UP} g))
         OR ($2 IS NOT NULL AND ${WAITS_BESIDE}))
       AND ($1::text[] IS NULL OR l.dataset = ANY ($1)) AND ($2::bigint[] IS NULL OR l.id = ANY ($2))
       AND ($3::timestamptz IS NULL OR o.registered_at >= $3) AND ($4::timestamptz IS NULL OR o.registered_at < $4)
       AND ($5::text IS NULL OR strpos(lower(concat_ws(' ', l.reason, l.fault, l.drift)), lower($5)) > 0 OR EXISTS (
         SELECT 1 FROM ledger.refused_rows w WHERE w.load_id = l.id AND strpos(lower(w.column_name || ' ' || w.reason), lower($5)) > 0))
       AND ($6::text IS NULL OR l.state = $6 OR ($6 = 'quarantined' AND r.quarantined > 0))
     ORDER BY l.id`,
    [
      filter.datasets ?? null,
      filter.loadIds ?? null,
      filter.since ?? null,
      filter.until ?? null,
      filter.reason ?? null,
      filter.state ?? null,
    ],
  );
  return rows;
}

/** @returns those of the numbers that no load has */
export async function unknownLoads(db: Queryable, ids: readonly number[]): Promise<number[]> {
  const { rows } = await db.query<{ id: number }>(
    'SELECT id FROM unnest($1::bigint[]) asked(id) WHERE NOT EXISTS (SELECT 1 FROM ledger.loads l WHERE l.id = asked.id)',
    [ids],
  );
  return rows.map(({ id }) => id);
}

/**
 * Looks at the ledger as it would be with the loads sent back.
 * @param db in a transaction, which goes on as if nothing had happened
 */
export async function asIfSentBack<T>(db: ClientBase, loadIds: readonly number[], look: () => Promise<T>): Promise<T> {
  await db.query('SAVEPOINT as_if');
  try {
    await db.query(
      `UPDATE ledger.loads SET state = 'registered', waiting_for = NULL, reason = NULL, batch_id = NULL WHERE id = ANY ($1::bigint[])`,
      [loadIds],
    );
    return await look();
  } finally {
    await db.query('ROLLBACK TO SAVEPOINT as_if');
  }
}

/** @returns datasets of those of the loads, or of these datasets' loads, that wait or are worked on, sent back or not */
export async function unfinishedDatasets(
  db: Queryable,
  { datasets, loadIds }: Pick<ReplayFilter, 'datasets' | 'loadIds'>,
): Promise<string[]> {
  const { rows } = await db.query<{ dataset: string }>(
    `SELECT DISTINCT dataset FROM ledger.loads WHERE state IN ('registered', 'waiting', 'ready', 'loading')
       AND ($1::text[] IS NULL OR dataset = ANY ($1)) AND ($2::bigint[] IS NULL OR id = ANY ($2)) ORDER BY dataset`,
    [datasets ?? null, loadIds ?? null],
  );
  return rows.map(({ dataset }) => dataset);
}

/** @returns its id */
export async function createReplay(db: Queryable, askedBy: string, filters: object): Promise<number> {
  const { rows } = await db.query<{ id: number }>(
    'INSERT INTO ledger.replays (asked_by, filters) VALUES ($1, $2) RETURNING id',
    [askedBy, JSON.stringify(filters)],
  );
  return rows[0]?.id ?? 0;
}

/** Notes what stands there of a load, before it is sent back; and lets go of its batch and its tries. */
export async function noteReplayed(db: Queryable, replayId: number, loadId: number): Promise<void> {
  await noteAsked(db, replayId, loadId);
  await db.query(
    'UPDATE ledger.loads SET batch_id = NULL, tries = 0, tried_with = NULL, next_try_at = NULL WHERE id = $1',
    [loadId],
  );
}

/** Notes what stands there of a load of which something is asked. */
export async function noteAsked(db: Queryable, replayId: number, loadId: number): Promise<void> {
  await db.query(
    `INSERT INTO ledger.replayed_loads (replay_id, load_id, state, reason, attempt_id, announced, read, written, quarantined)
     SELECT $1, l.id, l.state, l.reason, r.attempt_id, r.announced, r.read, r.written, r.quarantined
     FROM ledger.loads l LEFT JOIN ledger.receipts r ON r.load_id = l.id WHERE l.id = $2`,
    [replayId, loadId],
  );
}

/** A batch in whose files of history rows lie. */
export interface HistoryBatch {
  readonly id: number;
  /** Folder below the history table. */
  readonly folder: string;
  /** Loads that have their rows there. */
  readonly loadIds: readonly number[];
  /** Those of them that are not being taken through again. */
  readonly lastingIds: readonly number[];
}

export async function historyBatches(db: Queryable, ids: readonly number[]): Promise<HistoryBatch[]> {
  const { rows } = await db.query<HistoryBatch>(
    `SELECT b.id, b.folder, array_agg(l.id ORDER BY l.id) AS "loadIds",
       coalesce(array_agg(l.id ORDER BY l.id) FILTER (WHERE l.state IN ('loaded', 'applied', 'archived', 'superseded')), '{}') AS "lastingIds"
     FROM ledger.batches b
     JOIN ledger.loads l ON l.history_batch_id = b.id WHERE b.id = ANY ($1::bigint[]) GROUP BY b.id ORDER BY b.id`,
    [ids],
  );
  return rows;
}

/** Marks loads whose rows in history were replaced, in every generation that has them. */
export async function markReplaced(db: Queryable, dataset: string, loadIds: readonly number[]): Promise<void> {
  await db.query('UPDATE ledger.applications SET replaced = true WHERE dataset = $1 AND load_id = ANY ($2::bigint[])', [
    dataset,
    loadIds,
  ]);
}

/** Loads of a generation of which its table has other rows than history. */
export async function replacedLoads(db: Queryable, dataset: string, generation: string): Promise<Set<number>> {
  const { rows } = await db.query<{ load_id: number }>(
    'SELECT load_id FROM ledger.applications WHERE dataset = $1 AND generation = $2 AND replaced',
    [dataset, generation],
  );
  return new Set(rows.map((row) => row.load_id));
}

/** The generation's table was folded from the rows that are in history, of all of its loads. */
export async function clearReplaced(db: Queryable, dataset: string, generation: string): Promise<void> {
  await db.query(
    'UPDATE ledger.applications SET replaced = false WHERE dataset = $1 AND generation = $2 AND replaced',
    [dataset, generation],
  );
}
