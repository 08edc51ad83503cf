import { stat } from 'node:fs/promises';
import { run } from './command.ts';
import { LocalPostgresError, USE_ANOTHER } from './errors.ts';

/** Whom a program runs as. */
export interface Account {
  readonly uid: number;
  readonly gid: number;
}

const CANDIDATES = ['postgres', 'nobody'];

/**
 * Postgres refuses to run as root, so root lends it an account: the owner of data that is already there, else
 * `postgres`, else `nobody`. None is ever created. Undefined for everyone but root: the server runs as its user.
 */
export async function serverAccount(dataFolder: string): Promise<Account | undefined> {
  if (process.getuid?.() !== 0) return undefined;
  const data = await stat(dataFolder).catch(() => undefined);
  // Data of a plain user who now calls as root (sudo): the server stays theirs.
  if (data !== undefined && data.uid !== 0) return { uid: data.uid, gid: data.gid };
  for (const name of CANDIDATES) {
    const [uid, gid] = await Promise.all([run('id', ['-u', name]), run('id', ['-g', name])]);
    if (uid.ok && gid.ok) return { uid: Number(uid.stdout), gid: Number(gid.stdout) };
  }
  throw new LocalPostgresError('no-account', 'Postgres does not run as root, and there is no account to run it as.', {
    data: { tried: CANDIDATES },
    remedy: `Run farelake as a plain user, or ${USE_ANOTHER}.`,
  });
}
