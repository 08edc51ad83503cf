/** Proves that what is fetched comes into its table after a while, whatever else is still under way. */
import { setTimeout as sleep } from 'node:timers/promises';
import { folderStore } from '@farelake/lake';
import { loadMeanwhile } from '../../src/dmap/load-meanwhile.ts';
import { register } from '../../src/index.ts';
import { withTable } from '../../src/table/in-table.ts';
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

test('of tables that are due together one that another process works on keeps no other waiting', async () => {
  const world = await openWorld();
  for (const set of ['held', 'other'])
    await useSet(world, setContract(set, [{ name: 'n' }]))({ datasetId: set, text: 'n\n1\n' });
  await register(world, folderStore(world.delivered));
  const loading = loadMeanwhile(world);
  await withTable(world, 'dmap_held', async () => {
    loading.due('dmap_held');
    loading.due('dmap_other');
    while ((await world.status())[1]?.state !== 'live') await sleep(50);
    expect(await world.status()).toMatchObject([
      { table: 'dmap_held', rows: 0 },
      { table: 'dmap_other', rows: 1 },
    ]);
  });
  expect(await loading.end(['dmap_held', 'dmap_other'])).toMatchObject({
    tables: [{ loaded: 1 }, { loaded: 1 }],
    troubled: [],
  });
});
