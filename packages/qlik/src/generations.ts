/**
 * Generations: one snapshot and every change file that reaches it (docs/fold.md).
 *
 * Told apart by when they were written, not by file names, which every snapshot uses anew. Assumed: the files of one
 * snapshot have times, or none of them has. Computed from all objects each time; times decide, and the order of arrival
 * only where there are none and for which snapshot was shown first.
 */
import { compareFiles, type FilePlace } from './file-order.ts';
import { compactInstant, type Instant } from './instant.ts';
import { snapshotPlace, type SnapshotKey } from './object-key.ts';

export interface SnapshotFile extends FilePlace {
  readonly loadId: number;
  readonly object: SnapshotKey;
  /** Order of arrival among all files. */
  readonly arrival: number;
  /** Its content never got anywhere, and not for want of something else: it failed, or does not agree with its .dfm. */
  readonly spoiled: boolean;
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

/** All generations of a table, the oldest first. */
export function generationsOf<File extends SnapshotFile>(files: readonly File[]): Generation<File>[] {
  const timed = groups(files.filter((file) => file.time !== null).sort(byTime));
  const untimed = groups(files.filter((file) => file.time === null).sort(byArrival));
  // Without times only arrival can tell: what came before every timed snapshot is the first, the rest comes last.
  const [first, ...later] = untimed;
  const firstIsOldest = first !== undefined && arrivalOf(first) < least(timed.map(arrivalOf));
  const ordered = firstIsOldest ? [first, ...timed, ...later] : [...timed, ...untimed];
  return ordered.map((group, index) => generation(group, index + 1));
}

interface Group<File> {
  readonly files: Map<string, File>;
  readonly superseded: File[];
}

const byTime = (a: SnapshotFile, b: SnapshotFile): number =>
  compareFiles({ ...a, key: '', contentHash: '' }, { ...b, key: '', contentHash: '' }) || byArrival(a, b);
const byArrival = (a: SnapshotFile, b: SnapshotFile): number => a.arrival - b.arrival;
const arrivalOf = (group: Group<SnapshotFile>): number =>
  least([...group.files.values(), ...group.superseded].map((file) => file.arrival));

/** Not `Math.min(...)`: a snapshot may well have more files than a call may have arguments. */
const least = (numbers: readonly number[]): number => numbers.reduce((a, b) => Math.min(a, b), Infinity);

/** In the order given: a place that is taken begins the next group. */
function groups<File extends SnapshotFile>(files: readonly File[]): Group<File>[] {
  const all: Group<File>[] = [];
  const rivals: Group<File>[] = [];
  for (const file of files) {
    const place = snapshotPlace(file.object);
    const current = all.at(-1);
    const holder = current?.files.get(place);
    const group: Group<File> = { files: new Map([[place, file]]), superseded: [] };
    if (current === undefined) all.push(group);
    else if (holder === undefined) current.files.set(place, file);
    // Two contents of one file of one snapshot: what follows belongs to the snapshot, not to the second content.
    else if (file.time !== null && file.time === holder.time) setBeside(file, place, current, rivals);
    else all.push(group);
  }
  return [...mergeRedelivered(all), ...rivals];
}

function setBeside<File extends SnapshotFile>(file: File, place: string, current: Group<File>, rivals: Group<File>[]) {
  const holder = current.files.get(place);
  if (holder?.spoiled === true) {
    current.superseded.push(holder);
    current.files.set(place, file);
  } else rivals.push({ files: new Map([[place, file]]), superseded: [] });
}

/** A group that takes only places whose content never got anywhere is that snapshot, delivered again where it failed. */
function mergeRedelivered<File extends SnapshotFile>(all: readonly Group<File>[]): Group<File>[] {
  const merged: Group<File>[] = [];
  for (const group of all) {
    const before = merged.at(-1);
    const replaced = [...group.files.keys()].flatMap((place) => before?.files.get(place) ?? []);
    if (before !== undefined && replaced.every((file) => file.spoiled)) {
      before.superseded.push(...replaced, ...group.superseded);
      for (const [place, file] of group.files) before.files.set(place, file);
    } else merged.push(group);
  }
  return merged;
}

function generation<File extends SnapshotFile>(group: Group<File>, ordinal: number): Generation<File> {
  const files = [...group.files.values()].sort(compareFiles);
  // Also of what failed and was delivered again: to begin too early converges, to begin too late loses changes.
  const start = [...files, ...group.superseded].sort(compareFiles)[0]?.time ?? null;
  const name = start === null ? `g${String(ordinal).padStart(4, '0')}` : compactInstant(start);
  return { name, start, files, superseded: group.superseded };
}

export interface Arranged<File extends SnapshotFile> {
  /** The one that the table shows, or is to show first; undefined: no snapshot has come. */
  readonly chosen: Generation<File> | undefined;
  /** Older than it, and never shown. */
  readonly earlier: readonly Generation<File>[];
  readonly later: readonly Generation<File>[];
}

/** Nothing is shown yet: the first snapshot of which no file is spoiled, because a spoiled one may never become whole. */
export function arrangeFirst<File extends SnapshotFile>(files: readonly File[]): Arranged<File> {
  const all = generationsOf(files);
  const whole = all.findIndex((one) => !one.files.some((file) => file.spoiled));
  const place = Math.max(0, whole);
  return { chosen: all[place], earlier: all.slice(0, place), later: all.slice(place + 1) };
}

/**
 * A table is shown: the files it was first shown with stay together whatever comes. Another group of files joins them when it
 * takes only free places and, in each segment, files still begin in the order of their counters; else it is another snapshot.
 * @param core the files that the table was first shown with
 */
export function arrangeAround<File extends SnapshotFile>(
  core: readonly File[],
  others: readonly File[],
): Arranged<File> {
  let chosen = generation(
    { files: new Map(core.map((file) => [snapshotPlace(file.object), file])), superseded: [] },
    1,
  );
  const apart: Generation<File>[] = [];
  for (const group of generationsOf(others)) {
    if (!group.files.every((file) => fits(chosen.files, file))) apart.push(group);
    else {
      const files = [...chosen.files, ...group.files];
      chosen = generation(
        {
          files: new Map(files.map((file) => [snapshotPlace(file.object), file])),
          superseded: [...chosen.superseded, ...group.superseded],
        },
        1,
      );
    }
  }
  const isEarlier = ({ start }: Generation) => start !== null && chosen.start !== null && start < chosen.start;
  return { chosen, earlier: apart.filter(isEarlier), later: apart.filter((one) => !isEarlier(one)) };
}

function fits(files: readonly SnapshotFile[], file: SnapshotFile): boolean {
  return files
    .filter((other) => other.object.segment === file.object.segment)
    .every((other) => {
      if (other.object.counter === file.object.counter) return false;
      if (other.time === null || file.time === null) return true;
      return other.object.counter < file.object.counter ? other.time <= file.time : other.time >= file.time;
    });
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
