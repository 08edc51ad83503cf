/** Proves that a restore takes the latest commit of the highest version or none, and says where it cannot know whether there was one more. */
import { readdir, readFile, rm, stat, truncate, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { maintain } from '../../src/index.ts';
import { atVersion, rowsAt } from '../support/as-it-stood.ts';
import { CURRENT, tables, withChanges } from '../support/before-loss.ts';
import { afterLoss, lostAndRestored, restoreAll } from '../support/lost.ts';
import { closeWorlds, type World } from '../support/world.ts';

afterAll(closeWorlds, 120_000);

const folderOf = (world: World, table: string) => path.join(world.folder, 'stage', table, 'metadata');

async function newest(world: World, table: string, ending: string): Promise<string> {
  const names = (await readdir(folderOf(world, table))).filter((name) => name.endsWith(ending)).toSorted();
  return path.join(folderOf(world, table), names.at(-1)!);
}

/** Beside what was committed, a commit of the same version that died, so many milliseconds after it. @returns its metadata */
async function rival(committed: string, after: number, change = (text: string) => text): Promise<string> {
  const text = await readFile(committed, 'utf8');
  const { 'last-updated-ms': at } = JSON.parse(text) as { 'last-updated-ms': number };
  const file = path.join(path.dirname(committed), `00004-${(after < 0 ? 'a' : 'b').repeat(20)}-00000000.metadata.json`);
  await writeFile(file, change(text.replace(`"last-updated-ms":${at}`, `"last-updated-ms":${at + after}`)));
  return file;
}

const pointer = async ({ pool }: World): Promise<string> => {
  const { rows } = await pool.query<{ metadata: string }>(
    `SELECT metadata FROM ledger.pointers WHERE table_name = 'edw_x'`,
  );
  return path.basename(rows[0]!.metadata);
};

it('of rivals of one version the later counts', async () => {
  const { world } = await withChanges();
  const committed = await newest(world, 'edw_x', '.metadata.json');
  await rival(committed, -1000);
  expect(await pointer(await lostAndRestored(world))).toBe(path.basename(committed));
  const later = await rival(committed, 1000);
  const restored = await lostAndRestored(world);
  expect(await pointer(restored)).toBe(path.basename(later));
  expect(await restored.rows(CURRENT)).toEqual(await world.rows(CURRENT));
});

it('an earlier one is not taken in the place of a later one of which files are gone, or that is cut off', async () => {
  const { world } = await withChanges();
  const committed = await newest(world, 'edw_x', '.metadata.json');
  const later = await rival(committed, 1000, (text) => text.replaceAll(/snap-\d+-/g, 'snap-1-'));
  const incomplete = { restored: [], leftOut: [{ code: 'stage-incomplete' }] };
  expect(await restoreAll(await afterLoss(world))).toMatchObject(incomplete);
  await truncate(later, Math.floor((await stat(later)).size / 2));
  const damaged = { restored: [], leftOut: [{ code: 'stage-damaged' }] };
  expect(await restoreAll(await afterLoss(world))).toMatchObject(damaged);
  await rm(later);
  expect(await (await lostAndRestored(world)).rows(CURRENT)).toEqual(await world.rows(CURRENT));
});

it('that the newest metadata is gone is told where its journal is left; its files stay, its number is left out, no row is lost', async () => {
  const { world } = await withChanges();
  const before = await tables(world);
  const lost = await newest(world, 'edw_x', '.metadata.json');
  const [, attempt] = path.basename(lost).split('-');
  const own = async () => {
    const names = await readdir(path.join(world.folder, 'stage/edw_x'), { recursive: true });
    return names.filter((name) => name.includes(attempt!)).toSorted();
  };
  await rm(lost);
  const files = await own();
  expect(files.filter((name) => name.endsWith('.parquet'))).toHaveLength(1);
  const next = await afterLoss(world);
  const { restored } = await restoreAll(next);
  expect(restored).toMatchObject([{ tables: [{ table: 'edw_x', version: 3 }, { table: 'edw_x_history' }] }]);
  expect(restored[0]?.notes.join('\n')).toMatch(
    /edw_x: a journal tells of version 4 with 1 file, and no metadata does/,
  );
  await maintain(next, { grace: 0, retention: 0, dryRun: false });
  expect(await own()).toEqual(files);
  expect((await next.ingest()).troubled).toEqual([]);
  expect(await tables(next)).toEqual(before);
  expect(await newest(next, 'edw_x', '.metadata.json')).toMatch(/00005-[^/]*$/);
});

it('a former version whose files are gone keeps nothing from being restored, and cannot be read', async () => {
  const { world } = await withChanges();
  const { rows } = await world.pool.query<{ uri: string; version: number }>(
    `SELECT uri, version_added AS version FROM ledger.files
     WHERE table_name = 'edw_x' AND version_removed IS NOT NULL ORDER BY id LIMIT 1`,
  );
  const [{ uri, version }] = rows as [{ uri: string; version: number }];
  await rm(fileURLToPath(uri));
  const next = await afterLoss(world);
  const { leftOut, restored } = await restoreAll(next);
  expect(leftOut).toEqual([]);
  expect(restored[0]?.notes.join('\n')).toContain(
    `edw_x: of former versions, which cannot be read now, 1 file is missing: ${uri}`,
  );
  expect(await tables(next)).toEqual(await tables(world));
  await expect(rowsAt(next, CURRENT, atVersion('edw_x', version))).rejects.toMatchObject({ code: 'version-gone' });
  expect((await next.ingest()).troubled).toEqual([]);
});
