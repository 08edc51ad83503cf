/**
 * Generations: one snapshot and every change file that reaches it (docs/generations.md).
 *
 * Told apart by when they were written, not by file names, which every snapshot uses anew. Assumed: the files of one
 * snapshot have times, or none of them has; within a segment they are written one after the other. Computed from all objects
 * each time; times decide, and the order of arrival only where there are none.
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

/** Files that stand together, by their places. */
export interface Group<File extends SnapshotFile> {
  readonly files: Map<string, File>;
  readonly superseded: File[];
  /** When the last of them began, in the order of their times; null: they have none. */
  last: Instant | null;
}

/** Snapshot files in groups of one snapshot each, and those that another content has come before. */
export interface Grouped<File extends SnapshotFile> {
  /** In order of time; without times in order of arrival. */
  readonly groups: readonly Group<File>[];
  /** Of the same place and time as a file that is there: new data beside an old .dfm. */
  readonly rivals: readonly File[];
}

/**
 * Both those with times and those without: neither kind ever joins the other.
 * @param starts at which known generations begin: no snapshot goes on when the next one has begun
 */
export function groupsOf<File extends SnapshotFile>(
  files: readonly File[],
  starts: readonly Instant[] = [],
): Grouped<File> {
  const timed = grouped(files.filter((file) => file.time !== null).sort(byTime), starts);
  const untimed = grouped(files.filter((file) => file.time === null).sort(byArrival), []);
  return { groups: [...timed.groups, ...untimed.groups], rivals: timed.rivals };
}

const byTime = (a: SnapshotFile, b: SnapshotFile): number =>
  compareFiles({ ...a, key: '', contentHash: '' }, { ...b, key: '', contentHash: '' }) ||
  a.object.counter - b.object.counter ||
  byArrival(a, b);
const byArrival = (a: SnapshotFile, b: SnapshotFile): number => a.arrival - b.arrival;
export const arrivalOf = (group: Pick<Group<SnapshotFile>, 'superseded'> & { files: Iterable<SnapshotFile> }): number =>
  least([...group.files, ...group.superseded].map((file) => file.arrival));

/** Not `Math.min(...)`: a snapshot may well have more files than a call may have arguments. */
const least = (numbers: readonly number[]): number => numbers.reduce((a, b) => Math.min(a, b), Infinity);

interface Segment {
  highest: number;
  /** Latest known end of what was written so far. */
  end: Instant | null;
}

/** In the order given: a place that is taken, or a counter that steps back, begins the next group. */
function grouped<File extends SnapshotFile>(files: readonly File[], starts: readonly Instant[]): Grouped<File> {
  const all: Group<File>[] = [];
  const rivals: File[] = [];
  let segments = new Map<number | null, Segment>();
  for (const file of files) {
    const place = snapshotPlace(file.object);
    const current = all.at(-1);
    const holder = current?.files.get(place);
    // Two contents of one file of one snapshot: what follows belongs to the snapshot, not to the second content.
    if (current !== undefined && holder !== undefined && file.time !== null && file.time === holder.time) {
      rivals.push(...setBeside(file, place, current, holder));
      continue;
    }
    if (current !== undefined && holder === undefined && !isOfNext(file, current, segments, starts))
      current.files.set(place, file);
    else {
      all.push({ files: new Map([[place, file]]), superseded: [], last: null });
      segments = new Map();
    }
    note(file, segments, all.at(-1));
  }
  return { groups: mergeRedelivered(all), rivals };
}

function isOfNext(
  file: SnapshotFile,
  current: Group<SnapshotFile>,
  segments: ReadonlyMap<number | null, Segment>,
  starts: readonly Instant[],
): boolean {
  const { time, object } = file;
  if (time === null) return false;
  const last = current.last ?? time;
  return (
    starts.some((start) => last < start && start <= time) ||
    [...segments.keys()].some((segment) => isParallel(segment) !== isParallel(object.segment)) ||
    stepsBack(file, segments.get(object.segment))
  );
}

/** A snapshot is written by parallel load, all of its files in segments, or not at all. */
export const isParallel = (segment: number | null): boolean => segment !== null;

/**
 * A lower counter that begins later is of another snapshot: each writes its files one after the other. Unless it began
 * while the other was still being written, which only files of one snapshot do.
 */
const stepsBack = (file: SnapshotFile, segment: Segment | undefined): boolean =>
  file.time !== null &&
  segment !== undefined &&
  file.object.counter < segment.highest &&
  (segment.end === null || segment.end < file.time);

function note(file: SnapshotFile, segments: Map<number | null, Segment>, group: Group<SnapshotFile> | undefined): void {
  if (group !== undefined) group.last = file.time;
  const { segment, counter } = file.object;
  const before = segments.get(segment);
  const end = file.end ?? null;
  segments.set(segment, {
    highest: Math.max(counter, before?.highest ?? 0),
    end: before?.end == null || (end !== null && end > before.end) ? end : before.end,
  });
}

/** Spoiled content gives way; good content never does. @returns the file, if it has no place */
function setBeside<File extends SnapshotFile>(file: File, place: string, current: Group<File>, holder: File): File[] {
  if (!holder.spoiled) return [file];
  current.superseded.push(holder);
  current.files.set(place, file);
  return [];
}

/**
 * What failed, delivered again: a group joins the one before when each of its files takes the place of spoiled content, or
 * follows upon all that there is, and when there is something that shows that they belong together.
 */
function mergeRedelivered<File extends SnapshotFile>(all: readonly Group<File>[]): Group<File>[] {
  const merged: Group<File>[] = [];
  for (const group of all) {
    const before = merged.at(-1);
    const replaced = [...group.files.keys()].flatMap((place) => before?.files.get(place) ?? []);
    const again =
      before !== undefined &&
      [...group.files.values()].every((file) => before.files.get(snapshotPlace(file.object))?.spoiled ?? true) &&
      (replaced.length > 0 ? continues(before, group) : knownTogether(before, group));
    if (before !== undefined && again) {
      before.superseded.push(...replaced, ...group.superseded);
      for (const [place, file] of group.files) before.files.set(place, file);
    } else merged.push(group);
  }
  return merged;
}

/** What is not in the place of another comes after all of its segment. */
function continues<File extends SnapshotFile>(before: Group<File>, group: Group<File>): boolean {
  const present = [...before.files.values()];
  return [...group.files].every(
    ([place, { object }]) =>
      before.files.has(place) ||
      present.every((other) => other.object.segment !== object.segment || other.object.counter < object.counter),
  );
}

/** They were worked on as one snapshot before. */
function knownTogether<File extends SnapshotFile>(before: Group<File>, group: Group<File>): boolean {
  const names = new Set([...before.files.values()].flatMap((file) => file.recorded ?? []));
  return [...group.files.values()].every((file) => file.recorded != null && names.has(file.recorded));
}

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
