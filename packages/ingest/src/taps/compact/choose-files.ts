/**
 * Which small files of a closed service date are merged. Pure.
 *
 * A file is taken with all that are smaller than it where these have together at least half as many bytes as it: by each merge the
 * bytes that a row is stored with become at least half as many again, so that a row is written again only as often as its first
 * file has to grow by half to be large (12 times from a megabyte), whatever comes late. What is left beside is at least three
 * times as large, one after the other, so that there are few of them.
 */

/** About so large are the files that a merge makes. */
const TARGET = { bytes: 128 * 1024 * 1024, rows: 2_000_000 };

/**
 * What is half as large stays as it is. A merge that has more rows than one file makes files of more than half the target, as far
 * as rows take as many bytes as before, and so ends.
 */
export const SMALL = { size: TARGET.bytes / 2, rows: TARGET.rows / 2 };

/** Merged at once: what has to fit into the scratch folder, and be done again if the process dies. */
const MOST = { bytes: 4 * TARGET.bytes, rows: 4 * TARGET.rows, files: 4000 };

export interface Sized {
  /** Bytes. */
  readonly size: number;
  readonly rows: number;
}

/** @param files small ones that may be merged with each other @returns two or more; none: it is not worth while */
export function chooseFiles<File extends Sized>(files: readonly File[]): File[] {
  const sorted = files.toSorted((a, b) => a.size - b.size || a.rows - b.rows);
  const sum = { bytes: 0, rows: 0 };
  let chosen = 0;
  for (const [place, { size, rows }] of sorted.entries()) {
    if (place >= MOST.files || sum.bytes + size > MOST.bytes || sum.rows + rows > MOST.rows) break;
    if (place > 0 && size <= 2 * sum.bytes) chosen = place + 1;
    sum.bytes += size;
    sum.rows += rows;
  }
  return sorted.slice(0, chosen);
}

/** How many files become of them. */
export function fileCount(files: readonly Sized[]): number {
  const { bytes, rows } = sumOf(files);
  return Math.max(1, Math.ceil(bytes / TARGET.bytes), Math.ceil(rows / TARGET.rows));
}

export const sumOf = (files: readonly Sized[]): { readonly bytes: number; readonly rows: number } => ({
  bytes: files.reduce((sum, { size }) => sum + size, 0),
  rows: files.reduce((sum, { rows }) => sum + rows, 0),
});
