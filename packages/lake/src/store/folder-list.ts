/** What lies in a folder, at any depth. Links are not followed: what they point at may lie anywhere, or in a circle. */
import type { Dirent } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import path from 'node:path';
import type { SkippedEntry, StoredObject } from './object-store.ts';

type OnSkipped = (skipped: SkippedEntry) => void;

export async function* walk(
  root: string,
  below: string,
  onSkipped: OnSkipped,
  startingWith = '',
): AsyncGenerator<StoredObject> {
  const read = readdir(path.join(root, below), { withFileTypes: true });
  // The store itself is what was asked for: without it there is no list to go on with.
  const entries = (await (below === '' ? ifThere(read) : ifReadable(read, below, onSkipped))) ?? [];
  for (const entry of entries.sort((a, b) => (a.name < b.name ? -1 : 1))) {
    const inside = below === '' ? entry.name : `${below}/${entry.name}`;
    // A folder may be the beginning of what is asked for.
    if (!inside.startsWith(startingWith) && !(entry.isDirectory() && startingWith.startsWith(`${inside}/`))) continue;
    if (entry.isDirectory()) yield* walk(root, inside, onSkipped, startingWith);
    else if (entry.isSymbolicLink())
      onSkipped({ path: inside, reason: 'a link; links are not followed: name the folder it points at' });
    else if (entry.isFile() && !UNFINISHED.test(entry.name)) {
      const found = await ifReadable(stat(path.join(root, inside)), inside, onSkipped);
      if (found !== undefined) yield { path: inside, size: found.size };
    } else if (!entry.isFile()) onSkipped({ path: inside, reason: `${kindOf(entry)}, and no file`, special: true });
  }
}

function kindOf(entry: Dirent): string {
  if (entry.isFIFO()) return 'a named pipe';
  return entry.isSocket() ? 'a socket' : 'a device';
}

/** Name of a file that is still being written. */
const UNFINISHED = /^[.].*[.]part$/;

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
