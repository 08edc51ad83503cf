/**
 * Whether a snapshot is whole: counters without a gap, every file and every .dfm of it there, all loaded. A folder ingested
 * by hand counts as finished. Who ingests while the vendor still writes asks for a proof: a change file later than the
 * snapshot's last write, or a time in which nothing of it came. Pure.
 */
import type { Arrival, Load, UnusedDfm } from '@farelake/db';
import {
  missingPlaces,
  parseDfm,
  parseObjectKey,
  snapshotStem,
  type Generation,
  type Instant,
  type SnapshotKey,
} from '@farelake/qlik';
import type { LoadPlan, SnapshotLoad } from '../plan/plan-loads.ts';
import { kindOf } from '../fold/members.ts';

export interface CompletenessFacts {
  readonly plan: Pick<LoadPlan, 'generations' | 'live' | 'rivals'>;
  /** All of the table. */
  readonly loads: readonly Load[];
  readonly unused: readonly UnusedDfm[];
  /** Asked for when a proof is: how long nothing may have come, in milliseconds, and when the generation's files came last. */
  readonly quiet?: { readonly time: number; readonly arrival: Arrival } | undefined;
}

/** Why the snapshot cannot be shown yet; undefined: it is whole. */
export function incompleteness(generation: Generation<SnapshotLoad>, facts: CompletenessFacts): string | undefined {
  const { loads, plan } = facts;
  const missing = missingPlaces(generation.files).map(({ segment, counter }) => snapshotStem(counter, segment));
  if (missing.length > 0) return `the snapshot is not whole: ${missing.join(', ')} missing`;
  const awaited = facts.unused.filter((dfm) => belongsTo(dfm, generation, plan)).map(({ objectKey }) => objectKey);
  if (awaited.length > 0) return `the snapshot is not whole: the data file of ${awaited.join(', ')} has not come`;
  const byId = new Map(loads.map((load) => [load.id, load]));
  const notLoaded = generation.files.filter((file) => byId.get(file.loadId)?.everLoaded !== true);
  if (notLoaded.length > 0)
    return `the snapshot is not whole: ${notLoaded.map((file) => file.object.stem).join(', ')} not loaded`;
  // Snapshot files that have no place yet, because their .dfm has not come, may well be part of it; new data beside an old
  // .dfm, only of one that comes after another.
  const unplaced = loads.filter(
    (load) =>
      load.waitingFor === 'dfm' &&
      kindOf(load) === 'snapshot' &&
      (plan.live !== undefined || !plan.rivals.has(load.id)),
  );
  if (unplaced.length > 0) return `the snapshot is not whole: ${unplaced.map((load) => load.path).join(', ')} waiting`;
  return stillWritten(generation, facts);
}

/** May the file that the .dfm announces be one of this snapshot? */
function belongsTo(dfm: UnusedDfm, generation: Generation, { generations }: CompletenessFacts['plan']): boolean {
  const object = parseObjectKey(dfm.objectKey);
  if (object?.kind !== 'snapshot') return false;
  const time = startOf(dfm, object);
  // Without times a .dfm is told from that of an earlier snapshot by its name alone.
  if (time === null || generation.start === null) return dfm.alone;
  const next = generations[generations.findIndex(({ name }) => name === generation.name) + 1]?.start ?? null;
  const isTaken = generation.files.some(
    (file) => file.object.segment === object.segment && file.object.counter === object.counter,
  );
  return time >= generation.start && (next === null || time < next) && !isTaken;
}

function startOf(dfm: UnusedDfm, object: SnapshotKey): Instant | null {
  try {
    return parseDfm(dfm.text, `${object.stem}.dfm`, object).startWrite;
  } catch {
    // Said of its load when that comes; here it is one that says nothing.
    return null;
  }
}

function stillWritten(
  generation: Generation<SnapshotLoad>,
  { loads, quiet, plan }: CompletenessFacts,
): string | undefined {
  if (quiet === undefined || quiet.arrival.last === null) return undefined;
  const ends = generation.files.flatMap(({ end, time }) => end ?? time ?? []);
  const last = ends.reduce<string | null>((a, b) => (a === null || b > a ? b : a), null);
  const later = (time: string | null) => last !== null && time !== null && time > last;
  // The vendor goes over to changes, or to the next snapshot, when this one is written.
  if (loads.some((load) => kindOf(load) === 'changes' && later(load.fileTime ?? changeTime(load)))) return undefined;
  if (plan.generations.some(({ name, start }) => name !== generation.name && later(start))) return undefined;
  const until = new Date(quiet.arrival.last.getTime() + quiet.time);
  if (until <= quiet.arrival.now) return undefined;
  return `the snapshot may still be written: no change file later than its last write has come; it counts as whole at ${until.toISOString()} if nothing more of it comes`;
}

function changeTime(load: Load): string | null {
  const object = parseObjectKey(load.objectKey);
  return object?.kind === 'changes' ? object.time : null;
}
