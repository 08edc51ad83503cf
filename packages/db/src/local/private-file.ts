import { randomBytes } from 'node:crypto';
import { chown, open, rename, stat } from 'node:fs/promises';
import path from 'node:path';
import type { Account } from './account.ts';

/** A name nobody else takes. */
export const unique = (prefix: string): string => `${prefix}${randomBytes(6).toString('hex')}`;

/** Writes a file of mode 0600, whole or not at all, on disk when this returns; belongs to `owner` where given. */
export async function writePrivate(file: string, text: string, owner?: Account): Promise<void> {
  const temporary = unique(`${file}.`);
  const handle = await open(temporary, 'wx', 0o600);
  try {
    await handle.writeFile(text);
    if (owner !== undefined) await handle.chown(owner.uid, owner.gid);
    await handle.sync();
  } finally {
    await handle.close();
  }
  await rename(temporary, file);
}

/** Makes a rename or a new entry in `folder` last beyond a power cut. */
export async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** What root makes in another user's home belongs to that user, or the user's next command could not open it. */
export async function giveToOwnerOf(folder: string, file: string): Promise<void> {
  if (process.getuid?.() !== 0) return;
  const { uid, gid } = await stat(folder);
  await chown(path.resolve(folder, file), uid, gid);
}
