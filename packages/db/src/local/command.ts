import { execFile } from 'node:child_process';
import type { Account } from './account.ts';

export interface CommandResult {
  readonly ok: boolean;
  readonly stdout: string;
  readonly stderr: string;
  readonly error: Error | undefined;
}

/**
 * What our programs see of the surroundings: nothing that steers Postgres (PGPORT, PGDATA, LC_*, TZ), and a working
 * folder that every account may enter.
 */
export const surroundings = (account: Account | undefined) => ({
  cwd: '/',
  env: { PATH: process.env['PATH'], LC_ALL: 'C', TZ: 'UTC' },
  ...(account === undefined ? {} : { uid: account.uid, gid: account.gid }),
});

/** Runs a program to its end, as `account` where given. Never rejects: a program that cannot start is `ok: false`. */
export function run(file: string, args: readonly string[], account?: Account): Promise<CommandResult> {
  return new Promise((resolve) => {
    const done = (error: Error | null, stdout: string, stderr: string): void => {
      resolve({ ok: error === null, stdout: stdout.trim(), stderr: stderr.trim(), error: error ?? undefined });
    };
    try {
      execFile(file, args, { ...surroundings(account), encoding: 'utf8' }, done);
    } catch (error) {
      // An account that this process may not become (a container without the right) is refused synchronously.
      done(error as Error, '', '');
    }
  });
}
