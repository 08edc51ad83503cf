/** What a bundle is: the same bytes wherever it is made, nothing of this machine in it, no engine, small. */
import { execFile } from 'node:child_process';
import { cp, mkdir, mkdtemp, readFile, rm, symlink } from 'node:fs/promises';
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { builtinModules } from 'node:module';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { bundleCode, bundleFunctions, type Bundle } from '../../src/index.ts';

const REPOSITORY = path.resolve(import.meta.dirname, '../../../..');
let folder = '';
let bundle: Bundle;
let taps: Bundle;

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'farelake-bundles-'));
  [bundle, taps] = (await bundleFunctions(path.join(folder, 'one'))) as [Bundle, Bundle];
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** Another checkout with all that went into the bundle, and the descriptions of packages by which it was found. */
async function checkout(inputs: readonly string[]): Promise<string> {
  const copy = path.join(folder, 'a checkout');
  const wanted = new Set(inputs);
  for (const input of inputs)
    for (let parent = path.dirname(input); parent !== '.'; parent = path.dirname(parent))
      if (existsSync(path.join(REPOSITORY, parent, 'package.json'))) wanted.add(path.join(parent, 'package.json'));
  for (const file of wanted) await cp(path.join(REPOSITORY, file), path.join(copy, file));
  await mkdir(path.join(copy, 'node_modules/@farelake'), { recursive: true });
  for (const name of new Set(inputs.map((input) => /^packages\/([^/]+)/.exec(input)?.[1])))
    if (name !== undefined) await symlink(`../../packages/${name}`, path.join(copy, 'node_modules/@farelake', name));
  return copy;
}

test('the same sources give the same bytes, wherever they lie and wherever the bundle goes', async () => {
  const again = await bundleFunctions(path.join(folder, 'two'));
  const inputs = [...new Set([...bundle.inputs, ...taps.inputs])];
  const elsewhere = await bundleFunctions(path.join(folder, 'deeper/three'), await checkout(inputs));
  for (const [index, { file }] of [bundle, taps].entries()) {
    const bytes = await readFile(file);
    expect(bytes.equals(await readFile(again[index]!.file))).toBe(true);
    expect(bytes.equals(await readFile(elsewhere[index]!.file))).toBe(true);
  }
});

test('its record has the hash of each of its sources, and is the same elsewhere', async () => {
  const text = await readFile(path.join(folder, 'one/register.inputs.json'), 'utf8');
  const hashes = JSON.parse(text) as Record<string, string>;
  expect(Object.keys(hashes)).toEqual(expect.arrayContaining(['packages/functions/src/register/index.ts']));
  for (const input of bundle.contents) {
    const content = await readFile(path.join(REPOSITORY, input)).catch(() => undefined);
    if (content !== undefined) expect(hashes[input]).toBe(createHash('sha256').update(content).digest('hex'));
  }
  expect(await readFile(path.join(folder, 'deeper/three/register.inputs.json'), 'utf8')).toBe(text);
});

test('no path of this machine is in it', async () => {
  const text = (await readFile(bundle.file, 'utf8')) + (await readFile(taps.file, 'utf8'));
  for (const place of [REPOSITORY, folder, process.env['HOME'] ?? ''])
    if (place.length > 1) expect(text.includes(place)).toBe(false);
});

test('it asks for nothing but what Node has', () => {
  const foreign = [...new Set([...bundle.imports, ...taps.imports])].filter(
    (name) => !builtinModules.includes(name.replace(/^node:/, '')),
  );
  // The driver asks for its native sister where someone has it, and goes on without.
  expect(foreign).toEqual(['pg-native']);
});

test('neither the engine nor what only the engine needs is in it', () => {
  expect(bundle.contents).toContain('packages/lake/src/store/s3-store.ts');
  expect(taps.contents).toContain('packages/lake/src/parquet/write-rows.ts');
  expect(
    taps.contents.filter((input) =>
      /duckdb|csv-parse|client-glue|packages\/lake\/src\/(engine|csv)|packages\/kafka\/client/.test(input),
    ),
  ).toEqual([]);
  expect(
    bundle.contents.filter((input) => /duckdb|csv-parse|packages\/lake\/src\/(engine|csv|parquet)/.test(input)),
  ).toEqual([]);
});

test('it is below the size at which a cold start would be felt', async () => {
  expect(bundle.bytes).toBe((await readFile(bundle.file)).length);
  expect(bundle.bytes).toBeLessThan(1_500_000);
  // The compiler of JSON Schemas, the writers of Parquet and of Iceberg's Avro, and a client of Secrets Manager besides.
  expect(taps.bytes).toBeLessThan(2_100_000);
});

test('the function of topics has their contracts in it, and those of no other feed', async () => {
  expect(taps.contents).toContain('packages/schema-registry/registry/kafka/taps.json');
  const text = await readFile(taps.file, 'utf8');
  expect(/dataset"?: ?"taps"/.test(text)).toBe(true);
  expect(text.includes('edw_card')).toBe(false);
});

test('rows become Parquet in a bundle of some tens of kilobytes, by itself: no engine, no package beside it', async () => {
  const file = path.join(folder, 'rows.mjs');
  const { bytes, contents, imports } = await bundleCode(
    `import { rowsToParquet } from '@farelake/lake';
     const values = ['a', null];
     const { bytes, statistics } = rowsToParquet([{ id: 101, name: 't', type: { kind: 'string' }, values }]);
     console.log(JSON.stringify({ magic: Buffer.from(bytes.slice(-4)).toString(), nulls: statistics['t']?.nulls }));`,
    file,
  );
  expect(contents.filter((input) => /duckdb/.test(input))).toEqual([]);
  expect(imports.filter((name) => !builtinModules.includes(name.replace(/^node:/, '')))).toEqual([]);
  expect(bytes).toBeLessThan(150_000);
  const { stdout } = await promisify(execFile)(process.execPath, [file]);
  expect(JSON.parse(stdout)).toEqual({ magic: 'PAR1', nulls: 1 });
});
