import { createReadStream } from 'node:fs';
import { lstat, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import { pipeline, Readable, type Transform } from 'node:stream';
import { pathToFileURL } from 'node:url';
import { walk } from './folder-list.ts';
import { moveWhole, putWhole, type FolderOptions } from './folder-write.ts';
import type { ObjectStore, ReadOptions } from './object-store.ts';
import { exactly, hashed } from './proof.ts';
import { objectGone } from './store-errors.ts';

/** A store that is a folder of this machine. The folder need not exist before the first file comes. */
export function folderStore(folder: string, named: FolderOptions = {}): ObjectStore {
  const root = path.resolve(folder);
  const local = (inside: string) => insideOf(root, inside);
  return {
    uri: pathToFileURL(root).href,
    list: (onSkipped = () => undefined, startingWith = '') => walk(root, '', onSkipped, startingWith),
    stat: async (inside) => {
      const found = await lstat(local(inside)).catch((error: unknown) => {
        // Also below what is itself a file, there is none.
        if (['ENOENT', 'ENOTDIR'].includes((error as NodeJS.ErrnoException).code ?? '')) return undefined;
        throw error;
      });
      return found?.isFile() === true ? { path: inside, size: found.size } : undefined;
    },
    read: async (inside, options = {}) => {
      const file = local(inside);
      const found = await lstat(file).catch((cause: unknown) => {
        throw objectGone(inside, root, cause);
      });
      if (!found.isFile()) throw objectGone(inside, root);
      return openFile(file, inside, found.size, options);
    },
    put: async (source, inside, options = {}) => ({
      path: inside,
      ...(await putWhole(source, local(inside), { ...options, ...named })),
    }),
    adopt: async (file, inside) => {
      const sha256 = await moveWhole(file, local(inside), named);
      return { path: inside, size: (await stat(local(inside))).size, sha256 };
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

const CHUNK = 1 << 20;

/** Only the whole content has a known hash: of a tagged file all is read, whatever range is asked for. */
function openFile(file: string, inside: string, size: number, { range, tag, signal }: ReadOptions): Readable {
  const stop = signal === undefined ? {} : { signal };
  if (tag !== undefined) return through(createReadStream(file, { highWaterMark: CHUNK, ...stop }), hashed(tag, range));
  const first = range?.first ?? 0;
  const last = Math.min(range?.last ?? Infinity, size - 1);
  // The system takes no empty range: the last byte is included.
  if (last < first) return Readable.from([], { objectMode: false });
  const source = createReadStream(file, { highWaterMark: CHUNK, start: first, end: last, ...stop });
  return through(source, exactly(last - first + 1, inside));
}

/** The second stream's end and errors are those of both; destroyed, it destroys the first. */
const through = (source: Readable, proof: Transform): Readable => pipeline(source, proof, () => undefined);
