/** Copies of accepted objects that lie in the archive already: what was delivered may be gone from where it came. */
import { noteCopies, unarchivedObjects, type Queryable } from '@farelake/db';
import { archivePath } from '../archive/archive-path.ts';
import type { Workspace } from '../workspace.ts';

/** Asked of the store at once. */
const AT_ONCE = 16;

/** By name and size; that they are whole was proven when they were made, and `audit --content` proves it again. */
export async function findCopies(
  { archive, signal }: Pick<Workspace, 'archive' | 'signal'>,
  db: Queryable,
  dataset: string,
): Promise<void> {
  const objects = await unarchivedObjects(db, dataset);
  for (let from = 0; from < objects.length; from += AT_ONCE) {
    signal.throwIfAborted();
    const copies = await Promise.all(
      objects.slice(from, from + AT_ONCE).map(async ({ id, objectKey, contentHash, size }) => {
        const path = archivePath(objectKey, contentHash);
        return (await archive.stat(path))?.size === size ? [{ id, uri: archive.uriOf(path) }] : [];
      }),
    );
    await noteCopies(db, copies.flat());
  }
}
