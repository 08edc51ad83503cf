/** Which loads belong to a generation, and which count no more. */
import { loadsOf, type Load } from '@farelake/db';
import { parseObjectKey, reaches, type Generation, type Instant } from '@farelake/qlik';
import type { Contract } from '@farelake/schema-registry';
import { moveLoad } from '../move-load.ts';
import type { SnapshotLoad } from '../plan/plan-loads.ts';
import { inTable } from '../table/in-table.ts';
import type { TableWorkspace } from '../workspace.ts';

/**
 * Changes from before the generation stay in history and count no more; when the generation turns out to begin earlier
 * (its first file came late), they count again.
 */
export async function settleReach(
  workspace: TableWorkspace,
  contract: Contract,
  generation: Generation<SnapshotLoad>,
): Promise<Load[]> {
  const { pool } = workspace;
  const loads = await loadsOf(pool, contract.dataset);
  const changes = loads.filter((load) => load.everLoaded && kindOf(load) === 'changes');
  const older = changes.filter((load) => load.state === 'loaded' && !belongs(load, generation));
  const younger = changes.filter((load) => load.state === 'superseded' && belongs(load, generation));
  if (older.length === 0 && younger.length === 0) return loads;
  await inTable(workspace, async (db) => {
    for (const load of older) await moveLoad(db, load, 'supersede', { reason: 'older than the snapshot' });
    for (const load of younger) await moveLoad(db, load, 'reinstate');
  });
  return loadsOf(pool, contract.dataset);
}

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
