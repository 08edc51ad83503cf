import { chmodSync, mkdtempSync, readdirSync, statSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { HOME_PREFIX, HOME_VARIABLE, removeTestHome } from './test-home.ts';

/**
 * Gives the run a home for its Postgres; no server is started here. A home named from outside is used as it is and its
 * server left up afterwards: for one who runs tests over and over.
 */
export default async function setUp(): Promise<void> {
  await sweepKilledRuns();
  if (process.env[HOME_VARIABLE] !== undefined) return;
  const home = mkdtempSync(path.join(os.tmpdir(), `${HOME_PREFIX}${process.pid}-`));
  // Run as root, Postgres works as another account, which has to pass through.
  chmodSync(home, 0o755);
  process.env[HOME_VARIABLE] = home;
}

async function sweepKilledRuns(): Promise<void> {
  for (const name of readdirSync(os.tmpdir())) {
    const pid = new RegExp(`^${HOME_PREFIX}(\\d+)-`).exec(name)?.[1];
    const home = path.join(os.tmpdir(), name);
    if (pid !== undefined && isMine(home) && !runs(Number(pid))) await removeTestHome(home);
  }
}

const isMine = (folder: string): boolean => statSync(folder, { throwIfNoEntry: false })?.uid === process.getuid?.();

function runs(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}
