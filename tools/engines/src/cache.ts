/** What is installed once is kept in a folder of the user's. */
import { createHash } from 'node:crypto';
import { stat } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';

/** `FARELAKE_CACHE`, or the user's own cache folder. */
export const cacheFolder = (): string =>
  process.env['FARELAKE_CACHE'] ??
  path.join(process.env['XDG_CACHE_HOME'] ?? path.join(os.homedir(), '.cache'), 'farelake');

/** A part of a name that differs where what is installed does. */
export const idOf = (text: string): string => createHash('sha256').update(text).digest('hex').slice(0, 12);

export const exists = (file: string): Promise<boolean> =>
  stat(file).then(
    () => true,
    () => false,
  );
