/**
 * Which snapshot files belong to which generation, given those generations that are known already (docs/generations.md).
 *
 * Files with times are told apart by these, all of them each time, so that it does not matter in which order they came; what
 * a generation was first shown with (its core) says where times leave a choice, and gives it its name. Files without times go
 * by the order in which they came.
 */
import { compareFiles } from './file-order.ts';
import { nameOf, startOf, type Generation, type SnapshotFile } from './generations.ts';
import type { Instant } from './instant.ts';
import { groupByArrival } from './group-by-arrival.ts';
import { groupByTime, type Repeat } from './group-by-time.ts';
import type { Group } from './redelivered.ts';

/** A generation that was shown or built before. */
export interface Core<File extends SnapshotFile = SnapshotFile> {
  readonly name: string;
  /** What it was first shown or built with; none: it has changes only, and no file ever joins it. */
  readonly files: readonly File[];
}

export interface Arrangement<File extends SnapshotFile = SnapshotFile> {
  /** All of them, the oldest first. */
  readonly generations: readonly Generation<File>[];
  /** Other content of a file that is there, with the same start: new data beside an old .dfm. */
  readonly rivals: readonly File[];
  /** The same content with the same start, by another name or once more: it adds nothing. */
  readonly repeats: readonly Repeat<File>[];
}

/** What is known of generations, by their names, whether they have a core or not. */
export interface Past {
  /** Names of generations that are no more, not to be given again. */
  readonly spent?: ReadonlySet<string>;
  /** With what they were taken to begin. */
  readonly starts?: ReadonlyMap<string, Instant>;
}

/** @param cores the oldest first; their files must not be among `others` */
export function arrangeGenerations<File extends SnapshotFile>(
  cores: readonly Core<File>[],
  others: readonly File[],
  { spent = new Set(), starts = new Map() }: Past = {},
): Arrangement<File> {
  const all = [...cores.flatMap(({ files }) => files), ...others];
  const coreOf = new Map(cores.flatMap(({ name, files }) => files.map(({ loadId }) => [loadId, name] as const)));
  const { groups, rivals, repeats } = groupByTime(
    all.filter(({ time }) => time !== null),
    coreOf,
  );
  const untimed = new Map(
    cores
      .filter(({ files }) => files.some(({ time }) => time === null))
      .sort((a, b) => arrivalOf(a) - arrivalOf(b))
      .map(({ name, files }) => [name, files]),
  );
  const piles = groupByArrival(
    others.filter(({ time }) => time === null),
    untimed,
  );
  const taken = new Set(cores.map(({ name }) => name));
  const spentAt = new Map([...starts].flatMap(([name, start]) => (spent.has(name) ? [[start, name] as const] : [])));
  const times = new Set(all.map(({ time }) => time));
  const empty = cores.filter(({ files }) => files.length === 0);
  const generations = [
    ...empty.map(({ name }): Generation<File> => ({ name, start: null, files: [], superseded: [] })),
    ...[...groups, ...piles].map((group) => {
      const generation = named(group, taken, { spent, spentAt });
      const began = starts.get(generation.name) ?? null;
      // The file that it began with gave way to another: changes since then may not be in that. Or is another's by now.
      const isEarlier = began !== null && generation.start !== null && began < generation.start;
      return isEarlier && !times.has(began) ? { ...generation, start: began } : generation;
    }),
  ];
  return { generations: inOrder(generations), rivals, repeats };
}

interface Spent {
  readonly spent: ReadonlySet<string>;
  /** Its name by the time of the file that it began with. */
  readonly spentAt: ReadonlyMap<Instant, string>;
}

function named<File extends SnapshotFile>(
  { files: places, superseded, core }: Group<File>,
  taken: Set<string>,
  past: Spent,
): Generation<File> {
  const files = [...places.values()].sort(compareFiles);
  const start = startOf([...files, ...superseded]);
  const name = core ?? recordedName(files, taken, past) ?? nameOf(start, taken.union(past.spent));
  taken.add(name);
  return { name, start, files, superseded };
}

/**
 * What its first file was known by; or what was passed over, of which more has come: that stays so. What began it tells where its files
 * are not known by it any more: a restored ledger knows no file that was never loaded.
 */
function recordedName(
  files: readonly SnapshotFile[],
  taken: ReadonlySet<string>,
  { spent, spentAt }: Spent,
): string | undefined {
  const recorded = files.map(({ recorded, time }) => recorded ?? (time === null ? undefined : spentAt.get(time)));
  return [recorded[0], ...recorded.filter((name) => name !== undefined && spent.has(name))].find(
    (name) => name !== undefined && !taken.has(name),
  );
}

/** Without times only arrival can tell: such a generation comes after every timed one that came before it. */
function inOrder<File extends SnapshotFile>(all: readonly Generation<File>[]): Generation<File>[] {
  const timed = all.filter(({ start }) => start !== null).sort((a, b) => (orderOf(a) < orderOf(b) ? -1 : 1));
  // A generation without files is one of changes only: it was there before any snapshot.
  const cameAt = (one: Generation<File>) => (one.files.length === 0 ? -1 : arrivalOf(one));
  const untimed = all.filter(({ start }) => start === null).sort((a, b) => cameAt(a) - cameAt(b));
  const placeOf = (one: Generation<File>) => timed.findLastIndex((other) => cameAt(other) < cameAt(one));
  const byPlace = Map.groupBy(untimed, placeOf);
  return [...(byPlace.get(-1) ?? []), ...timed.flatMap((one, place) => [one, ...(byPlace.get(place) ?? [])])];
}

const orderOf = ({ start, name }: Generation): string => `${start ?? ''} ${name}`;

/** When the first of it came. Not `Math.min(...)`: a snapshot may well have more files than a call may have arguments. */
const arrivalOf = ({ files, superseded = [] }: Pick<Core, 'files'> & Partial<Pick<Generation, 'superseded'>>): number =>
  [...files, ...superseded].reduce((first, { arrival }) => Math.min(first, arrival), Infinity);
