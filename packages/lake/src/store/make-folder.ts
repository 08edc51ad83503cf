/**
 * Folders that a setting names, made where they are missing. One after the other, from the first that is missing: Node's
 * own recursive `mkdir` (nodejs/node, 20 to 24) never ends where a file system has no such name and lets none be made, as
 * below /proc.
 */
import { mkdir, stat } from 'node:fs/promises';
import path from 'node:path';
import { UserError } from '@farelake/schema-registry';

const codeOf = (error: unknown): string => (error as NodeJS.ErrnoException).code ?? '';

/** What is there stands in the way, or forbids it: the same tomorrow, unless somebody changes it. */
const FOR_GOOD = ['ENOENT', 'ENOTDIR', 'EEXIST', 'EACCES', 'EPERM', 'EROFS', 'ENOTSUP', 'ENAMETOOLONG', 'ELOOP'];

/**
 * @param setting environment variable that names the place
 * @throws UserError `folder-not-made`
 */
export async function makeFolder(folder: string, setting?: string): Promise<void> {
  const wanted = path.resolve(folder);
  try {
    await make(wanted);
  } catch (cause) {
    if (!Error.isError(cause) || !FOR_GOOD.includes(codeOf(cause))) throw cause;
    throw new UserError({
      code: 'folder-not-made',
      problem: `${setting === undefined ? '' : `${setting}: `}${wanted} is no folder and cannot be made one (${codeOf(cause)}).`,
      remedy: `Set ${setting ?? 'it'} to a folder that is there, or that this user may make.`,
      data: { folder: wanted, ...(setting === undefined ? {} : { setting }) },
      cause,
    });
  }
}

async function make(folder: string): Promise<void> {
  const missing = await tryOne(folder);
  if (missing === undefined) return;
  const parent = path.dirname(folder);
  if (parent === folder) throw missing;
  await make(parent);
  const still = await tryOne(folder);
  if (still !== undefined) throw still;
}

/** @returns the error when what it would lie in is missing, or the file system lets nothing be made there */
async function tryOne(folder: string): Promise<Error | undefined> {
  try {
    await mkdir(folder);
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return error as Error;
    // It is there already, or another process was faster. Read-only places say so first, also of what is there.
    if (!(await isFolder(folder))) throw error;
  }
  return undefined;
}

const isFolder = async (folder: string): Promise<boolean> =>
  (await stat(folder).catch(() => undefined))?.isDirectory() === true;
