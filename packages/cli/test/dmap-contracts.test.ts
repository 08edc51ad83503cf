/** Proves that a sync tells of sets whose contract can no longer be used, or is gone: their tables get nothing any more. */
import { mkdir, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { csvGz, openStandIn, type StandIn } from '@farelake/dmap/testing';
import { formatContract, setTableName, type Contract } from '@farelake/schema-registry';
import { closeHomes, openHome } from './support/command.ts';

let vendor: StandIn;
beforeAll(async () => {
  vendor = await openStandIn();
}, 60_000);
afterAll(async () => {
  await vendor.close();
  await closeHomes();
}, 60_000);

const contractOf = (set: string): Contract => ({
  ...{ feed: 'dmap', dataset: setTableName(set), source: { schema: 'aggregations', table: set }, version: 1 },
  columns: [
    {
      ...{ id: 101, name: 'n', sourceName: 'n', type: 'bigint', nullable: true },
      ...{ classification: 'public', treatment: 'keep', description: '' },
    },
  ],
  ...{ lastColumnId: 101, key: [], cdc: { updateImage: 'full', beforeImage: 'none' }, layout: {} },
  ...{ publish: { postgres: false }, owner: 'tests' },
});

test('a contract that is broken, or gone, is told by every sync, with exit code 1', async () => {
  const home = await openHome(vendor.variables);
  const file = (set: string) => path.join(home.folder, `registry/dmap/dmap_${set}.json`);
  await mkdir(path.dirname(file('agg_one')), { recursive: true });
  for (const set of ['agg_one', 'agg_two']) {
    await writeFile(file(set), formatContract(contractOf(set)));
    const datasets = [{ datasetId: `${set}_1`, startDate: '2026-01-01', bytes: csvGz(['n'], [[1]]) }];
    await vendor.issue({ api: 'aggregations', set }, datasets);
  }
  expect(await home.run('dmap', 'sync')).toMatchObject({ code: 0 });

  await writeFile(file('agg_two'), '{');
  const broken = await home.run('dmap', 'sync');
  expect(broken.code).toBe(1);
  expect(broken.out).toMatch(/held: dmap_agg_two: its contract dmap\/dmap_agg_two.json cannot be used/);
  const shown = await home.run('dmap', 'show', 'agg_two');
  expect(shown.code).toBe(1);
  expect(shown.err).toContain('agg_two cannot be worked on: its contract dmap/dmap_agg_two.json cannot be used');

  await rm(file('agg_two'));
  const gone = await home.run('dmap', 'sync');
  expect(gone.code).toBe(1);
  expect(gone.out).toMatch(/waiting: dmap_agg_two: its contract is gone/);
  // Who asks for the other one alone is told of that one.
  expect(await home.run('dmap', 'sync', '--set', 'agg_one')).toMatchObject({ code: 0 });
}, 120_000);
