/**
 * Which snapshot files belong to which generation, given those generations that are known already (docs/generations.md).
 *
 * What a generation was first shown or built with stays together: its core. Other files join a core that they fit, or form
 * generations of their own. A file leaves its core only when it turns out that the next snapshot had begun before it. The
 * answer does not depend on the order in which files are given, and on that in which they came only through the cores and
 * where files have no times.
 */
import { compareFiles } from './file-order.ts';
import {
  arrivalOf,
  groupsOf,
  isParallel,
  nameOf,
  startOf,
  type Generation,
  type Group,
  type SnapshotFile,
} from './generations.ts';
import { parseCompactInstant, type Instant } from './instant.ts';
import { snapshotPlace } from './object-key.ts';

/** A generation that was shown or built before. */
export interface Core<File extends SnapshotFile = SnapshotFile> {
  readonly name: string;
  /** The earliest start that it ever had. */
  readonly start: Instant | null;
  /** What it was first shown or built with; none: it has changes only, and no file ever joins it. */
  readonly files: readonly File[];
}

export interface Arrangement<File extends SnapshotFile = SnapshotFile> {
  /** All of them, the oldest first. */
  readonly generations: readonly Generation<File>[];
  /** Other content of a file that is there, with the same start: new data beside an old .dfm. */
  readonly rivals: readonly File[];
}

/**
 * @param cores their files must not be among `others`
 * @param spent names of generations that are no more, not to be given again
 */
export function arrangeGenerations<File extends SnapshotFile>(
  cores: readonly Core<File>[],
  others: readonly File[],
  spent: ReadonlySet<string> = new Set(),
): Arrangement<File> {
  for (let [known, rest] = [cores, others]; ;) {
    const arranged = arrangeOnce(known, rest, spent);
    const gone = new Set(
      known.flatMap((core) => core.files.filter((file) => leaves(core, file, arranged.generations))),
    );
    if (gone.size === 0) return arranged;
    rest = [...rest, ...gone];
    known = known.map((core) => ({ ...core, files: core.files.filter((file) => !gone.has(file)) }));
  }
}

/** It came before the first file of its own snapshot, and was taken for one of the snapshot before that. */
const leaves = (core: Core, file: SnapshotFile, generations: readonly Generation[]): boolean => {
  const { time } = file;
  const start = generations.find(({ name }) => name === core.name)?.start ?? null;
  if (time === null || start === null) return false;
  return generations.some(
    (one) =>
      one.start !== null && one.start > start && one.start <= time && one.files.length > 0 && fits(one.files, file),
  );
};

function arrangeOnce<File extends SnapshotFile>(
  cores: readonly Core<File>[],
  others: readonly File[],
  spent: ReadonlySet<string>,
): Arrangement<File> {
  const known = cores.map((core): Known<File> => {
    const start = earliest(core.start, startOf(core.files), parseCompactInstant(core.name));
    return { ...core, start, files: [...core.files], superseded: [] };
  });
  const places = new Set(known.flatMap(({ files }) => files.filter((file) => file.time !== null).map(placeAndTime)));
  const isRival = (file: File) => file.time !== null && places.has(placeAndTime(file));
  const { groups, rivals } = groupsOf(
    others.filter((file) => !isRival(file)),
    known.flatMap(({ start }) => start ?? []),
  );
  const apart = named(attach(groups, known), new Set(cores.map(({ name }) => name)), spent);
  const old = known.map((core): Generation<File> => {
    const start = earliest(core.start, startOf([...core.files, ...core.superseded]));
    return { name: core.name, start, files: core.files.sort(compareFiles), superseded: core.superseded };
  });
  return { generations: inOrder([...old, ...apart]), rivals: [...others.filter(isRival), ...rivals] };
}

function named<File extends SnapshotFile>(
  groups: readonly Group<File>[],
  taken: Set<string>,
  spent: ReadonlySet<string>,
): Generation<File>[] {
  return groups.map((group) => {
    const files = [...group.files.values()].sort(compareFiles);
    const start = startOf([...files, ...group.superseded]);
    const recorded = files.find((file) => file.recorded != null && !taken.has(file.recorded))?.recorded;
    const name = recorded ?? nameOf(start, taken.union(spent));
    taken.add(name);
    return { name, start: earliest(start, parseCompactInstant(name)), files, superseded: group.superseded };
  });
}

const placeAndTime = ({ object, time }: SnapshotFile): string => `${snapshotPlace(object)} ${time ?? ''}`;

// To begin too early converges, to begin too late loses changes.
const earliest = (...instants: (Instant | null)[]): Instant | null =>
  instants.reduce((a, b) => (a === null || (b !== null && b < a) ? b : a), null);

interface Known<File extends SnapshotFile> extends Core<File> {
  readonly files: File[];
  readonly superseded: File[];
}

/** Joins groups to the generations that they fit. @returns those that fit none */
function attach<File extends SnapshotFile>(
  groups: readonly Group<File>[],
  known: readonly Known<File>[],
): Group<File>[] {
  // A file that began before the next generation did is most likely one of the generation before it...
  const left = groups.filter((group) => !join(group, likely(group, known)));
  // ...else the first of a generation whose other files began, and came, before it.
  return left.filter((group) => !join(group, oldestAfter(group, known)));
}

/** Of the right kind, the likeliest first. */
function likely<File extends SnapshotFile>(group: Group<File>, known: readonly Known<File>[]): Known<File>[] {
  const start = startOf([...group.files.values()]);
  // Without times the places alone can tell, and the newest is the likeliest.
  if (start === null) return known.filter((core) => core.start === null).sort((a, b) => firstOf(b) - firstOf(a));
  const before = known.filter((core) => core.start !== null && core.start <= start);
  return before.sort((a, b) => ((a.start ?? '') < (b.start ?? '') ? 1 : -1)).slice(0, 1);
}

function oldestAfter<File extends SnapshotFile>(group: Group<File>, known: readonly Known<File>[]): Known<File>[] {
  const start = startOf([...group.files.values()]);
  if (start === null) return [];
  const after = known.filter((core) => core.start !== null && core.start > start);
  return after.sort((a, b) => ((a.start ?? '') < (b.start ?? '') ? -1 : 1)).slice(0, 1);
}

const firstOf = ({ files, superseded }: Pick<Generation, 'files' | 'superseded'>): number =>
  arrivalOf({ files, superseded: [...superseded] });

function join<File extends SnapshotFile>(group: Group<File>, candidates: readonly Known<File>[]): boolean {
  const files = [...group.files.values()];
  const found = candidates.find((core) => core.files.length > 0 && files.every((file) => fits(core.files, file)));
  if (found === undefined) return false;
  found.files.push(...files);
  found.superseded.push(...group.superseded);
  return true;
}

/** It takes a free place, and in its segment files still begin in the order of their counters. */
const fits = (files: readonly SnapshotFile[], file: SnapshotFile): boolean =>
  files.every((other) => isParallel(other.object.segment) === isParallel(file.object.segment)) &&
  files
    .filter((other) => other.object.segment === file.object.segment)
    .every((other) => {
      if (other.object.counter === file.object.counter) return false;
      if (other.time === null || file.time === null) return true;
      return other.object.counter < file.object.counter ? other.time <= file.time : other.time >= file.time;
    });

/** Without times only arrival can tell: such a generation comes after every timed one that came before it. */
function inOrder<File extends SnapshotFile>(all: readonly Generation<File>[]): Generation<File>[] {
  const timed = all.filter(({ start }) => start !== null).sort((a, b) => (orderOf(a) < orderOf(b) ? -1 : 1));
  // A generation without files is one of changes only: it was there before any snapshot.
  const cameAt = (one: Generation<File>) => (one.files.length === 0 ? -1 : firstOf(one));
  const untimed = all.filter(({ start }) => start === null).sort((a, b) => cameAt(a) - cameAt(b));
  const placeOf = (one: Generation<File>) => timed.findLastIndex((other) => cameAt(other) < cameAt(one));
  const byPlace = Map.groupBy(untimed, placeOf);
  return [...(byPlace.get(-1) ?? []), ...timed.flatMap((one, place) => [one, ...(byPlace.get(place) ?? [])])];
}

const orderOf = ({ start, name }: Generation): string => `${start ?? ''} ${name}`;
