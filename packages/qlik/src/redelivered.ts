/** Groups of snapshot files, and which of them are but one delivered again (docs/generations.md). */
import type { SnapshotFile } from './generations.ts';

/** Files that stand together. */
export interface Group<File extends SnapshotFile> {
  /** By place. */
  readonly files: Map<string, File>;
  /** Spoiled content that gave way to what is in its place. */
  readonly superseded: File[];
  /** Name of the core of which it has the first file. */
  readonly core: string | undefined;
}

/**
 * What failed, delivered again: a group joins the one before when each of its files takes the place of spoiled content, or
 * follows upon all that there is, and when there is something that shows that they belong together.
 */
export function mergeRedelivered<File extends SnapshotFile>(
  all: readonly Group<File>[],
  coreOf: ReadonlyMap<number, string>,
): Group<File>[] {
  const merged: Group<File>[] = [];
  for (const group of all) {
    const before = merged.at(-1);
    const replaced = [...group.files.keys()].flatMap((place) => before?.files.get(place) ?? []);
    const again =
      before !== undefined &&
      group.core === undefined &&
      replaced.every(({ spoiled }) => spoiled) &&
      (replaced.length > 0 ? continues(before, group) : knownTogether(before, group, coreOf));
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
function knownTogether<File extends SnapshotFile>(
  before: Group<File>,
  group: Group<File>,
  coreOf: ReadonlyMap<number, string>,
): boolean {
  const nameOf = ({ loadId, recorded }: File) => coreOf.get(loadId) ?? recorded ?? undefined;
  const names = new Set([...before.files.values()].map(nameOf));
  return [...group.files.values()].every((file) => nameOf(file) !== undefined && names.has(nameOf(file)));
}
