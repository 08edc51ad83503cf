/** Writes down how files are arranged, and what follows for loads that count for no table that is shown or will be. */
import { forgetGenerations, noteGeneration, writeGeneration, type Load, type Queryable } from '@farelake/db';
import type { Generation } from '@farelake/qlik';
import type { Contract } from '@farelake/schema-registry';
import { moveLoad, moveLoads } from '../move-load.ts';
import type { SnapshotLoad } from '../plan/plan-loads.ts';
import { inTable } from '../table/in-table.ts';
import type { TableWorkspace } from '../workspace.ts';
import type { Standing } from './standing.ts';

/**
 * Each generation has its record, and each of its files says so. Files of generations that are passed over, and late ones of
 * those that are kept for a rollback, count no more. May be done again at any time.
 * @returns whether anything had to be written: the standing is another one then
 */
export async function settle(
  workspace: TableWorkspace,
  { dataset }: Contract,
  { plan, loads, records }: Standing,
): Promise<boolean> {
  const byId = new Map(loads.map((load) => [load.id, load]));
  const loadsIn = ({ files }: Generation<SnapshotLoad>) => files.flatMap(({ loadId }) => byId.get(loadId) ?? []);
  let changed = false;
  await inTable(workspace, async (db) => {
    for (const generation of plan.generations) {
      const { name, start } = generation;
      const record = records.get(name);
      const state = record?.state ?? 'building';
      const own = loadsIn(generation);
      if (plan.outdated.has(name)) {
        const reason = 'older than the snapshot in use, and never shown';
        if (state !== 'superseded') {
          await writeGeneration(db, dataset, name, { start, state: 'superseded', cause: null, reason });
          changed = true;
        }
        if (await passOver(db, generation, own)) changed = true;
        continue;
      }
      if (record === undefined || record.start !== start) {
        await writeGeneration(db, dataset, name, { start });
        changed = true;
      }
      const moved = own.filter((load) => load.everLoaded && load.generation !== name);
      const ids = moved.map(({ id }) => id);
      if (moved.length > 0) {
        await noteGeneration(db, name, ids);
        changed = true;
      }
      if (state !== 'retired' && state !== 'rejected') continue;
      const late = own.filter((load) => load.state === 'loaded');
      if (late.length > 0) changed = true;
      await moveLoads(db, late, 'supersede', { reason: `of snapshot ${name}, which is not the one in use` });
    }
    const names = plan.generations.map(({ name }) => name);
    if (await forgetGenerations(db, dataset, names)) changed = true;
  });
  return changed;
}

/** @returns whether there was anything to pass over */
async function passOver(
  db: Queryable,
  { name, files }: Generation<SnapshotLoad>,
  own: readonly Load[],
): Promise<boolean> {
  const reason = 'of an older snapshot than the one in use';
  const times = new Map(files.map(({ loadId, time }) => [loadId, time]));
  const never = own.filter(
    (load) =>
      !load.everLoaded && load.batchId === null && ['registered', 'waiting', 'ready', 'failed'].includes(load.state),
  );
  for (const load of never)
    await moveLoad(db, load, 'supersede', { reason }, { generation: name, fileTime: times.get(load.id) ?? null });
  const loaded = own.filter((load) => load.state === 'loaded');
  await moveLoads(db, loaded, 'supersede', { reason });
  return never.length > 0 || loaded.length > 0;
}
