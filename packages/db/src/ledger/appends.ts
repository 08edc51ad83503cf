/**
 * Commits that only add files to a table. They need no lease: whoever adds takes nothing away that another works with, and what
 * was added before does not change what is added now. Their transactions come one after the other.
 */
import { DbError } from '../errors.ts';
import type { Queryable } from './objects.ts';

/** What an attempt wrote was given up while it went on: its files may be gone. Nothing is lost: begin again. */
export class AttemptGivenUp extends DbError<'attempt-given-up'> {}

/**
 * Until the end of the transaction no other one adds to the table, and its newest version stays the newest. Whoever takes files
 * away under a lease (compaction) takes this lock as well.
 *
 * The server ends the transaction when for so long it hears nothing from us: all others would wait for as long as a process sleeps
 * that has stalled in its midst.
 * @param seconds 60 unless given
 */
export async function lockAppends(db: Queryable, dataset: string, seconds = 60): Promise<void> {
  await db.query(
    `SELECT set_config('idle_in_transaction_session_timeout', $2, true), pg_advisory_xact_lock(hashtextextended($1, 0))`,
    [`farelake append ${dataset}`, `${Math.round(seconds * 1000)}ms`],
  );
}

/**
 * Ends an attempt that had no lease as committed.
 * @throws AttemptGivenUp maintenance took it for dead and may have removed its files
 */
export async function endAppend(db: Queryable, id: string): Promise<void> {
  const { rowCount } = await db.query(
    `UPDATE ledger.attempts SET ended_at = now(), outcome = 'committed' WHERE id = $1 AND outcome IS NULL`,
    [id],
  );
  if (rowCount === 1) return;
  throw new AttemptGivenUp('attempt-given-up', 'The work took so long that maintenance gave it up.', {
    data: { attempt: id },
    remedy: 'Nothing is lost: the same records come again.',
  });
}
