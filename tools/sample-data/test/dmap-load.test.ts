/** Proves that invented datasets of every set load by the registry's contracts, whole, and that no rider can be read in the tables. */
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';

import { formatDatasetKey, parseInstant } from '../../../packages/dmap/src/index.ts';
import { storedColumns, type Contract } from '../../../packages/schema-registry/src/index.ts';
import { closeWorlds, openWorld, REPOSITORY, type World } from '../../../packages/ingest/test/support/world.ts';
import { DMAP_SETS, generateDatasets, type Dataset } from '../src/index.ts';

const before = process.env['FARELAKE_HMAC_KEY'];
let world: World;
const datasets = [...generateDatasets({ datasets: 2, days: 7, rows: 40 })];

beforeAll(async () => {
  process.env['FARELAKE_HMAC_KEY'] = 'a key of forty characters, for tests only';
  world = await openWorld();
  for (const { set } of DMAP_SETS) {
    const file = path.join(REPOSITORY, 'packages/schema-registry/registry/dmap', `dmap_${set}.json`);
    const contract = JSON.parse(await readFile(file, 'utf8')) as Contract;
    world.contracts.set(contract.dataset, contract);
  }
  for (const dataset of datasets) await deliver(dataset);
}, 60_000);
afterAll(async () => {
  if (before === undefined) delete process.env['FARELAKE_HMAC_KEY'];
  else process.env['FARELAKE_HMAC_KEY'] = before;
  await closeWorlds();
}, 60_000);

async function deliver({ set, datasetId, startDate, endDate, lastUpdated, body }: Dataset): Promise<void> {
  const issued = parseInstant(lastUpdated);
  if (issued === undefined) throw new Error(`${lastUpdated} is no time`);
  const file = path.join(
    world.delivered,
    formatDatasetKey({ set, datasetId, startDate, endDate, lastUpdated: issued }),
  );
  await mkdir(path.dirname(file), { recursive: true });
  await writeFile(file, body);
}

it('every row of every set is in its table', async () => {
  const { tables } = await world.ingest();
  expect(tables.map(({ dataset, rowsLoaded, trouble }) => ({ dataset, rowsLoaded, trouble }))).toEqual(
    DMAP_SETS.map(({ set }) => ({ dataset: `dmap_${set}`, rowsLoaded: 80, trouble: null })).toSorted((a, b) =>
      a.dataset < b.dataset ? -1 : 1,
    ),
  );
  for (const { set } of DMAP_SETS) {
    const contract = world.contracts.get(`dmap_${set}`)!;
    const rows = await world.rows(`SELECT * FROM dmap_${set}`);
    expect(rows).toHaveLength(80);
    expect(Object.keys(rows[0]!)).toEqual([
      ...storedColumns(contract).map(({ name }) => name),
      ...['dataset_id', '_period_start', '_period_end', '_last_updated', '_load_id', '_line'],
    ]);
  }
}, 240_000);

it('of customers there are hashes of e-mail addresses, and nothing else', async () => {
  const rows = await world.rows('SELECT * FROM dmap_sale_transaction WHERE customer_email IS NOT NULL');
  expect(rows.length).toBeGreaterThan(5);
  for (const row of rows) {
    expect(row['customer_email']).toMatch(/^[0-9a-f]{64}$/);
    expect(row['serial_nbr']).toMatch(/^[0-9a-f]{64}$/);
    expect(Object.keys(row).filter((name) => name.startsWith('customer_'))).toEqual(['customer_email']);
  }
  const everything = JSON.stringify(await Promise.all(DMAP_SETS.map(({ set }) => world.rows(`FROM dmap_${set}`))));
  expect(datasets.some(({ text }) => text.includes('@example.org') && text.includes('Harborview'))).toBe(true);
  expect(everything).not.toMatch(/@example\.org|Harborview|gate was stuck/);
}, 60_000);
