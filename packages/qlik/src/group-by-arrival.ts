/** Snapshot files without times, in groups of one snapshot each, by the order in which they came. */
import { isSameKind, type SnapshotFile } from './generations.ts';
import { snapshotPlace } from './object-key.ts';
import { mergeRedelivered, type Group } from './redelivered.ts';

/**
 * A place that is taken begins the next snapshot. What finds its places free in a generation that is known joins it, the
 * newest that has room.
 * @param cores what generations were shown with first, by their names; the oldest first
 */
export function groupByArrival<File extends SnapshotFile>(
  files: readonly File[],
  cores: ReadonlyMap<string, readonly File[]>,
): Group<File>[] {
  const groups: Group<File>[] = [];
  for (const file of files.toSorted((a, b) => a.arrival - b.arrival)) {
    const place = snapshotPlace(file.object);
    const current = groups.at(-1);
    if (current === undefined || current.files.has(place)) groups.push(groupOf([file]));
    else current.files.set(place, file);
  }
  const known = [...cores].map(([core, own]) => groupOf(own, core));
  const apart = mergeRedelivered(groups, new Map()).filter((group) => {
    const room = known.findLast((core) => hasRoom(core, group));
    room?.superseded.push(...group.superseded);
    for (const [place, file] of room === undefined ? [] : group.files) room?.files.set(place, file);
    return room === undefined;
  });
  return [...known, ...apart];
}

const groupOf = <File extends SnapshotFile>(files: readonly File[], core?: string): Group<File> => ({
  files: new Map(files.map((file) => [snapshotPlace(file.object), file])),
  superseded: [],
  core,
});

const hasRoom = <File extends SnapshotFile>(known: Group<File>, group: Group<File>): boolean =>
  [...group.files].every(
    ([place, file]) => !known.files.has(place) && [...known.files.values()].every((other) => isSameKind(other, file)),
  );
