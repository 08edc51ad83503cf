/**
 * Other content of a snapshot file that is in history, with the same `.dfm`: the same file, corrected; or new data whose own
 * `.dfm` has not come. Nothing in it tells which, so a person does, by a replay; then it takes the place of the first.
 */
import type { LoadState } from './loads.ts';
import type { Queryable } from './objects.ts';

/** SQL: load `h` of object `ho` has rows in history that came first under the name and start of load `l` of object `o`. */
const CAME_FIRST = `h.dataset = l.dataset AND h.id <> l.id AND ho.object_key = o.object_key AND h.file_time = l.file_time
  AND h.generation IS NOT NULL AND EXISTS (SELECT 1 FROM ledger.receipts hr WHERE hr.load_id = h.id)`;

/** SQL of a condition on load `l` of object `o`: it waits because other content of its file is in history. */
export const WAITS_BESIDE = `(l.state = 'waiting' AND l.waiting_for = 'dfm' AND EXISTS (
  SELECT 1 FROM ledger.loads h JOIN ledger.objects ho ON ho.id = h.object_id WHERE ${CAME_FIRST}))`;

export interface Corrected {
  readonly id: number;
  readonly state: LoadState;
  /** In whose files of history its rows lie. */
  readonly historyBatchId: number;
  /** The load that takes its place. */
  readonly by: number;
}

/** @param ids loads that somebody said take the place of others */
export async function correctedBy(db: Queryable, ids: readonly number[]): Promise<Corrected[]> {
  if (ids.length === 0) return [];
  const { rows } = await db.query<Corrected>(
    `SELECT h.id, h.state, h.history_batch_id AS "historyBatchId", l.id AS by
     FROM ledger.loads l JOIN ledger.objects o ON o.id = l.object_id
     JOIN ledger.loads h ON h.dataset = l.dataset JOIN ledger.objects ho ON ho.id = h.object_id
     WHERE l.id = ANY ($1::bigint[]) AND h.history_batch_id IS NOT NULL AND ${CAME_FIRST} ORDER BY h.id`,
    [ids],
  );
  return rows;
}

/**
 * Its rows are in history no more, and the other stands where it stood, in its snapshot and in what tables were made of, as a
 * load of which the rows are others by now. What it came to is in `replayed_loads`.
 */
export async function takeOutOfHistory(db: Queryable, { id, by }: Corrected): Promise<void> {
  await db.query('DELETE FROM ledger.receipts WHERE load_id = $1', [id]);
  await db.query('UPDATE ledger.loads SET history_batch_id = NULL, generation = NULL WHERE id = $1', [id]);
  await db.query('UPDATE ledger.generation_cores SET load_id = $2 WHERE load_id = $1', [id, by]);
  await db.query('UPDATE ledger.applications SET load_id = $2, replaced = true WHERE load_id = $1', [id, by]);
}
