/** Proves that no reader of Glue finds its metadata gone after maintenance: pointers that it moves are published before anything goes. */
import { access } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, beforeAll, expect, it } from '@jest/globals';
import { allPointers } from '@farelake/db';
import { maintain } from '@farelake/ingest';
import { AFTER, begun, change } from '../../../../packages/ingest/test/support/one-row.ts';
import { closeWorlds, type World } from '../../../../packages/ingest/test/support/world.ts';
import { DATABASE, describeGlue, openGlueLake, type GlueLake } from './support/lake.ts';

const TABLES = ['edw_x', 'edw_x_history'];
const OPTIONS = { grace: 0, retention: 0, dryRun: false };

describeGlue('maintenance and Glue', () => {
  let lake: GlueLake;
  let home: Awaited<ReturnType<typeof begun>>;
  let world: World;
  let day = 1;
  beforeAll(async () => {
    lake = await openGlueLake();
    Object.assign(process.env, lake.variables, { AWS_MAX_ATTEMPTS: '1' });
    home = await begun();
    const patience = { retries: 0, ofStores: 0, first: 1, longest: 1 };
    world = { ...home.world, glueDatabase: DATABASE, patience };
    for (const table of TABLES) await lake.createSmall(table);
  });
  afterEach(() => {
    lake.front.fault = () => undefined;
  });
  afterAll(async () => {
    await closeWorlds();
    delete process.env['AWS_MAX_ATTEMPTS'];
    await lake.close();
  });

  const committed = async () => {
    day += 1;
    await home.delivery.changes(`2026010${day}-000000000`, [change(day, String(day))], AFTER);
    await world.ingest();
  };
  const newest = async () =>
    (await allPointers(world.pool, TABLES)).map(({ metadata, version }) => ({ metadata, version: String(version) }));
  const shown = async () => {
    const tables = await Promise.all(TABLES.map((table) => lake.shown(table)));
    for (const { metadata = '' } of tables) await access(fileURLToPath(metadata));
    return tables;
  };

  it('metadata that lets snapshots go is in Glue before the metadata of before goes', async () => {
    await committed();
    expect(await maintain(world, OPTIONS)).toMatchObject({ snapshots: 2, notInGlue: [] });
    expect(await shown()).toEqual(await newest());
  });

  it('where Glue denies it, what it shows stays, and the next run has both right', async () => {
    const before = await shown();
    await committed();
    lake.front.fault = () => ({ status: 400, name: 'AccessDeniedException' });
    const done = await maintain(world, OPTIONS);
    expect(done).toMatchObject({ snapshots: 2, untrimmed: [], notInGlue: TABLES.map((table) => ({ table })) });
    for (const { why } of done.notInGlue) expect(why).toMatch(/glue:GetTable of .* is denied/);
    expect(await shown()).toEqual(before);
    lake.front.fault = () => undefined;
    expect(await maintain(world, OPTIONS)).toMatchObject({ snapshots: 0, notInGlue: [] });
    expect(await shown()).toEqual(await newest());
    for (const { metadata = '' } of before) await expect(access(fileURLToPath(metadata))).rejects.toThrow();
  });
});
