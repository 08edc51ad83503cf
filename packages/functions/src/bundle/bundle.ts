/** Bundles of the functions: one file each, the same bytes for the same sources wherever they lie. */
import { createHash } from 'node:crypto';
import { readFile, rename, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { build, type BuildOptions, type Metafile } from 'esbuild';
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

const SETTINGS = {
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
  metafile: true,
  logLevel: 'silent',
} as const satisfies BuildOptions;

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
    ...SETTINGS,
    absWorkingDir: repository,
    entryPoints: [path.join(path.relative(REPOSITORY, SOURCES), name, 'index.ts')],
    outfile: beside,
    plugins: [bundledTopics(repository)],
  });
  const output = onlyOutput(metafile);
  const topics = name === 'taps' ? await topicFiles(repository) : [];
  const inputs = [...Object.keys(metafile.inputs), ...topics];
  const record = path.join(folder, `${name}.inputs.json`);
  // First of all: a bundle without its record counts as old.
  await rm(record, { force: true });
  await rm(path.dirname(file), { recursive: true, force: true });
  await rename(path.dirname(beside), path.dirname(file));
  await writeFile(record, `${JSON.stringify(await hashesOf([THIS, ...inputs], repository), null, 1)}\n`);
  const told = describe(output);
  return { name, file, inputs, ...told, contents: [...told.contents, ...topics] };
}

export interface CodeOptions {
  /** Where its relative imports begin, and packages are looked for. */
  readonly folder?: string;
  /** `cjs` for code that holds in no module; no function is one. */
  readonly format?: 'esm' | 'cjs';
}

/** Bundles any TypeScript as a function would be: what it would add to one, and what it takes to start it. */
export async function bundleCode(
  code: string,
  file: string,
  { folder = SOURCES, format = 'esm' }: CodeOptions = {},
): Promise<Pick<Bundle, 'bytes' | 'contents' | 'imports'>> {
  const { metafile } = await build({
    ...SETTINGS,
    ...(format === 'cjs' ? { format, banner: {} } : {}),
    absWorkingDir: REPOSITORY,
    stdin: { contents: code, resolveDir: folder, loader: 'ts' },
    outfile: file,
  });
  return describe(onlyOutput(metafile));
}

type Output = Metafile['outputs'][string];

function onlyOutput({ outputs }: Metafile): Output {
  const [output] = Object.values(outputs);
  if (output === undefined) throw new Error('esbuild wrote nothing');
  return output;
}

const describe = ({ bytes, inputs, imports }: Output): Pick<Bundle, 'bytes' | 'contents' | 'imports'> => ({
  bytes,
  contents: Object.keys(inputs),
  imports: imports.map((module) => module.path),
});

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
