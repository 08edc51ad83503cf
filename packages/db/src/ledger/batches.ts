import type { Queryable } from './objects.ts';

export interface BatchSpec {
  readonly dataset: string;
  readonly kind: 'snapshot' | 'changes' | 'datasets';
  /** Folder below the history table; empty for datasets, whose files lie where their periods say. */
  readonly folder: string;
  readonly loadIds: readonly number[];
}

export interface Batch extends BatchSpec {
  readonly id: number;
}

/** Fixes a batch before any work on it starts; its loads are ready and belong to it from now on. */
export async function createBatch(db: Queryable, spec: BatchSpec): Promise<Batch> {
  const { rows } = await db.query<{ id: number; owned: number }>(
    `WITH batch AS (
       INSERT INTO ledger.batches (dataset, kind, folder) VALUES ($1, $2, $3) RETURNING id
     ), members AS (
       INSERT INTO ledger.batch_loads (batch_id, load_id) SELECT batch.id, unnest($4::bigint[]) FROM batch
     ), owned AS (
       UPDATE ledger.loads SET batch_id = batch.id FROM batch
       WHERE loads.id = ANY ($4::bigint[]) AND loads.batch_id IS NULL RETURNING 1
     )
     SELECT id, (SELECT count(*) FROM owned) AS owned FROM batch`,
    [spec.dataset, spec.kind, spec.folder, spec.loadIds],
  );
  const { id = 0, owned = 0 } = rows[0] ?? {};
  if (owned !== spec.loadIds.length)
    throw new Error(`loads of a new batch of ${spec.dataset} are in another one already`);
  return { ...spec, id };
}

/** Batches whose work is not finished, the oldest first; those of a process that died are among them. */
export async function openBatches(db: Queryable, dataset: string): Promise<Batch[]> {
  const { rows } = await db.query<Batch>(
    `SELECT b.id, b.dataset, b.kind, b.folder, array_agg(m.load_id ORDER BY m.load_id) AS "loadIds"
     FROM ledger.batches b JOIN ledger.batch_loads m ON m.batch_id = b.id
     WHERE b.dataset = $1 AND b.state = 'open' GROUP BY b.id ORDER BY b.id`,
    [dataset],
  );
  return rows;
}

export async function endBatch(db: Queryable, id: number, state: 'done' | 'closed'): Promise<void> {
  await db.query(`UPDATE ledger.batches SET state = $2 WHERE id = $1 AND state = 'open'`, [id, state]);
  if (state === 'closed') await db.query('UPDATE ledger.loads SET batch_id = NULL WHERE batch_id = $1', [id]);
}

export async function startAttempt(db: Queryable, attempt: { id: string; dataset: string; batchId: number | null }) {
  await db.query('INSERT INTO ledger.attempts (id, dataset, batch_id) VALUES ($1, $2, $3)', [
    attempt.id,
    attempt.dataset,
    attempt.batchId,
  ]);
}

export async function endAttempt(db: Queryable, id: string, outcome: 'committed' | 'failed' | 'aborted') {
  await db.query('UPDATE ledger.attempts SET ended_at = now(), outcome = $2 WHERE id = $1 AND ended_at IS NULL', [
    id,
    outcome,
  ]);
}
