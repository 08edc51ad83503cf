/**
 * Where a home's data lies. Usually in the home. Where root's home is private, the server's account cannot enter it: the
 * data then lies in `<shared>/<uuid>/data`, `<home>/postgres/data` is a symbolic link to it, and `<shared>/<uuid>/owner.json`
 * names the home, so that a copied home (its link copied too) is not taken for the original.
 */
import { randomUUID } from 'node:crypto';
import { chmod, chown, lstat, mkdir, readFile, readlink, rm, symlink } from 'node:fs/promises';
import path from 'node:path';
import type { Account } from './account.ts';
import { run } from './command.ts';
import { LocalPostgresError, USE_ANOTHER, errorCode } from './errors.ts';
import { localPaths } from './paths.ts';
import type { LocalPaths } from './paths.ts';
import { syncFolder, unique, writePrivate } from './private-file.ts';

/** Where farelake keeps what its home cannot hold: data of private homes, programs of private repositories. */
export const SHARED = '/var/lib/farelake';

/** What a data folder in the making is called, beside its final place. */
export const MAKING = 'data.new-';

interface Owner {
  readonly home: string;
}

/**
 * The folder the home's data lies in, or is to lie in; undefined when the home has chosen none yet.
 * @throws LocalPostgresError `home-is-a-copy`, `data-missing`
 */
export async function placeOf(paths: LocalPaths): Promise<string | undefined> {
  try {
    const found = await lstat(paths.data);
    if (!found.isSymbolicLink()) return paths.data;
    const target = path.resolve(paths.folder, await readlink(paths.data));
    await checkOwner(paths, target);
    return target;
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return undefined;
    throw error;
  }
}

/** A refusal of the file system, told as what it means here; anything else as it came. */
export function noAccess(paths: LocalPaths, cause: unknown): unknown {
  if (cause instanceof LocalPostgresError || !['EACCES', 'EPERM', 'EROFS'].includes(errorCode(cause) ?? ''))
    return cause;
  return new LocalPostgresError('no-access', `This user may not work in ${paths.folder}.`, {
    data: { folder: paths.folder },
    remedy: `Run as the user who owns it, or set FARELAKE_HOME to a folder of your own, or ${USE_ANOTHER}.`,
    cause,
  });
}

/** Chooses, and records, the place of a home that has none: in the home where the server's account can work there. */
export async function choosePlace(paths: LocalPaths, account: Account | undefined): Promise<string> {
  if (account === undefined || (await canWorkIn(paths.folder, account))) return paths.data;
  const folder = path.join(SHARED, randomUUID());
  await mkdir(SHARED, { recursive: true });
  await chmod(SHARED, 0o755);
  await mkdir(folder, { mode: 0o700 });
  await chown(folder, account.uid, account.gid);
  await writeOwner(folder, paths);
  const target = path.join(folder, 'data');
  await symlink(target, paths.data);
  await syncFolder(paths.folder);
  return target;
}

/** Tried, not guessed: modes, access lists and mounts that refuse chown all show only in the doing. */
async function canWorkIn(folder: string, account: Account): Promise<boolean> {
  const trial = path.join(folder, unique(MAKING));
  try {
    await mkdir(trial, { mode: 0o700 });
    await chown(trial, account.uid, account.gid);
    const { ok } = await run('/bin/sh', ['-c', 'cd "$1" && : > trial', 'sh', trial], account);
    return ok;
  } catch (error) {
    if (['EACCES', 'EPERM', 'EINVAL', 'ENOTSUP'].includes(errorCode(error) ?? '')) return false;
    throw error;
  } finally {
    await rm(trial, { recursive: true, force: true });
  }
}

const ownerFile = (folder: string): string => path.join(folder, 'owner.json');

const writeOwner = (folder: string, { home }: LocalPaths): Promise<void> =>
  writePrivate(ownerFile(folder), `${JSON.stringify({ home } satisfies Owner)}\n`);

async function checkOwner(paths: LocalPaths, target: string): Promise<void> {
  const folder = path.dirname(target);
  const owner = await readOwner(folder);
  if (owner === undefined) return checkThere(paths, target);
  if (owner.home === paths.home) return;
  const theirs = await readlink(localPaths(owner.home).data).catch(() => undefined);
  // Nothing at the old place points here any more: the home was moved.
  if (theirs !== target) return writeOwner(folder, paths);
  throw new LocalPostgresError(
    'home-is-a-copy',
    `${paths.home} is a copy of ${owner.home}; the database belongs to the original.`,
    {
      data: { home: paths.home, original: owner.home },
      remedy: `Use the original, or remove ${paths.data} to begin with an empty database, or ${USE_ANOTHER}.`,
    },
  );
}

async function readOwner(folder: string): Promise<Owner | undefined> {
  try {
    return JSON.parse(await readFile(ownerFile(folder), 'utf8')) as Owner;
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return undefined;
    throw error;
  }
}

/** A link that somebody set by hand is as good as a folder; one that leads nowhere must not become an empty database. */
async function checkThere(paths: LocalPaths, target: string): Promise<void> {
  const there = await lstat(target).catch(() => undefined);
  if (there !== undefined) return;
  throw new LocalPostgresError('data-missing', `The database of ${paths.home} lay in ${target}, which is gone.`, {
    data: { home: paths.home, data: target },
    remedy:
      `Bring it back (a home copied from another machine has to bring it along), ` +
      `or remove ${paths.data} to begin with an empty database, or ${USE_ANOTHER}.`,
  });
}
