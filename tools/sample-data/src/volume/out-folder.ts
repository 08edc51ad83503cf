import { mkdir, readdir, rm } from 'node:fs/promises';
import path from 'node:path';
import { folderOf } from '../table.ts';
import { UsageError } from '../usage-error.ts';
import { FEED_FOLDER } from './data-writer.ts';
import { RECIPES } from './tables/index.ts';

export const EXPECTED = 'expected.json';
export const EXPECTED_ROWS = 'expected-rows';

const entriesOf = async (folder: string): Promise<string[]> => {
  try {
    return await readdir(folder);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT') return [];
    if (code === 'ENOTDIR') throw new UsageError(`${folder} is a file`, 'name a folder', { cause: error });
    throw error;
  }
};

/**
 * A folder for a feed. With `force`, what an earlier feed left there goes first, and its `expected.json` before all
 * else: a feed without one is not whole. Other files stay as they are.
 * @throws UsageError if something is there already and `force` is not said
 */
export const prepareFolder = async (out: string, force: boolean): Promise<void> => {
  const there = await entriesOf(out);
  if (there.length > 0 && !force)
    throw new UsageError(`${out} is not empty`, 'name another folder, or say --force to replace the feed in it');
  await rm(path.join(out, EXPECTED), { force: true });
  await rm(path.join(out, EXPECTED_ROWS), { recursive: true, force: true });
  for (const { table } of RECIPES)
    for (const folder of [folderOf(table), `${folderOf(table)}__ct`])
      await rm(path.join(out, FEED_FOLDER, folder), { recursive: true, force: true });
  await mkdir(out, { recursive: true });
};
