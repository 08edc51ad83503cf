/** Proves that maintenance leaves what Glue shows by our own record, and tells what it could not publish (with a Glue: tools/engines). */
import { access } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { allPointers, writeGluePublication } from '@farelake/db';
import { currentSnapshot, liveFiles, parseMetadata } from '@farelake/iceberg';
import { maintain, type Maintained } from '../../src/index.ts';
import { metadataReader } from '../support/metadata-reader.ts';
import { AFTER, begun, change } from '../support/one-row.ts';
import { closeWorlds, type World } from '../support/world.ts';

const TABLES = ['edw_x', 'edw_x_history'];

beforeAll(() => {
  // Nobody listens there: trouble for as long as a test takes.
  Object.assign(process.env, {
    ...{ AWS_ENDPOINT_URL_GLUE: 'http://127.0.0.1:9', AWS_MAX_ATTEMPTS: '1', AWS_REGION: 'us-east-1' },
    ...{ AWS_ACCESS_KEY_ID: 'test', AWS_SECRET_ACCESS_KEY: 'test' },
  });
});
afterAll(closeWorlds, 60_000);

const sweep = (world: World, settings: Partial<World> = {}): Promise<Maintained> => {
  const patience = { retries: 0, ofStores: 0, first: 1, longest: 1 };
  return maintain({ ...world, patience, ...settings }, { grace: 0, retention: 0, dryRun: false });
};

/** As a publication notes it. @returns what readers of Glue read from then on, by table */
async function inGlue(world: World): Promise<string[]> {
  const pointers = await allPointers(world.pool, TABLES);
  for (const pointer of pointers) await writeGluePublication(world.pool, 'lake', pointer, false);
  return pointers.map(({ metadata }) => metadata);
}

const isThere = (uri: string): Promise<boolean> =>
  access(fileURLToPath(uri)).then(
    () => true,
    () => false,
  );

/** Reads all that the newest snapshot in the metadata needs. @returns its data files */
async function readable(metadata: string): Promise<string[]> {
  const snapshot = currentSnapshot(parseMetadata(await metadataReader.read(metadata)));
  const files = (await liveFiles(metadataReader, snapshot)).map(({ path }) => path);
  for (const file of files) expect(await isThere(file)).toBe(true);
  return files;
}

async function committed(days: readonly number[], { world, delivery }: Awaited<ReturnType<typeof begun>>) {
  for (const day of days) {
    await delivery.changes(`2026010${day}-000000000`, [change(day, String(day))], AFTER);
    await world.ingest();
  }
}

it('metadata that Glue points at stays while Glue is away, which is told; it goes once Glue has moved on', async () => {
  const home = await begun();
  const { world } = home;
  await committed([2], home);
  const shown = await inGlue(world);
  const done = await sweep(world, { glueDatabase: 'lake' });
  expect(done).toMatchObject({ snapshots: 2, notInGlue: TABLES.map((table) => ({ table })) });
  for (const { why } of done.notInGlue) expect(why).toMatch(/Glue at 127\.0\.0\.1:9 does not answer/);
  for (const metadata of shown) await readable(metadata);
  // Nor by a run that does not know of Glue.
  expect(await sweep(world)).toMatchObject({ notInGlue: [] });
  for (const metadata of shown) await readable(metadata);
  await inGlue(world);
  await sweep(world);
  for (const metadata of shown) expect(await isThere(metadata)).toBe(false);
});

it('a version that Glue shows stays readable whole, however many were committed since', async () => {
  const home = await begun();
  const { world } = home;
  await committed([2], home);
  const shown = await inGlue(world);
  await committed([3], home);
  const between = (await allPointers(world.pool, TABLES)).map(({ metadata }) => metadata);
  const [own = []] = await Promise.all(between.map(readable));
  await committed([4, 5], home);
  await sweep(world);
  for (const metadata of shown) await readable(metadata);
  // What Glue does not show goes as ever.
  for (const gone of [...between, ...own]) expect(await isThere(gone)).toBe(false);
  await inGlue(world);
  const [segment = ''] = await readable(shown[0]!);
  await sweep(world);
  expect(await isThere(shown[0]!)).toBe(false);
  expect(await isThere(segment)).toBe(false);
});

it('a dry run publishes nothing', async () => {
  const home = await begun();
  await inGlue(home.world);
  await committed([2], home);
  const done = await maintain({ ...home.world, glueDatabase: 'lake' }, { grace: 0, retention: 0, dryRun: true });
  expect(done.notInGlue).toEqual([]);
  const { rows } = await home.world.pool.query('SELECT FROM ledger.glue_tables WHERE trouble IS NOT NULL');
  expect(rows).toEqual([]);
});
