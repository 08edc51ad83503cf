/** Room in the scratch folder for files that come from elsewhere: none is begun, or gone on with, that there is no room for. */
import { statfs } from 'node:fs/promises';
import { UserError } from '@farelake/schema-registry';

/** Share of the free disk that may be taken: the engine spills and writes beside it. */
export const SHARE = 0.9;

/** Free bytes of the folder's disk. */
export async function freeOn(folder: string): Promise<number> {
  const { bavail, bsize } = await statfs(folder);
  return bavail * bsize;
}

/** Files that grow side by side in a folder, and how large each will be as far as that is known. */
export class Room {
  readonly #folder: string;
  readonly #limit: number;
  readonly #files = new Map<string, { readonly claimed: number; readonly written: number }>();

  /** @param limit bytes of one file; those of all have to find room on the disk */
  constructor(folder: string, limit = Infinity) {
    this.#folder = folder;
    this.#limit = limit;
  }

  /**
   * To be asked before each piece is written.
   * @param written bytes of the file with this piece
   * @param whole bytes of the file in the end; undefined: nobody knows
   * @throws UserError `scratch-full`
   */
  async claim(file: string, written: number, whole: number | undefined): Promise<void> {
    const claimed = Math.max(written, whole ?? 0);
    const isNew = claimed > (this.#files.get(file)?.claimed ?? -1);
    this.#files.set(file, { claimed, written });
    if (!isNew) return;
    if (claimed > this.#limit) throw scratchFull(claimed, this.#limit, 'limit');
    const room = (await freeOn(this.#folder)) * SHARE - this.#missing(file);
    if (claimed - written > room) throw scratchFull(claimed, room + written, 'disk');
  }

  /** The file is there, or is no more. */
  release(file: string): void {
    this.#files.delete(file);
  }

  /** Bytes that the other files still need. */
  #missing(file: string): number {
    const others = [...this.#files].filter(([name]) => name !== file);
    return others.reduce((sum, [, { claimed, written }]) => sum + claimed - written, 0);
  }
}

/**
 * @param by what keeps the room small: the disk, or what was set
 * @param otherwise what else may be done, as an end of a sentence
 */
export const scratchFull = (needed: number, room: number, by: 'disk' | 'limit', otherwise = ''): UserError =>
  new UserError({
    code: 'scratch-full',
    problem: `${bytes(needed)} have to be fetched, and the scratch folder has room for ${bytes(Math.max(room, 0))}.`,
    remedy: `${by === 'disk' ? 'Free space, or set FARELAKE_HOME to a folder of a larger disk' : 'Set FARELAKE_SCRATCH_LIMIT higher'}${otherwise}.`,
    data: { needed, room },
  });

const UNITS = ['bytes', 'kB', 'MB', 'GB', 'TB'];

/** `1.2 GB` */
function bytes(count: number): string {
  const power = Math.min(Math.floor(Math.log10(Math.max(count, 1)) / 3), UNITS.length - 1);
  const value = count / 1000 ** power;
  return `${power === 0 ? Math.floor(value) : value.toFixed(1)} ${UNITS[power] ?? ''}`;
}
