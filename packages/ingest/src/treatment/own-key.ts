/**
 * The key of keyed hashes of a home that nobody gave one: made at random when it is needed for the first time, and kept beside
 * the tables that it is for. Whoever loses it has lost the tables with it.
 */
import { randomBytes, randomUUID } from 'node:crypto';
import { link, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';

/** Only its owner may read it. */
const PRIVATE = 0o600;

/** @returns the text of the file, as it is given in `FARELAKE_HMAC_KEY`; of two processes that make it at once both get the same */
export async function ownKey(file: string): Promise<Uint8Array> {
  const present = await readIfThere(file);
  if (present !== undefined) return present;
  await mkdir(path.dirname(file), { recursive: true });
  // Whole or not at all, and never over another one: a link is refused where its name is taken.
  const unfinished = `${file}.${randomUUID()}`;
  try {
    await writeFile(unfinished, randomBytes(32).toString('hex'), { mode: PRIVATE, flag: 'wx', flush: true });
    await link(unfinished, file).catch((error: unknown) => {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    });
  } finally {
    await rm(unfinished, { force: true });
  }
  return readFile(file);
}

const readIfThere = (file: string): Promise<Uint8Array | undefined> =>
  readFile(file).catch((error: unknown) => {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  });
