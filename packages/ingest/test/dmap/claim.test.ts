/** Proves that a dataset which was registered, by whomever and whenever, counts as soon as it is planned. */
import { loadsOf } from '@farelake/db';
import { folderStore } from '@farelake/lake';
import { planDatasets } from '../../src/dmap/plan-datasets.ts';
import { planFiles } from '../../src/plan/plan-files.ts';
import { register } from '../../src/register.ts';
import { withTable } from '../../src/table/in-table.ts';
import { setContract, useSet } from '../support/datasets.ts';
import { closeWorlds, openWorld } from '../support/world.ts';

afterAll(closeWorlds, 60_000);

const TABLE = 'dmap_agg_trips';
const contract = setContract('agg_trips', [{ name: 'n', type: 'bigint' }]);

test('a file that another process registers before the loads are read is no other content of a result', async () => {
  const world = await openWorld();
  const deliver = useSet(world, contract);
  await deliver({ datasetId: 'a', text: 'n\n1\n' });
  await register(world, folderStore(world.delivered));
  const loads = await loadsOf(world.pool, TABLE);
  const planned = await withTable(world, TABLE, (own) => planDatasets(own, TABLE, contract, loads));
  expect([...(planned?.verdicts ?? [])]).toEqual([[loads[0]?.id, { event: 'prepare' }]]);
  expect(planned?.batchesOf(loads)).toMatchObject([{ kind: 'datasets', loadIds: [loads[0]?.id] }]);
  const files = await planFiles(world.pool, TABLE, contract, loads);
  expect([files.verdicts.size, files.batchesOf(loads, new Set())]).toEqual([0, []]);
});
