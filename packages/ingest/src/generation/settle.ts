/** Writes down how files are arranged, and what follows for loads that count for no table that is shown or will be. */
import { noteGeneration, writeGeneration, type Load, type Queryable } from '@farelake/db';
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
 */
export async function settle(
  workspace: TableWorkspace,
  { dataset }: Contract,
  { plan, loads, records }: Standing,
): Promise<void> {
  const byId = new Map(loads.map((load) => [load.id, load]));
  const loadsIn = ({ files }: Generation<SnapshotLoad>) => files.flatMap(({ loadId }) => byId.get(loadId) ?? []);
  await inTable(workspace, async (db) => {
    for (const generation of plan.generations) {
      const { name, start } = generation;
      const record = records.get(name);
      const state = record?.state ?? 'building';
      const own = loadsIn(generation);
      if (plan.outdated.has(name)) {
        const reason = 'older than the snapshot in use, and never shown';
        if (state !== 'superseded')
          await writeGeneration(db, dataset, name, { start, state: 'superseded', cause: null, reason });
        await passOver(db, generation, own);
        continue;
      }
      if (record === undefined || record.start !== start) await writeGeneration(db, dataset, name, { start });
      const moved = own.filter((load) => load.everLoaded && load.generation !== name);
      if (moved.length > 0)
        await noteGeneration(
          db,
          name,
          moved.map(({ id }) => id),
        );
      if (state !== 'retired' && state !== 'rejected') continue;
      const late = own.filter((load) => load.state === 'loaded');
      await moveLoads(db, late, 'supersede', { reason: `of snapshot ${name}, which is not the one in use` });
    }
  });
}

async function passOver(db: Queryable, { name, files }: Generation<SnapshotLoad>, own: readonly Load[]): Promise<void> {
  const reason = 'of an older snapshot than the one in use';
  const times = new Map(files.map(({ loadId, time }) => [loadId, time]));
  for (const load of own)
    if (!load.everLoaded && load.batchId === null && ['registered', 'waiting', 'ready', 'failed'].includes(load.state))
      await moveLoad(db, load, 'supersede', { reason }, { generation: name, fileTime: times.get(load.id) ?? null });
  await moveLoads(
    db,
    own.filter((load) => load.state === 'loaded'),
    'supersede',
    { reason },
  );
}
