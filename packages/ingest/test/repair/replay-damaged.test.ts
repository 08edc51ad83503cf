/** Proves that a replay does not write the rows of other loads once more from a damaged file, and gets through all the same. */
import { readdir, rename } from 'node:fs/promises';
import path from 'node:path';
import { readManifest, type ListedFile } from '@farelake/db';
import { localPath } from '@farelake/lake';
import { sendBack, verifyTable, workTables } from '../../src/index.ts';
import { flipUnread } from '../support/damage.ts';
import { Delivery, seq } from '../support/delivery.ts';
import { closeWorlds, openWorld, type World } from '../support/world.ts';

afterAll(closeWorlds, 60_000);

const COLUMNS = [
  { name: 'ID', type: 'INT4', key: 1 },
  { name: 'NAME', type: 'STRING' },
];

/** Two snapshot files in one batch, so in one file of history, which is damaged. */
async function damagedHistory(): Promise<{ world: World; file: ListedFile }> {
  const world = await openWorld();
  const delivery = new Delivery(world.delivered, 'EDW.X', COLUMNS);
  await delivery.snapshot('LOAD00000001', [['1', 'a']], { start: '2026-01-01T00:00:00' });
  await delivery.snapshot('LOAD00000002', [['2', 'b']], { start: '2026-01-01T00:00:00' });
  await delivery.changes('20260102-000000000', [{ seq: seq(1), oper: 'I', row: ['3', 'c'] }], {
    end: '2026-03-01T00:00:00',
  });
  await world.addTable('EDW.X');
  await world.ingest();
  const file = (await historyOf(world)).find(({ rows }) => rows === 2)!;
  await flipUnread(localPath(file.uri));
  return { world, file };
}

const historyOf = async (world: World) => (await readManifest(world.pool, 'edw_x_history')).files;
const verify = (world: World) => verifyTable(world, world.contracts.get('edw_x')!, 'history');

it('of one load of the file is refused, and names them all; of all of them it makes all right', async () => {
  const { world } = await damagedHistory();
  const before = await historyOf(world);
  await sendBack(world, { loadIds: [1] });
  await workTables(world, ['edw_x']);
  expect(await historyOf(world)).toEqual(before);
  expect((await world.status())[0]).toMatchObject({
    reason: expect.stringMatching(
      /What it holds of other loads cannot .* farelake replay --load 1 --load 2\./,
    ) as string,
  });
  await sendBack(world, { loadIds: [2] });
  await workTables(world, ['edw_x']);
  expect(await verify(world)).toMatchObject({ equal: true, rows: { table: 3 } });
  expect((await world.status())[0]).toMatchObject({ reason: null });
});

it('of all of them gets through one by one, too; what is left in between has no checksum that would vouch for it', async () => {
  const { world, file } = await damagedHistory();
  await sendBack(world, { loadIds: [1, 2] });
  // The second cannot be read for now.
  const hidden = [world.delivered, path.join(world.folder, 'archive')];
  for (const place of hidden) await rename(await secondIn(place), `${place}-second`);
  await workTables(world, ['edw_x']);
  const left = (await historyOf(world)).filter(({ batchId }) => batchId === file.batchId);
  expect(left).toMatchObject([{ rows: 1, sha256: null }]);
  await rename(`${world.delivered}-second`, path.join(world.delivered, 'EDW.X/LOAD00000002.csv.gz'));
  await workTables(world, ['edw_x']);
  const files = await historyOf(world);
  expect(files.every(({ batchId, sha256 }) => batchId !== file.batchId && sha256 !== null)).toBe(true);
  expect(await verify(world)).toMatchObject({ equal: true, rows: { table: 3 } });
});

async function secondIn(folder: string): Promise<string> {
  const names = await readdir(folder, { recursive: true });
  return path.join(
    folder,
    names.find((name) => name.includes('LOAD00000002.csv.gz'))!,
  );
}
