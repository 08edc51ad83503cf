import { realpath, stat } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { folderStore, openStore, schemeOf, type ObjectStore } from '@farelake/lake';
import { UserError } from '@farelake/schema-registry';
import { UsageError } from './output/problem.ts';

/** The store of a zone, as the environment has it: a folder that need not be there yet, or `s3://bucket/prefix`. */
export const openZone = (place: string, setting: string): ObjectStore =>
  schemeOf(place) === undefined ? folderStore(place, { setting }) : openStore(place);

/**
 * The store of a folder or `s3://bucket/prefix` that a person named.
 * @throws UsageError when there is no such folder, or the name is that of no store
 */
export async function openFolder(place: string): Promise<ObjectStore> {
  const scheme = schemeOf(place);
  if (scheme !== undefined && scheme !== 'file' && place.includes('://')) return openBucket(place);
  const folder = scheme === 'file' ? localFolder(place) : place;
  // The name of the folder itself is part of the objects' keys: a link counts by what it points at.
  const real = await realpath(folder).catch((error: unknown) => {
    if (['ENOENT', 'ENOTDIR'].includes((error as NodeJS.ErrnoException).code ?? '')) return undefined;
    throw error;
  });
  if (real === undefined || !(await stat(real)).isDirectory())
    throw new UsageError({
      code: 'no-such-folder',
      problem: `${folder}: there is no such folder.`,
      remedy: 'Name the folder that holds the delivered files, or s3://bucket/prefix.',
    });
  return folderStore(real);
}

function openBucket(place: string): ObjectStore {
  try {
    return openStore(place);
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    throw noSuchStore(error.problem);
  }
}

function localFolder(uri: string): string {
  try {
    return fileURLToPath(uri);
  } catch {
    throw noSuchStore('The file: address names no folder of this machine.');
  }
}

const noSuchStore = (problem: string): UsageError =>
  new UsageError({ code: 'no-such-store', problem, remedy: 'Name a folder, or s3://bucket/prefix.' });
