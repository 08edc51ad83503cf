/** Work that writes files of a table: noted before it begins, so that what it leaves when it dies is known as its own. */
import { endAttempt, startAttempt } from '@farelake/db';
import { newAttemptId, type TableWorkspace } from '../workspace.ts';
import { inTable } from './in-table.ts';

/**
 * Runs `work` under an attempt of its own. That it is done, `work` says itself, in the transaction of its commit; that it failed, or was
 * called off, is noted here.
 * @throws what `work` throws
 */
export async function inAttempt<T>(
  workspace: TableWorkspace,
  dataset: string,
  work: (attempt: string) => Promise<T>,
): Promise<T> {
  const attempt = newAttemptId();
  await inTable(workspace, (db) => startAttempt(db, { id: attempt, dataset, batchId: null }));
  try {
    return await work(attempt);
  } catch (error) {
    const outcome = workspace.signal.aborted ? 'aborted' : 'failed';
    // Only a note; the error is what counts, also when the database is what failed.
    await inTable(workspace, (db) => endAttempt(db, attempt, outcome)).catch(() => undefined);
    throw error;
  }
}
