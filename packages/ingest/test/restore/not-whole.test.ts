/** Proves what is told of a stage that is not whole, or is another's: nothing is made up. */
import { readdir, rename, rm } from 'node:fs/promises';
import path from 'node:path';
import { findings, tables, withChanges } from '../support/before-loss.ts';
import { afterLoss, restoreAll } from '../support/lost.ts';
import { closeWorlds, openWorld, type World } from '../support/world.ts';

afterAll(closeWorlds, 60_000);

const metadataFolder = (world: World, table: string) => path.join(world.folder, 'stage', table, 'metadata');

it('a missing file leaves the table out, and tells which; its bytes back, it is restored', async () => {
  const { world } = await withChanges();
  const { rows } = await world.pool.query<{ uri: string }>(
    `SELECT uri FROM ledger.files WHERE table_name = 'edw_x_history' AND version_removed IS NULL ORDER BY id LIMIT 1`,
  );
  const file = new URL(rows[0]!.uri).pathname;
  await rename(file, `${file}.away`);
  const next = await afterLoss(world);
  const { leftOut, restored } = await restoreAll(next);
  expect(restored).toEqual([]);
  expect(leftOut).toMatchObject([
    { code: 'stage-incomplete', problem: expect.stringContaining(path.basename(file)) as string },
  ]);
  expect((await next.pool.query('SELECT count(*) AS n FROM ledger.versions')).rows).toEqual([{ n: 0 }]);
  await rename(`${file}.away`, file);
  expect((await restoreAll(next)).leftOut).toEqual([]);
});

it('a journal of the history that is gone leaves the table out; one of the current table costs a fold', async () => {
  const { world } = await withChanges();
  const gone = async (table: string, version: string) => {
    const folder = metadataFolder(world, table);
    for (const name of await readdir(folder))
      if (name.startsWith(version) && name.endsWith('.journal.json'))
        await rename(path.join(folder, name), path.join(folder, `${name}.away`));
  };
  await gone('edw_x_history', '00002');
  expect((await restoreAll(await afterLoss(world))).leftOut).toMatchObject([{ code: 'journal-gone' }]);
  const folder = metadataFolder(world, 'edw_x_history');
  for (const name of await readdir(folder))
    if (name.endsWith('.away')) await rename(path.join(folder, name), path.join(folder, name.replace('.away', '')));
  await gone('edw_x', '00004');
  const next = await afterLoss(world);
  const { restored } = await restoreAll(next);
  expect(restored[0]?.notes.join()).toContain('folds it anew');
  expect(await tables(next)).toEqual(await tables(world));
  expect((await next.ingest()).tables).toMatchObject([{ loaded: 0, applied: 4, trouble: null }]);
  expect(await tables(next)).toEqual(await tables(world));
  expect(await findings(next)).toEqual([]);
});

it('a stage that was moved, and another environment, are told', async () => {
  const { world } = await withChanges(1);
  const next = await afterLoss(world, { environment: 'other' });
  expect((await restoreAll(next)).leftOut).toMatchObject([
    { code: 'stage-moved', problem: expect.stringContaining('environment') as string },
  ]);
  const moved = await openWorld();
  moved.contracts.set('edw_x', world.contracts.get('edw_x')!);
  await rm(path.join(moved.folder, 'stage'), { recursive: true, force: true });
  await rename(path.join(world.folder, 'stage'), path.join(moved.folder, 'stage'));
  expect((await restoreAll(moved)).leftOut).toMatchObject([{ code: 'stage-moved' }]);
});
