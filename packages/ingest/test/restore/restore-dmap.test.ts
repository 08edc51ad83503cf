/** Proves that the table of a DMAP set comes back, and that the next sync fetches what is new and nothing else. */
import { folderStore } from '@farelake/lake';
import { csvGz, nameOf, numbered } from '@farelake/dmap/testing';
import { audit, syncSets } from '../../src/index.ts';
import { DAILY, dataset, datasets, withSyncWorlds, type SyncWorld } from '../dmap/support/sync-world.ts';
import { afterLoss, restoreAll } from '../support/lost.ts';
import type { World } from '../support/world.ts';

const openSyncWorld = withSyncWorlds();

const LATER = { lastUpdated: '2024-02-01T00:00:00' };

const shown = (world: World) => world.rows('SELECT * FROM dmap_agg_daily_fareprod ORDER BY ALL');
const numbers = (world: World) =>
  world.rows('SELECT count(*)::INTEGER AS n, count(DISTINCT dataset_id)::INTEGER AS ids FROM dmap_agg_daily_fareprod');

async function lose(its: SyncWorld): Promise<{ world: World; sync: SyncWorld['sync'] }> {
  const world = await afterLoss(its.world);
  expect((await restoreAll(world)).leftOut).toEqual([]);
  const { incoming } = its.workspace;
  return { world, sync: (options = {}) => syncSets({ ...world, incoming }, its.vendor, options) };
}

it('known datasets are not fetched again; one issued anew takes its place; an older one does not come back', async () => {
  const its = await openSyncWorld();
  await its.standIn.issue(DAILY, datasets(0, 120));
  await its.sync();
  await its.standIn.issue(DAILY, datasets(0, 30, { lastUpdated: '2024-01-01T00:00:00' }));
  await its.sync();
  its.downloads();
  const before = await shown(its.world);
  const { world, sync } = await lose(its);
  expect(await shown(world)).toEqual(before);
  expect((await audit(world, folderStore(`${its.world.folder}/incoming`), { content: true })).findings).toEqual([]);
  await sync();
  expect(its.downloads()).toEqual([]);
  expect(await shown(world)).toEqual(before);
  await its.standIn.issue(DAILY, [dataset(7, LATER), dataset(500, LATER)]);
  await sync();
  expect(its.downloads().toSorted()).toEqual([nameOf(7), nameOf(500)].toSorted());
  expect(await numbers(world)).toEqual([{ n: 121, ids: 121 }]);
  const states = await world.rows('SELECT DISTINCT state FROM ledger.loads ORDER BY 1');
  expect(states).toEqual([{ state: 'archived' }, { state: 'superseded' }]);
  expect((await audit(world, folderStore(`${its.world.folder}/incoming`), { content: true })).findings).toEqual([]);
}, 120_000);

it('what was issued meanwhile is fetched; a dataset that came empty stays known', async () => {
  const its = await openSyncWorld();
  await its.standIn.issue(DAILY, datasets(0, 10));
  await its.standIn.issue(DAILY, [numbered(30, csvGz(['service', 'count'], []))]);
  await its.sync();
  await its.standIn.issue(DAILY, datasets(10, 20));
  its.downloads();
  const { world, sync } = await lose(its);
  await sync();
  expect(its.downloads().toSorted()).toEqual(datasets(10, 20).map((_, n) => nameOf(10 + n)));
  expect(await numbers(world)).toEqual([{ n: 20, ids: 20 }]);
}, 120_000);
