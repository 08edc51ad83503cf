import { createReadStream } from 'node:fs';
import { copyFile, mkdir, open, readdir, rename, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { UserError } from '@farelake/schema-registry';
import type { ObjectStore, StoredObject } from './object-store.ts';

/** A store that is a folder of this machine. The folder need not exist before the first file comes. */
export function folderStore(folder: string): ObjectStore {
  const root = path.resolve(folder);
  const local = (inside: string) => insideOf(root, inside);
  return {
    uri: pathToFileURL(root).href,
    list: () => walk(root, ''),
    read: async (inside) => {
      await stat(local(inside)).catch((cause: unknown) => refuse(inside, root, cause));
      return createReadStream(local(inside), { highWaterMark: 1 << 20 });
    },
    adopt: async (file, inside) => {
      await moveWhole(file, local(inside));
      return { path: inside, size: (await stat(local(inside))).size };
    },
    remove: (inside) => rm(local(inside), { force: true }),
    uriOf: (inside) => pathToFileURL(local(inside)).href,
  };
}

function insideOf(root: string, inside: string): string {
  const resolved = path.resolve(root, inside);
  if (!resolved.startsWith(root + path.sep)) throw new Error(`path leaves the store: ${JSON.stringify(inside)}`);
  return resolved;
}

function refuse(inside: string, root: string, cause: unknown): never {
  throw new UserError({
    code: 'object-gone',
    problem: `${inside} cannot be read in ${root}.`,
    remedy: 'Deliver it again, or name the folder that holds it.',
    cause,
  });
}

/** Links are not followed: what they point at may lie anywhere, or in a circle. */
async function* walk(root: string, below: string): AsyncGenerator<StoredObject> {
  const entries = await readdir(path.join(root, below), { withFileTypes: true });
  for (const entry of entries.sort((a, b) => (a.name < b.name ? -1 : 1))) {
    const inside = below === '' ? entry.name : `${below}/${entry.name}`;
    if (entry.isDirectory()) yield* walk(root, inside);
    else if (entry.isFile()) yield { path: inside, size: (await stat(path.join(root, inside))).size };
  }
}

/** After a crash the target is there whole or not at all: written beside it, synced, renamed. */
async function moveWhole(file: string, target: string): Promise<void> {
  await mkdir(path.dirname(target), { recursive: true });
  await sync(file);
  try {
    await rename(file, target);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EXDEV') throw error;
    // Another file system: a copy is not atomic, the rename after it is.
    const beside = `${target}.part`;
    await copyFile(file, beside);
    await sync(beside);
    await rename(beside, target);
    await rm(file);
  }
  await sync(path.dirname(target));
}

async function sync(target: string): Promise<void> {
  const handle = await open(target, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
