/**
 * Snapshot files with times, in groups of one snapshot each (docs/generations.md).
 *
 * In the order in which they were written, the next snapshot begins at latest with a file that cannot be of the same one.
 * Where that leaves a choice, what was shown as a whole before (a core) is one; of what came after it, the longest pause
 * tells. The answer depends on the files and the cores, and not on the order in which files are given or came.
 */
import { isSameKind, type SnapshotFile } from './generations.ts';
import type { Instant } from './instant.ts';
import { snapshotPlace } from './object-key.ts';
import { mergeRedelivered, type Group } from './redelivered.ts';

/** Snapshot files in groups of one snapshot each, and those that another content has come before. */
export interface Grouped<File extends SnapshotFile> {
  /** The oldest first. */
  readonly groups: readonly Group<File>[];
  /** Of the same place and time as a file that is there: new data beside an old .dfm. */
  readonly rivals: readonly File[];
  /** Of the same place, time and content: the same file by another name, or once more. */
  readonly repeats: readonly Repeat<File>[];
}

export interface Repeat<File extends SnapshotFile> {
  readonly file: File;
  /** What has its place. */
  readonly of: File;
}

/** @param coreOf by load, the name of the generation that it was shown with first */
export function groupByTime<File extends SnapshotFile>(
  files: readonly File[],
  coreOf: ReadonlyMap<number, string>,
): Grouped<File> {
  const { kept, gaveWay, rivals, repeats } = oneEach(files, coreOf);
  const firsts = firstsOf(kept, coreOf);
  const runs: Run<File>[] = [];
  let run = new Run<File>(coreOf, firsts);
  for (const file of kept) {
    const last = run.lastApartFrom(file);
    if (last >= 0) {
      runs.push(run);
      run = run.cutAfter(last, file);
    }
    run.add(file);
  }
  if (run.files.length > 0) runs.push(run);
  const groups = runs.map((one): Group<File> => ({
    files: new Map(one.files.map((file) => [snapshotPlace(file.object), file])),
    superseded: one.files.flatMap((file) => gaveWay.get(file) ?? []),
    core: one.core,
  }));
  return { groups: mergeRedelivered(groups, coreOf), rivals, repeats };
}

interface OneEach<File extends SnapshotFile> {
  /** In the order in which they were written. */
  readonly kept: readonly File[];
  readonly gaveWay: ReadonlyMap<File, readonly File[]>;
  readonly rivals: readonly File[];
  readonly repeats: readonly Repeat<File>[];
}

/** Two contents of one file of one snapshot: spoiled content gives way to the next that came; good content never does. */
function oneEach<File extends SnapshotFile>(
  files: readonly File[],
  coreOf: ReadonlyMap<number, string>,
): OneEach<File> {
  const isIn = ({ loadId }: File) => (coreOf.has(loadId) ? 0 : 1);
  const inOrder = files.toSorted((a, b) => isIn(a) - isIn(b) || a.arrival - b.arrival);
  const kept: File[] = [];
  const gaveWay = new Map<File, readonly File[]>();
  const rivals: File[] = [];
  const repeats: Repeat<File>[] = [];
  for (const [first, ...others] of Map.groupBy(inOrder, placeAndTime).values()) {
    if (first === undefined) continue;
    let [holder, before]: [File, File[]] = [first, []];
    for (const other of others)
      if (holder.contentHash === other.contentHash) repeats.push({ file: other, of: holder });
      else if (holder.spoiled) [holder, before] = [other, [...before, holder]];
      else rivals.push(other);
    kept.push(holder);
    gaveWay.set(holder, before);
  }
  return { kept: kept.sort(byTime), gaveWay, rivals, repeats };
}

const placeAndTime = ({ object, time }: SnapshotFile): string => `${snapshotPlace(object)} ${time ?? ''}`;

const byTime = (a: SnapshotFile, b: SnapshotFile): number =>
  compareText(a.time ?? '', b.time ?? '') || a.object.counter - b.object.counter || a.arrival - b.arrival;
const compareText = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

/** The first file of each core: it carries the core's name, wherever the others turn out to belong. */
function firstsOf(files: readonly SnapshotFile[], coreOf: ReadonlyMap<number, string>): ReadonlyMap<number, string> {
  const firsts = new Map<string, number>();
  for (const { loadId } of files) {
    const core = coreOf.get(loadId);
    if (core !== undefined && !firsts.has(core)) firsts.set(core, loadId);
  }
  return new Map([...firsts].map(([core, loadId]) => [loadId, core]));
}

interface Segment {
  highest: number;
  /** Latest known end of what was written so far. */
  end: Instant | null;
}

/** The files of one snapshot as far as they have been looked at, in the order in which they were written. */
class Run<File extends SnapshotFile> {
  readonly files: File[] = [];
  private readonly places = new Set<string>();
  private readonly segments = new Map<number | null, Segment>();
  private readonly coreOf: ReadonlyMap<number, string>;
  private readonly firsts: ReadonlyMap<number, string>;

  constructor(coreOf: ReadonlyMap<number, string>, firsts: ReadonlyMap<number, string>) {
    this.coreOf = coreOf;
    this.firsts = firsts;
  }

  /** Name of the core whose first file is here. */
  get core(): string | undefined {
    const first = this.files.find(({ loadId }) => this.firsts.has(loadId));
    return first === undefined ? undefined : this.firsts.get(first.loadId);
  }

  add(file: File): void {
    this.files.push(file);
    this.places.add(snapshotPlace(file.object));
    const { segment, counter } = file.object;
    const before = this.segments.get(segment);
    const end = file.end ?? null;
    this.segments.set(segment, {
      highest: Math.max(counter, before?.highest ?? 0),
      end: before?.end == null || (end !== null && end > before.end) ? end : before.end,
    });
  }

  /** @returns index of the last file that cannot be of the same snapshot as this one, -1: it may well be */
  lastApartFrom(file: File): number {
    const { object, loadId } = file;
    const stepsBack = this.stepsBack(file);
    const suspected =
      stepsBack || this.places.has(snapshotPlace(object)) || this.firsts.has(loadId) || this.isOfOtherKind(file);
    if (!suspected) return -1;
    return this.files.findLastIndex((other) => {
      if (this.firsts.has(loadId) && this.firsts.has(other.loadId)) return true;
      const core = this.coreOf.get(loadId);
      // They were shown together as a whole: one of them was delivered again.
      if (core !== undefined && this.coreOf.get(other.loadId) === core) return false;
      if (!isSameKind(other, file)) return true;
      if (other.object.segment !== object.segment) return false;
      return other.object.counter === object.counter || (stepsBack && other.object.counter > object.counter);
    });
  }

  private isOfOtherKind(file: File): boolean {
    const [first] = this.files;
    return first !== undefined && !isSameKind(first, file);
  }

  /**
   * A lower counter that begins later is of another snapshot: each writes its files one after the other. Unless it began
   * while the other was still being written, which only files of one snapshot do.
   */
  private stepsBack({ object, time }: File): boolean {
    const segment = this.segments.get(object.segment);
    if (segment === undefined || object.counter >= segment.highest) return false;
    return segment.end === null || (time !== null && segment.end < time);
  }

  /**
   * The next snapshot begins behind the file at that index, and with the next file at latest. Where there is a core, the
   * longest pause tells, and the core stays together; without one, all that came is of this snapshot.
   */
  cutAfter(index: number, next: File): Run<File> {
    const run = new Run<File>(this.coreOf, this.firsts);
    for (const file of this.files.splice(this.placeOfCut(index, next))) run.add(file);
    return run;
  }

  /** Index of the file with which the next snapshot begins; the number of files: with the next file. */
  private placeOfCut(index: number, next: File): number {
    const { core, files } = this;
    if (core === undefined) return files.length;
    const isOfCore = ({ loadId }: File) => this.coreOf.get(loadId) === core;
    const [first, last] = [files.findIndex(isOfCore), files.findLastIndex(isOfCore)];
    let [place, longest, written]: [number, number, Instant | null] = [files.length, -1, null];
    for (const [before, file] of files.entries()) {
      const end = file.end ?? file.time;
      if (written === null || (end !== null && end > written)) written = end;
      const choice = before + 1;
      if (choice <= index || (choice > first && choice <= last)) continue;
      const pause = Math.max(0, milliseconds((files[choice] ?? next).time) - milliseconds(written));
      if (pause >= longest) [place, longest] = [choice, pause];
    }
    return place;
  }
}

const milliseconds = (time: Instant | null): number => (time === null ? 0 : Date.parse(`${time.slice(0, 23)}Z`));
