/** Which loads belong to a generation, and which count no more. */
import { loadsOf, type Load } from '@farelake/db';
import { parseObjectKey, reaches, type Generation, type Instant } from '@farelake/qlik';
import type { Contract } from '@farelake/schema-registry';
import { moveLoads } from '../move-load.ts';
import type { SnapshotLoad } from '../plan/plan-loads.ts';
import { inTable } from '../table/in-table.ts';
import type { TableWorkspace } from '../workspace.ts';

/**
 * Changes from before the generation stay in history and count no more; when the generation turns out to begin earlier
 * (its first file came late), they count again. States that contradict what belongs to the generation are set right.
 * @param applied what the generation's table was made of
 */
export async function settleReach(
  workspace: TableWorkspace,
  contract: Contract,
  generation: Generation<SnapshotLoad>,
  applied: ReadonlySet<number>,
): Promise<Load[]> {
  const { pool } = workspace;
  const loads = await loadsOf(pool, contract.dataset);
  const members = new Set(membersOf(loads, generation).map(({ id }) => id));
  const inHistory = loads.filter((load) => load.everLoaded);
  const back = inHistory.filter((load) => load.state === 'superseded' && members.has(load.id));
  const others = inHistory.filter((load) => !members.has(load.id));
  const untrue = others.filter((load) => isSaidApplied(load) && !applied.has(load.id));
  const changes = (load: Load) => kindOf(load) === 'changes';
  const older = [...others.filter((load) => load.state === 'loaded'), ...untrue].filter(changes);
  // Whose they are instead is looked at by the next ingest.
  const files = untrue.filter((load) => !changes(load));
  if (older.length === 0 && back.length === 0 && files.length === 0) return loads;
  await inTable(workspace, async (db) => {
    await moveLoads(db, older, 'supersede', { reason: OLDER_CHANGES });
    await moveLoads(db, back, 'reinstate');
    await moveLoads(db, files, 'withdraw', { reason: OTHER_SNAPSHOT });
  });
  return loadsOf(pool, contract.dataset);
}

/** Why loads that are in history do not count. */
export const OLDER_CHANGES = 'older than the snapshot';
export const OTHER_SNAPSHOT = 'of another snapshot than the one in use';

const isSaidApplied = ({ state }: Load): boolean => state === 'applied' || state === 'archived';

/**
 * Members of the generation that is shown whose state says one thing, and the list of what its table was made of another: by
 * a ledger that lost rows, or by a hand in it. Whether their rows are in the table, and were counted, nobody can tell.
 */
export const contradictory = (members: readonly Load[], applied: ReadonlySet<number>): Load[] =>
  members.filter((load) => (applied.has(load.id) ? load.state === 'loaded' : isSaidApplied(load)));

export const kindOf = (load: Pick<Load, 'objectKey'>) => parseObjectKey(load.objectKey)?.kind;

/** Loads in history that belong to the generation: its own files, and the changes that reach it. */
export function membersOf(loads: readonly Load[], generation: Generation<SnapshotLoad>): Load[] {
  const files = new Set(generation.files.map((file) => file.loadId));
  return loads.filter((load) => {
    if (!load.everLoaded) return false;
    return files.has(load.id) || (kindOf(load) === 'changes' && belongs(load, generation));
  });
}

/** A change file that is in history: does it reach the generation? */
export const belongs = (load: Load, generation: Generation): boolean =>
  reaches(generation.start, load.endWrite as Instant | null, load.lastTransaction as Instant | null);

/**
 * Loads in the current table that turned out to belong to another generation: a file of a later snapshot that came before
 * that snapshot's first.
 */
export const strangers = (loads: readonly Load[], members: readonly Load[], applied: ReadonlySet<number>): Load[] => {
  const own = new Set(members.map((load) => load.id));
  return loads.filter((load) => applied.has(load.id) && !own.has(load.id));
};
