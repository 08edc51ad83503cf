import { createReadStream } from 'node:fs';
import { copyFile, lstat, mkdir, open, readdir, rename, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { UserError } from '@farelake/schema-registry';
import type { ObjectStore, SkippedEntry, StoredObject } from './object-store.ts';

/** A store that is a folder of this machine. The folder need not exist before the first file comes. */
export function folderStore(folder: string): ObjectStore {
  const root = path.resolve(folder);
  const local = (inside: string) => insideOf(root, inside);
  return {
    uri: pathToFileURL(root).href,
    list: (onSkipped = () => undefined) => walk(root, '', onSkipped),
    read: async (inside) => {
      const file = local(inside);
      const found = await lstat(file).catch((cause: unknown) => refuse(inside, root, cause));
      if (!found.isFile()) refuse(inside, root);
      return createReadStream(file, { highWaterMark: 1 << 20 });
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
  // Compared by path, not by text: the root `/` ends in a separator already.
  const relative = path.relative(root, resolved);
  if (relative === '' || relative.split(path.sep)[0] === '..')
    throw new Error(`path leaves the store: ${JSON.stringify(inside)}`);
  return resolved;
}

function refuse(inside: string, root: string, cause?: unknown): never {
  throw new UserError({
    code: 'object-gone',
    problem: `${inside} cannot be read in ${root}.`,
    remedy: 'Deliver it again, or name the folder that holds it.',
    ...(cause === undefined ? {} : { cause }),
  });
}

type OnSkipped = (skipped: SkippedEntry) => void;

/** Links are not followed: what they point at may lie anywhere, or in a circle. */
async function* walk(root: string, below: string, onSkipped: OnSkipped): AsyncGenerator<StoredObject> {
  const read = readdir(path.join(root, below), { withFileTypes: true });
  // The store itself is what was asked for: without it there is no list to go on with.
  const entries = (await (below === '' ? ifThere(read) : ifReadable(read, below, onSkipped))) ?? [];
  for (const entry of entries.sort((a, b) => (a.name < b.name ? -1 : 1))) {
    const inside = below === '' ? entry.name : `${below}/${entry.name}`;
    if (entry.isDirectory()) yield* walk(root, inside, onSkipped);
    else if (entry.isSymbolicLink())
      onSkipped({ path: inside, reason: 'a link; links are not followed: name the folder it points at' });
    else if (entry.isFile() && !UNFINISHED.test(entry.name)) {
      const found = await ifReadable(stat(path.join(root, inside)), inside, onSkipped);
      if (found !== undefined) yield { path: inside, size: found.size };
    }
  }
}

const codeOf = (error: unknown): string | undefined => (error as NodeJS.ErrnoException).code;

/** Undefined for what is not there; every other trouble is one. */
const ifThere = <T>(looked: Promise<T>): Promise<T | undefined> =>
  looked.catch((error: unknown) => {
    if (codeOf(error) === 'ENOENT') return undefined;
    throw error;
  });

/** Undefined for what is gone, and for what the system refuses to show, which is told. */
const ifReadable = <T>(looked: Promise<T>, inside: string, onSkipped: OnSkipped): Promise<T | undefined> =>
  ifThere(looked).catch((error: unknown) => {
    const code = codeOf(error);
    if (code === undefined) throw error;
    onSkipped({ path: inside, reason: `cannot be read (${code})` });
    return undefined;
  });

/** Name of a file that is still being copied in. */
const UNFINISHED = /^[.].*[.]part$/;
const unfinished = (target: string): string => path.join(path.dirname(target), `.${path.basename(target)}.part`);

/** After a crash the target is there whole or not at all: written beside it, synced, renamed. */
async function moveWhole(file: string, target: string): Promise<void> {
  await mkdir(path.dirname(target), { recursive: true });
  await sync(file);
  try {
    await rename(file, target);
  } catch (error) {
    if (codeOf(error) !== 'EXDEV') throw error;
    // Another file system: a copy is not atomic, the rename after it is.
    const beside = unfinished(target);
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
