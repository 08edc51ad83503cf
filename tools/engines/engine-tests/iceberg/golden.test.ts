/**
 * The golden metadata of `@farelake/iceberg`, accepted whole by PyIceberg: its models of table metadata and its readers of Avro
 * say what stands in `packages/iceberg/test/golden`, field by field.
 */
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { execFile } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { writeGoldenTable } from '../../../../packages/iceberg/test/support/golden-table.ts';
import { describeIceberg, installation } from './support/readers.ts';

const GOLDEN = path.resolve(import.meta.dirname, '../../../../packages/iceberg/test/golden');
const LOCATION = 'file:///golden table';

type Json = null | boolean | number | string | Json[] | { [name: string]: Json };
type Fields = Record<string, Json>;

interface Said {
  readonly metadata: Record<string, Fields>;
  readonly lists: Record<string, Fields[]>;
  readonly manifests: Record<string, Fields[]>;
}

const golden = (name: string): Json => unpacked(JSON.parse(readFileSync(path.join(GOLDEN, name), 'utf8')) as Json);
/** That there is no snapshot yet, -1 says to readers in Java; PyIceberg's model leaves it out. */
function tableMetadata(name: string): Fields {
  const metadata = golden(name) as Fields;
  return metadata['current-snapshot-id'] === -1 ? without(metadata, 'current-snapshot-id') : metadata;
}
const records = (name: string): Fields[] => (golden(`${name}.json`) as { records: Fields[] }).records;
const goldenNames = (pattern: RegExp): string[] => readdirSync(GOLDEN).filter((name) => pattern.test(name));

describeIceberg('PyIceberg, of the golden metadata,', () => {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'farelake-golden-'));
  let said: Said;

  beforeAll(async () => {
    await writeGoldenTable(folder, LOCATION);
    const script = path.join(import.meta.dirname, 'support/read_metadata.py');
    const { stdout } = await promisify(execFile)(installation().pyiceberg, [script, folder, LOCATION]);
    said = JSON.parse(stdout) as Said;
  });
  afterAll(() => {
    rmSync(folder, { recursive: true });
  });

  it('has read every file of it', () => {
    expect(Object.keys(said.metadata)).toEqual(goldenNames(/\.metadata\.json$/));
    expect(
      Object.keys(said.lists)
        .map((name) => `${name}.json`)
        .sort(),
    ).toEqual(goldenNames(/^snap-/));
    expect(
      Object.keys(said.manifests)
        .map((name) => `${name}.json`)
        .sort(),
    ).toEqual(goldenNames(/-m\d+\.avro/));
  });

  it('has taken over all that table metadata says', () => {
    for (const [name, metadata] of Object.entries(said.metadata))
      expect({ name, metadata: unpacked(metadata) }).toMatchObject({ name, metadata: tableMetadata(name) });
  });

  it('has the manifests of each snapshot', () => {
    for (const [name, list] of Object.entries(said.lists)) {
      const expected = records(name).map((manifest) => without(manifest, 'manifest_length'));
      expect({ name, list }).toEqual({ name, list: expected });
    }
  });

  it('has the files of each manifest, numbers taken over from the manifest', () => {
    const lists = Object.values(said.lists).flat();
    for (const [name, entries] of Object.entries(said.manifests)) {
      const manifest = lists.find(({ manifest_path: file }) => (file as string).endsWith(`/${name}`))!;
      const number = manifest['sequence_number']!;
      const expected = records(name).map((entry) => ({
        ...entry,
        ...{
          sequence_number: entry['sequence_number'] ?? number,
          file_sequence_number: entry['file_sequence_number'] ?? number,
        },
        data_file: known(entry['data_file'] as Fields),
      }));
      expect({ name, entries }).toEqual({ name, entries: expected });
    }
  });
});

/** PyIceberg's model of v2 has no partition of an unpartitioned table, and knows no `referenced_data_file`. */
const known = (file: Fields): Fields => without(file, 'partition', 'referenced_data_file');

const without = (fields: Fields, ...names: readonly string[]): Fields =>
  Object.fromEntries(Object.entries(fields).filter(([name]) => !names.includes(name)));

/** JSON within text as it stands in golden/; types with one spelling. */
function unpacked(value: Json): Json {
  if (typeof value === 'string')
    return /^[[{]/.test(value) ? { json: unpacked(JSON.parse(value) as Json) } : tight(value);
  if (Array.isArray(value)) return value.map(unpacked);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, unpacked(one)]));
}

const tight = (text: string): string => (/^decimal\(/.test(text) ? text.replace(', ', ',') : text);
