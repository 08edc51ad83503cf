/**
 * The metadata of a small table (`support/golden-table.ts`) against `golden/`: each metadata file's text, each Avro file's header
 * and records. A change of what is written shows in review; UPDATE_GOLDEN=1 writes the expectations. That other readers accept it is
 * proven in the engine tests.
 */
import { expect, it } from '@jest/globals';
import { mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { testFolder } from './support/folder.ts';
import { writeGoldenTable } from './support/golden-table.ts';
import { asJson, readAvro } from './support/read-avro.ts';

const GOLDEN = path.join(import.meta.dirname, 'golden');
const LOCATION = 'file:///golden table';
const folder = testFolder();

it('writes the metadata of the golden table as it stands in golden/', async () => {
  await writeGoldenTable(folder, LOCATION);
  const written = await writtenMetadata();
  if (process.env['UPDATE_GOLDEN'] === '1') {
    rmSync(GOLDEN, { recursive: true, force: true });
    mkdirSync(GOLDEN);
    for (const [name, text] of written) writeFileSync(path.join(GOLDEN, name), text);
  }
  const golden = readdirSync(GOLDEN).map((name) => [name, readFileSync(path.join(GOLDEN, name), 'utf8')] as const);
  expect(new Map(written)).toEqual(new Map(golden));
});

async function writtenMetadata(): Promise<[name: string, text: string][]> {
  const metadata = path.join(folder, 'metadata');
  const files = readdirSync(metadata).map(async (name): Promise<[string, string]> => {
    const file = path.join(metadata, name);
    const content: unknown = name.endsWith('.avro')
      ? withoutLengths(asJson(await readAvro(file)))
      : JSON.parse(readFileSync(file, 'utf8'));
    return [name.endsWith('.json') ? name : `${name}.json`, `${JSON.stringify(parsedTexts(content), null, 2)}\n`];
  });
  return Promise.all(files);
}

/** How well a file packs is a matter of zlib's version; that the length told is the file's is not. */
function withoutLengths(content: unknown): unknown {
  const { records, ...rest } = content as { records: Record<string, unknown>[] };
  return {
    ...rest,
    records: records.map((record) => {
      const { manifest_path: manifest, manifest_length: length } = record;
      if (typeof manifest !== 'string') return record;
      expect(length).toBe(statSync(path.join(folder, manifest.slice(LOCATION.length))).size);
      return { ...record, manifest_length: 'of the file' };
    }),
  };
}

/** JSON within JSON is easier to review as such. */
function parsedTexts(value: unknown): unknown {
  if (typeof value === 'string' && /^[[{]/.test(value)) return { json: parsedTexts(JSON.parse(value)) };
  if (Array.isArray(value)) return value.map(parsedTexts);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, parsedTexts(one)]));
}
