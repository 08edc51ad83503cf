/**
 * Generations: one snapshot and every change file that reaches it (docs/generations.md).
 *
 * Told apart by when they were written (group-by-time.ts), not by file names, which every snapshot uses anew. Assumed: the
 * files of one snapshot have times, or none of them has; no snapshot begins before the one before it ends. Computed from all
 * objects each time; times decide, and the order of arrival only where there are none (group-by-arrival.ts).
 */
import type { FilePlace } from './file-order.ts';
import { compactInstant, type Instant } from './instant.ts';
import type { SnapshotKey } from './object-key.ts';

export interface SnapshotFile extends FilePlace {
  readonly loadId: number;
  readonly object: SnapshotKey;
  /** Order of arrival among all files. */
  readonly arrival: number;
  /** Its content never got anywhere, and not for want of something else: it failed, or does not agree with its .dfm. */
  readonly spoiled: boolean;
  /** When it was written to its end; null: not known. */
  readonly end?: Instant | null;
  /** The generation it was last known to be of; null: none yet. */
  readonly recorded?: string | null;
}

export interface Generation<File extends SnapshotFile = SnapshotFile> {
  /** Its start in compact form, or `g0001` where the files have no times; names the folder of its files. */
  readonly name: string;
  readonly start: Instant | null;
  /** In file order. */
  readonly files: readonly File[];
  /** Spoiled, and delivered again since with other content under the same name. */
  readonly superseded: readonly File[];
}

/** A snapshot is written by parallel load, all of its files in segments, or not at all. */
export const isSameKind = (a: SnapshotFile, b: SnapshotFile): boolean =>
  (a.object.segment === null) === (b.object.segment === null);

/** Earliest time of any of the files; null: none has one. */
export const startOf = (files: readonly SnapshotFile[]): Instant | null =>
  files.reduce<Instant | null>(
    (start, { time }) => (time !== null && (start === null || time < start) ? time : start),
    null,
  );

/** @param taken names that are others' */
export function nameOf(start: Instant | null, taken: ReadonlySet<string>): string {
  const base = start === null ? undefined : compactInstant(start);
  if (base !== undefined && !taken.has(base)) return base;
  for (let n = base === undefined ? 1 : 2; ; n += 1) {
    const name = base === undefined ? `g${String(n).padStart(4, '0')}` : `${base}-${n}`;
    if (!taken.has(name)) return name;
  }
}

/** Places that are missing for the counters to be contiguous from 1 in each segment, as file stems. */
export function missingPlaces(files: readonly SnapshotFile[]): { segment: number | null; counter: number }[] {
  const segments = new Map<number | null, Set<number>>();
  for (const { object } of files)
    segments.set(object.segment, (segments.get(object.segment) ?? new Set()).add(object.counter));
  return [...segments].flatMap(([segment, counters]) => {
    const missing: { segment: number | null; counter: number }[] = [];
    const highest = [...counters].reduce((a, b) => Math.max(a, b));
    // Bounded: a single stray LOADFFFFFFFF must not make a list of four billion names.
    for (let counter = 1; counter < highest && missing.length < 20; counter += 1)
      if (!counters.has(counter)) missing.push({ segment, counter });
    return missing;
  });
}

/**
 * Does a change file belong to the generation that starts at `start`? Over-inclusion converges, under-inclusion loses:
 * what has no time belongs to it.
 */
export function reaches(start: Instant | null, end: Instant | null, lastTransaction: Instant | null): boolean {
  if (start === null || (end === null && lastTransaction === null)) return true;
  return (end !== null && end >= start) || (lastTransaction !== null && lastTransaction >= start);
}
