/** The order of a table's files: the last part of the order of events (rule 1 of the fold). */
import { LOWEST_INSTANT, type Instant } from './instant.ts';

export interface FilePlace {
  /** Change file: the time in its name. Snapshot file: `startWriteTimestamp`, null where it has none. */
  readonly time: Instant | null;
  readonly key: string;
  readonly contentHash: string;
}

/** Negative when `a` comes first: by time, then object key, then content. */
export const compareFiles = (a: FilePlace, b: FilePlace): number =>
  compareText(a.time ?? LOWEST_INSTANT, b.time ?? LOWEST_INSTANT) ||
  compareText(a.key, b.key) ||
  compareText(a.contentHash, b.contentHash);

// By code unit: keys are compared the same way wherever this runs, whatever the locale.
const compareText = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

/** The files with their rank, 1 and up. */
export const rankFiles = <File extends FilePlace>(files: readonly File[]): { file: File; rank: number }[] =>
  files.toSorted(compareFiles).map((file, index) => ({ file, rank: index + 1 }));
