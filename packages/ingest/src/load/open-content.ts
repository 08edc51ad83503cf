/** The content of an object, from wherever it still lies. */
import type { Readable } from 'node:stream';
import { finished } from 'node:stream/promises';
import type { Load } from '@farelake/db';
import { locate, openStore, schemeOf, type ReadOptions } from '@farelake/lake';
import { UserError } from '@farelake/schema-registry';
import type { Workspace } from '../workspace.ts';

export type Content = Pick<Load, 'storeUri' | 'path' | 'contentHash' | 'size' | 'archivedUri' | 'refusedUri'>;

/** The object where it was found; when it is there no more, its copy in the archive, then the one in the error zone. */
export async function openContent(load: Content, { signal }: Pick<Workspace, 'signal'>): Promise<Readable> {
  const copies = [load.archivedUri, load.refusedUri].filter((uri) => uri !== null);
  const original = () => openStore(load.storeUri).read(load.path, { tag: load.contentHash, signal });
  try {
    // A folder tells only at the end of a file that it is another one by now, as names of snapshot files come again.
    if (copies.length > 0 && schemeOf(load.storeUri) === 'file') await finished((await original()).resume());
    return await original();
  } catch (error) {
    if (!isElsewhere(error)) throw error;
    for (const uri of copies) {
      const copy = await openCopy(uri, load, signal);
      if (copy !== undefined) return copy;
    }
    throw error;
  }
}

const isElsewhere = (error: unknown): boolean =>
  error instanceof UserError && (error.code === 'object-gone' || error.code === 'content-changed');

/** Undefined: there is none, or it is not the content meant. */
async function openCopy(uri: string, load: Content, signal: AbortSignal): Promise<Readable | undefined> {
  const { store, path } = locate(uri);
  const found = await store.stat(path);
  if (found?.size !== load.size) return undefined;
  try {
    return await store.read(path, { ...tagOf(uri, load), signal });
  } catch (error) {
    if (isElsewhere(error)) return undefined;
    throw error;
  }
}

/**
 * A copy was read back when it was made, and its name ends in the content's tag. It is checked again where the store that
 * holds it has the same kind of tag; an ETag of another bucket says nothing.
 */
const tagOf = (uri: string, { contentHash, storeUri }: Content): Pick<ReadOptions, 'tag'> =>
  schemeOf(uri) === 'file' && schemeOf(storeUri) === 'file' ? { tag: contentHash } : {};
