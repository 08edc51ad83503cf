/** Bundles of the functions: one file each, the same bytes for the same sources wherever they lie. */
import { createHash } from 'node:crypto';
import { readFile, rename, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { build } from 'esbuild';
import { bundledTopics, topicFiles } from './topics.ts';

/** Every function, by the folder of its entry. */
export const FUNCTIONS = ['register', 'taps'] as const;
export type FunctionName = (typeof FUNCTIONS)[number];

export interface Bundle {
  readonly name: FunctionName;
  readonly file: string;
  readonly bytes: number;
  /** Files that were read for it, relative to the repository. */
  readonly inputs: readonly string[];
  /** Of these, the ones of which something is in it. */
  readonly contents: readonly string[];
  /** Modules that it asks for when it runs. */
  readonly imports: readonly string[];
}

const SOURCES = path.resolve(import.meta.dirname, '..');
const REPOSITORY = path.resolve(SOURCES, '../../..');
/** How it is bundled goes into the bytes as well. */
const THIS = path.relative(REPOSITORY, import.meta.filename);

/** Some packages are CommonJS and ask for Node's own modules by `require`, which an ES module has not. */
const REQUIRE = "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);";

/**
 * Writes `<folder>/<name>/index.mjs` for each function, whole or not at all, and beside it `<folder>/<name>.inputs.json`,
 * the SHA-256 of each file that it was made of, by its path in the repository: who takes a bundle in can tell by it that
 * the sources have changed since.
 * @param repository where sources are read; another checkout gives the same bytes
 */
export async function bundleFunctions(folder: string, repository = REPOSITORY): Promise<Bundle[]> {
  return Promise.all(FUNCTIONS.map((name) => bundleFunction(name, folder, repository)));
}

async function bundleFunction(name: FunctionName, folder: string, repository: string): Promise<Bundle> {
  const file = path.join(folder, name, 'index.mjs');
  const beside = path.join(folder, `.${name}-${process.pid}`, 'index.mjs');
  const { metafile } = await build({
    absWorkingDir: repository,
    entryPoints: [path.join(path.relative(REPOSITORY, SOURCES), name, 'index.ts')],
    outfile: beside,
    bundle: true,
    platform: 'node',
    target: 'node24',
    format: 'esm',
    // Names stay, so that a stack in the log can be read without a source map.
    minifyWhitespace: true,
    minifySyntax: true,
    legalComments: 'none',
    banner: { js: REQUIRE },
    // Native code: an optional driver of pg, which nobody installs, and the engine, of which no function here may be in
    // need; a bundle that asks for it fails its test.
    external: ['pg-native', '@duckdb/*'],
    plugins: [bundledTopics(repository)],
    metafile: true,
    logLevel: 'silent',
  });
  const [output] = Object.values(metafile.outputs);
  if (output === undefined) throw new Error(`esbuild wrote nothing for ${name}`);
  const topics = name === 'taps' ? await topicFiles(repository) : [];
  const inputs = [...Object.keys(metafile.inputs), ...topics];
  const record = path.join(folder, `${name}.inputs.json`);
  // First of all: a bundle without its record counts as old.
  await rm(record, { force: true });
  await rm(path.dirname(file), { recursive: true, force: true });
  await rename(path.dirname(beside), path.dirname(file));
  await writeFile(record, `${JSON.stringify(await hashesOf([THIS, ...inputs], repository), null, 1)}\n`);
  return {
    name,
    file,
    bytes: output.bytes,
    inputs,
    contents: [...Object.keys(output.inputs), ...topics],
    imports: output.imports.map((module) => module.path),
  };
}

async function hashesOf(files: readonly string[], repository: string): Promise<Record<string, string>> {
  const hashes = files
    // What esbuild leaves empty has a name and no file: `(disabled):…`.
    .filter((file) => !file.startsWith('('))
    .map(async (file) => {
      const content = await readFile(path.resolve(file === THIS ? REPOSITORY : repository, file));
      return [file, createHash('sha256').update(content).digest('hex')] as const;
    });
  return Object.fromEntries(await Promise.all(hashes));
}
