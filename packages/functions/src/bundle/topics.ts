/** Contracts of topics inside a bundle: the function asks for no file when it starts. */
import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { requireRegistry } from '@farelake/schema-registry';
import type { Plugin } from 'esbuild';

/** Below the repository. */
const TOPICS = 'packages/schema-registry/registry/kafka';

/**
 * Takes the place of `taps/contracts.ts`.
 * @throws RegistryError naming every fault of the contracts
 */
export const bundledTopics = (repository: string): Plugin => ({
  name: 'contracts of topics',
  setup: (build) => {
    build.onLoad({ filter: /functions[/\\]src[/\\]taps[/\\]contracts\.ts$/ }, async () => {
      const folder = path.join(repository, TOPICS);
      const names = (await readdir(folder)).filter((name) => name.endsWith('.json')).toSorted();
      const files = await Promise.all(
        names.map(async (name) => ({ path: `kafka/${name}`, text: await readFile(path.join(folder, name), 'utf8') })),
      );
      const contracts = requireRegistry(files).map((contract) => [contract.dataset, contract]);
      return {
        contents: `export const topicContracts = async () => new Map(${JSON.stringify(contracts)});`,
        loader: 'js',
        watchFiles: names.map((name) => path.join(folder, name)),
      };
    });
  },
});

/** Files that go into a bundle with contracts, relative to the repository. */
export const topicFiles = async (repository: string): Promise<string[]> =>
  (await readdir(path.join(repository, TOPICS)))
    .filter((name) => name.endsWith('.json'))
    .toSorted()
    .map((name) => `${TOPICS}/${name}`);
