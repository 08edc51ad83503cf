import { realpath, stat } from 'node:fs/promises';
import { folderStore, type ObjectStore } from '@farelake/lake';
import { UsageError } from './output/problem.ts';

/** The store of a folder that a person named. @throws UsageError when there is no such folder */
export async function openFolder(folder: string): Promise<ObjectStore> {
  if (/^[a-z0-9]+:\/\//i.test(folder))
    throw new UsageError({
      code: 'no-such-store',
      problem: `${folder}: only folders of this machine can be read in this version.`,
      remedy: 'Name a folder.',
    });
  // The name of the folder itself is part of the objects' keys: a link counts by what it points at.
  const real = await realpath(folder).catch((error: unknown) => {
    if (['ENOENT', 'ENOTDIR'].includes((error as NodeJS.ErrnoException).code ?? '')) return undefined;
    throw error;
  });
  if (real === undefined || !(await stat(real)).isDirectory())
    throw new UsageError({
      code: 'no-such-folder',
      problem: `${folder}: there is no such folder.`,
      remedy: 'Name the folder that holds the delivered files.',
    });
  return folderStore(real);
}
