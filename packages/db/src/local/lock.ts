import { chmodSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { setTimeout as sleep } from 'node:timers/promises';
import { LocalPostgresError, USE_ANOTHER } from './errors.ts';

const POLL_MS = 25;
const SQLITE_BUSY = 5;

/**
 * Runs `work` while no other process or call holds the lock `file`.
 *
 * The lock is the operating system's own, taken through an (empty) SQLite database because Node has no call for it.
 * The kernel lets go of it the moment its holder is gone, `kill -9` included: there is no stale lock to judge by process
 * ids, which are used again, and no take-over that two could do at once.
 */
export async function withLock<T>(
  file: string,
  options: { readonly waitMs: number; readonly onWait?: () => void },
  work: () => Promise<T>,
): Promise<T> {
  const database = new DatabaseSync(file, { timeout: 0 });
  try {
    await take(database, file, options);
    // By name: a process that opens and closes the file in any other way loses all its locks on it (POSIX, `fcntl`).
    chmodSync(file, 0o600);
    return await work();
  } finally {
    database.close();
  }
}

async function take(
  database: DatabaseSync,
  file: string,
  { waitMs, onWait }: { readonly waitMs: number; readonly onWait?: () => void },
): Promise<void> {
  const until = Date.now() + waitMs;
  for (let told = false; !tryTake(database); told = true) {
    if (!told) onWait?.();
    if (Date.now() > until)
      throw new LocalPostgresError('busy', 'Another farelake process keeps starting or stopping the local Postgres.', {
        data: { lock: file, waitedMs: waitMs },
        remedy: `Look for a farelake process that hangs and end it, or ${USE_ANOTHER}.`,
      });
    await sleep(POLL_MS);
  }
}

function tryTake(database: DatabaseSync): boolean {
  try {
    database.exec('BEGIN EXCLUSIVE');
    return true;
  } catch (error) {
    if ((error as { errcode?: number }).errcode === SQLITE_BUSY) return false;
    throw error;
  }
}
