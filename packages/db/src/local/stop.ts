import { setTimeout as sleep } from 'node:timers/promises';
import { LocalPostgresError, errorCode } from './errors.ts';
import { isAlive, readPidFile } from './pidfile.ts';
import type { Postmaster } from './pidfile.ts';

/** Postgres' names for them: fast (clients are cut off, data written out), immediate (recovery at the next start). */
const WAYS = [
  { signal: 'SIGINT', waitMs: 30_000 },
  { signal: 'SIGQUIT', waitMs: 10_000 },
] as const;
const POLL_MS = 15;

/**
 * Ends a server known to work on `dataFolder`, and returns when it has.
 * @throws LocalPostgresError `stop-failed`
 */
export async function endServer(dataFolder: string, { pid }: Postmaster): Promise<void> {
  let cause: unknown;
  for (const { signal, waitMs } of WAYS) {
    try {
      process.kill(pid, signal);
    } catch (error) {
      if (errorCode(error) === 'ESRCH') return;
      cause = error;
      break;
    }
    if (await hasEnded(dataFolder, pid, waitMs)) return;
  }
  throw new LocalPostgresError('stop-failed', `The local Postgres (process ${pid}) does not stop.`, {
    data: { pid, data: dataFolder },
    remedy: `Stop it as the user who started it: kill -INT ${pid}.`,
    cause,
  });
}

/** The pid file is the last thing a server removes; one killed meanwhile leaves it and is gone. */
async function hasEnded(dataFolder: string, pid: number, waitMs: number): Promise<boolean> {
  const giveUpAt = Date.now() + waitMs;
  for (;;) {
    if ((await readPidFile(dataFolder))?.pid !== pid || !(await isAlive(pid))) return true;
    if (Date.now() > giveUpAt) return false;
    await sleep(POLL_MS);
  }
}
