/** Metadata files in a folder. */
import { mkdirSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { FileIo } from '../../src/index.ts';

/**
 * @param location what paths begin with; what follows lies in the folder
 * Nothing is overwritten: a name given twice is a fault.
 */
export function folderIo(location: string, folder: string): FileIo {
  const place = (file: string) => {
    if (!file.startsWith(`${location}/`)) throw new Error(`not below ${location}: ${file}`);
    return path.join(folder, file.slice(location.length));
  };
  return {
    read: (file) => readFile(place(file)),
    write: async (file, bytes) => {
      mkdirSync(path.dirname(place(file)), { recursive: true });
      await writeFile(place(file), bytes, { flag: 'wx' });
    },
  };
}
