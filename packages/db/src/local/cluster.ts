/** Making a data folder: beside its place, then renamed, so that it is there whole or not at all. */
import { randomBytes } from 'node:crypto';
import { chmod, chown, mkdir, readFile, readdir, rename, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import type { Account } from './account.ts';
import { majorOf, program } from './binaries.ts';
import type { NativeTree } from './binaries.ts';
import { run } from './command.ts';
import { LocalPostgresError, USE_ANOTHER, errorCode } from './errors.ts';
import { MAKING } from './place.ts';
import { syncFolder, unique, writePrivate } from './private-file.ts';

export const SUPERUSER = 'farelake';

// In the data folder itself: a password that comes and goes with what it opens cannot be lost apart from it.
const SECRET = 'farelake.json';

/** Makes the data folder `target` for `account`, removing what killed attempts left beside it. */
export async function createCluster(tree: NativeTree, target: string, account: Account | undefined): Promise<void> {
  const parent = path.dirname(target);
  await sweep(parent);
  const making = path.join(parent, unique(MAKING));
  const data = path.join(making, 'data');
  const password = randomBytes(24).toString('base64url');
  const passwordFile = path.join(making, 'password');
  try {
    await mkdir(making, { mode: 0o700 });
    if (account !== undefined) await chown(making, account.uid, account.gid);
    await writePrivate(passwordFile, `${password}\n`, account);
    await initdb(tree, data, passwordFile, account);
    await writePrivate(path.join(data, SECRET), `${JSON.stringify({ password })}\n`, account);
    await syncFolder(data);
    await rename(data, target);
    await syncFolder(parent);
  } finally {
    await rm(making, { recursive: true, force: true });
  }
}

async function initdb(
  tree: NativeTree,
  data: string,
  passwordFile: string,
  account: Account | undefined,
): Promise<void> {
  const args = ['-D', data, '--encoding=UTF8', '--locale=C', '--auth=scram-sha-256', `--username=${SUPERUSER}`];
  const { ok, stderr, error } = await run(
    program(tree, 'initdb'),
    [...args, `--pwfile=${passwordFile}`, '--no-instructions'],
    account,
  );
  if (ok) return;
  throw new LocalPostgresError(
    'create-failed',
    `The local database could not be created: ${stderr || (error?.message ?? '')}`,
    {
      data: { data },
      remedy: `Clear what the message names (space, rights) and run the command again, or ${USE_ANOTHER}.`,
      cause: error,
    },
  );
}

async function sweep(parent: string): Promise<void> {
  const left = (await readdir(parent)).filter((name) => name.startsWith(MAKING));
  for (const name of left) {
    // An initdb whose starter was killed may still be writing there; what stays goes at the next creation.
    await rm(path.join(parent, name), { recursive: true, force: true, maxRetries: 2 }).catch(() => undefined);
  }
}

/**
 * Whether there is data at `target` that these programs can open.
 * @throws LocalPostgresError `other-major`
 */
export async function hasCluster(tree: NativeTree, target: string): Promise<boolean> {
  const major = await readFile(path.join(target, 'PG_VERSION'), 'utf8').catch((error: unknown) => {
    if (errorCode(error) === 'ENOENT') return undefined;
    throw error;
  });
  if (major === undefined) return false;
  if (major.trim() === majorOf(tree)) return true;
  throw new LocalPostgresError(
    'other-major',
    `${target} is of Postgres ${major.trim()}, the programs are of ${majorOf(tree)}.`,
    {
      data: { data: target, dataMajor: major.trim(), programs: tree.version },
      remedy: `Install the farelake version that made it and move the data by pg_dump, or ${USE_ANOTHER}.`,
    },
  );
}

/**
 * Sets right what copying a home does to its data and Postgres refuses: modes by umask, and, where root copied, files of
 * root's.
 */
export async function adopt(target: string, account: Account | undefined): Promise<void> {
  const { mode, uid } = await stat(target);
  if ((mode & 0o777) !== 0o700) await chmod(target, 0o700);
  if (account === undefined || uid !== 0) return;
  for (const name of await readdir(target, { recursive: true }))
    await chown(path.join(target, name), account.uid, account.gid);
  await chown(target, account.uid, account.gid);
}

/** The superuser's password of the data at `target`. */
export async function readPassword(target: string): Promise<string> {
  const file = path.join(target, SECRET);
  try {
    return (JSON.parse(await readFile(file, 'utf8')) as { password: string }).password;
  } catch (cause) {
    if (errorCode(cause) !== 'ENOENT') throw cause;
    throw new LocalPostgresError('secret-missing', `${file}, which holds the database's password, is gone.`, {
      data: { file },
      remedy: `Restore it as {"password": "…"}; server.json beside the log may still have the password. Or ${USE_ANOTHER}.`,
      cause,
    });
  }
}
