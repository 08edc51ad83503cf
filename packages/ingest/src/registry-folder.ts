/** The registry as a folder of contract files. */
import { readdir, readFile, rename, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { makeFolder } from '@farelake/lake';
import {
  CONTRACT_SCHEMA_FILE,
  contractSchemaText,
  formatContract,
  loadRegistry,
  requireRegistry,
  UserError,
  type Contract,
  type Registry,
} from '@farelake/schema-registry';

/**
 * All contracts by dataset; a folder that is not there holds none.
 * @throws RegistryError naming every fault; UserError `registry-no-folder` where something else has the folder's name
 */
export const readRegistry = async (folder: string): Promise<Map<string, Contract>> =>
  byDataset(requireRegistry(await readFiles(folder)));

/** As `readRegistry`, of a registry of which only a part may be right: a faulty contract is a matter of its own table. */
export async function readContracts(
  folder: string,
): Promise<{ readonly contracts: Map<string, Contract>; readonly faulty: Registry['faulty'] }> {
  const { contracts, faulty } = loadRegistry(await readFiles(folder));
  return { contracts: byDataset(contracts), faulty };
}

const byDataset = (contracts: readonly Contract[]): Map<string, Contract> =>
  new Map(contracts.map((contract) => [contract.dataset, contract]));

async function readFiles(folder: string) {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch((error: unknown) => {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT') return [];
    if (code === 'ENOTDIR')
      throw new UserError({
        code: 'registry-no-folder',
        problem: `The registry ${folder} is no folder.`,
        remedy: 'Set FARELAKE_REGISTRY to the folder of contracts.',
        cause: error,
      });
    throw error;
  });
  const files = entries.filter((entry) => entry.isFile() && entry.name.endsWith('.json'));
  return Promise.all(
    files.map(async (entry) => {
      const file = path.join(entry.parentPath, entry.name);
      return { path: path.relative(folder, file).split(path.sep).join('/'), text: await readFile(file, 'utf8') };
    }),
  );
}

export const contractPath = (folder: string, contract: Contract): string =>
  path.join(folder, contract.feed, `${contract.dataset}.json`);

/** Writes a contract, and beside the feeds the JSON Schema that editors complete it by. */
export async function writeContract(folder: string, contract: Contract): Promise<string> {
  const file = contractPath(folder, contract);
  await makeFolder(path.dirname(file), 'FARELAKE_REGISTRY');
  await writeWhole(path.join(folder, CONTRACT_SCHEMA_FILE), contractSchemaText());
  await writeWhole(file, formatContract(contract));
  return file;
}

async function writeWhole(file: string, text: string): Promise<void> {
  const beside = `${file}.${process.pid}.part`;
  await writeFile(beside, text);
  await rename(beside, file);
}
