import { expect, test } from '@jest/globals';
import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { type Contract, CONTRACT_SCHEMA_FILE, formatContract, loadRegistry, type RegistryFile } from '../src/index.ts';

const folder = path.join(import.meta.dirname, '..', 'registry');

async function committed(): Promise<RegistryFile[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const paths = entries.filter((entry) => entry.isFile()).map((entry) => path.join(entry.parentPath, entry.name));
  return await Promise.all(
    paths.map(async (file) => ({
      path: path.relative(folder, file).split(path.sep).join('/'),
      text: await readFile(file, 'utf8'),
    })),
  );
}

test("the repository's registry has no fault, and its files are written as the command line writes them", async () => {
  const files = await committed();
  expect(loadRegistry(files).faults).toEqual([]);
  const contracts = files.filter((file) => file.path.endsWith('.json') && file.path !== CONTRACT_SCHEMA_FILE);
  for (const { text } of contracts) expect(formatContract(JSON.parse(text) as Contract)).toBe(text);
});
