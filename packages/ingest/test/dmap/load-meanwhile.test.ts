/** Proves that what is fetched comes into its table after a while, whatever else is still under way. */
import { setTimeout as sleep } from 'node:timers/promises';
import { folderStore } from '@farelake/lake';
import { loadMeanwhile } from '../../src/dmap/load-meanwhile.ts';
import { register } from '../../src/index.ts';
import { setContract, useSet } from '../support/datasets.ts';
import { closeWorlds, openWorld } from '../support/world.ts';

afterAll(closeWorlds, 60_000);

test('a few datasets do not wait for more for ever, nor for the end of the run', async () => {
  const world = await openWorld();
  const deliver = useSet(world, setContract('sale', [{ name: 'n' }]));
  const loading = loadMeanwhile(world, undefined, 20);
  await deliver({ datasetId: 'one', text: 'n\n1\n' });
  await register(world, folderStore(world.delivered));
  loading.fetched('dmap_sale');
  while ((await world.status())[0]?.state !== 'live') await sleep(50);
  expect(await world.rows('SELECT n FROM dmap_sale')).toEqual([{ n: '1' }]);
  expect((await loading.end(['dmap_sale'])).tables).toMatchObject([{ dataset: 'dmap_sale', loaded: 1 }]);
});
