/** A home whose database is lost: another one over the same zones, with the same contracts. */
import { restore, type Restored, type RestoreOptions } from '../../src/index.ts';
import { openWorld, type World } from './world.ts';

/** Its `delivered` is that of before. */
export async function afterLoss(world: World, settings: Parameters<typeof openWorld>[1] = {}): Promise<World> {
  const next = await openWorld(world.folder, { environment: world.environment, keyFile: world.keyFile, ...settings });
  for (const [dataset, contract] of world.contracts) next.contracts.set(dataset, contract);
  return {
    ...next,
    folder: world.folder,
    delivered: world.delivered,
    ingest: (from = world.delivered, options = {}) => next.ingest(from, options),
  };
}

export const restoreAll = (world: World, options: Partial<RestoreOptions> = {}): Promise<Restored> =>
  restore(world, { by: 'test@here', ...options });

/** @returns the restored world; what could not be restored fails */
export async function lostAndRestored(world: World): Promise<World> {
  const next = await afterLoss(world);
  const { leftOut } = await restoreAll(next);
  expect(leftOut).toEqual([]);
  return next;
}
