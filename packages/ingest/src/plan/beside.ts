/** Content that comes beside other content of its file, with the same `.dfm`. Pure. */
import type { Dfm } from '@farelake/qlik';
import type { PlannedLoad } from './plan-loads.ts';

/**
 * The load in history whose place another takes, by a person's word.
 * @param rivals loads with other content of a snapshot file that is there
 */
export function takesPlaceOf(
  load: PlannedLoad,
  loads: readonly PlannedLoad[],
  rivals: ReadonlySet<number>,
  start: string | null,
): PlannedLoad | undefined {
  if (!rivals.has(load.id) || load.accepted !== true) return undefined;
  // Of several, the one that came last.
  const isLater = (other: PlannedLoad) =>
    other.accepted === true && rivals.has(other.id) && other.objectKey === load.objectKey && other.seen > load.seen;
  return loads.some(isLater) ? undefined : cameFirst(load, loads, start);
}

const cameFirst = (load: PlannedLoad, loads: readonly PlannedLoad[], start: string | null) =>
  loads.find(
    (other) =>
      other.everLoaded && other.id !== load.id && other.objectKey === load.objectKey && other.fileTime === start,
  );

/** Whether the content is that of the same file, corrected, or of a newer snapshot, nothing in it tells. */
export function besideReason({ id, ...load }: PlannedLoad, { startWrite }: Dfm, loads: readonly PlannedLoad[]): string {
  const what = `new data beside an old .dfm: other content came first with this one (start ${startWrite ?? 'unknown'})`;
  if (cameFirst({ id, ...load }, loads, startWrite) === undefined) return `${what}; its own .dfm has not come`;
  return `${what}. Either its own .dfm has not come, or the file was delivered again, corrected: then farelake replay --load ${id} puts it in the place of the first`;
}
