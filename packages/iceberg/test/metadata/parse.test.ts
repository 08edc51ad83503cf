import { describe, expect, it } from '@jest/globals';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import {
  BadMetadata,
  createTable,
  currentSnapshot,
  evolveSchema,
  formatMetadata,
  parseMetadata,
  snapshotOf,
  tableUuid,
  withPrevious,
} from '../../src/index.ts';

const FOREIGN = readFileSync(path.join(import.meta.dirname, '../support/foreign.metadata.json'), 'utf8');
const bytes = (text: string) => new TextEncoder().encode(text);
const text = (meta: Parameters<typeof formatMetadata>[0]) => new TextDecoder().decode(formatMetadata(meta));
/** Without blanks between tokens; numbers as they stand. */
const compact = (json: string) => json.replaceAll(/("(?:[^"\\]|\\.)*")|\s+/g, '$1');

describe('metadata of another writer', () => {
  it('is written again with every number and every field that we do not know', () => {
    expect(text(parseMetadata(bytes(FOREIGN)))).toBe(compact(FOREIGN));
  });

  it('keeps them through changes', () => {
    const meta = parseMetadata(bytes(FOREIGN));
    const evolved = evolveSchema(
      meta,
      [
        { id: 1, name: 'id', type: 'long' },
        { id: 3, name: 'b', type: 'string' },
      ],
      1,
    );
    const again = parseMetadata(formatMetadata(withPrevious(evolved, 's3://b/t/metadata/1.metadata.json', 7)));
    expect(again).toMatchObject({ 'encryption-keys': [{ 'key-id': 'k', weight: 9007199254740993n }] });
    expect(text(again)).toContain('"unknown-number":0.123456789012345678901');
  });

  it('has 63-bit ids', () => {
    const meta = parseMetadata(bytes(FOREIGN));
    expect(currentSnapshot(meta)?.['snapshot-id']).toBe(9223372036854775807n);
    expect(currentSnapshot(meta)?.['parent-snapshot-id']).toBe(3055729675574597004n);
    expect(snapshotOf(meta, 3055729675574597004n)?.['sequence-number']).toBe(1n);
    expect(snapshotOf(meta, 3055729675574597005n)).toBeUndefined();
  });
});

describe('metadata with what is optional left out', () => {
  const least = {
    ...{ 'format-version': 2, 'table-uuid': 'u', location: 's3://b/t', 'last-updated-ms': 1, 'last-column-id': 0 },
    ...{ schemas: [{ type: 'struct', 'schema-id': 0, fields: [] }], 'current-schema-id': 0 },
    ...{ 'partition-specs': [{ 'spec-id': 0, fields: [] }], 'default-spec-id': 0 },
  };
  it('has none', () => {
    const meta = parseMetadata(bytes(JSON.stringify({ ...least, 'current-snapshot-id': null })));
    expect(currentSnapshot(meta)).toBeUndefined();
    expect(meta).toMatchObject({ refs: {}, snapshots: [], 'snapshot-log': [], 'last-sequence-number': 0n });
  });

  it('has a main branch where a snapshot is current', () => {
    const snapshot = { 'snapshot-id': 5, 'timestamp-ms': 1, 'manifest-list': 'x', summary: { operation: 'append' } };
    const meta = parseMetadata(bytes(JSON.stringify({ ...least, 'current-snapshot-id': 5, snapshots: [snapshot] })));
    expect(meta.refs).toEqual({ main: { 'snapshot-id': 5n, type: 'branch' } });
  });
});

it.each<[what: string, text: string]>([
  ['no JSON', '{'],
  ['cut off', FOREIGN.slice(0, 400)],
  ['no object', '[]'],
  ['of version 3', FOREIGN.replace('"format-version": 2', '"format-version": 3')],
  ['without a location', FOREIGN.replace('"location"', '"place"')],
  ['with a fraction for an id', FOREIGN.replaceAll('9223372036854775807', '1.5')],
  ['without a manifest list', FOREIGN.replaceAll('"manifest-list"', '"manifests"')],
])('metadata that is %s is refused', (_, damaged) => {
  expect(() => parseMetadata(bytes(damaged))).toThrow(BadMetadata);
});

describe('a new table', () => {
  const meta = createTable({
    location: 's3://b/stage/t/',
    uuid: tableUuid('local', 'edw_sample'),
    columns: [{ id: 101, name: 'id', type: 'long', doc: '' }],
    properties: { 'gc.enabled': 'true', owner: 'x' },
    now: 1,
  });
  it('is read as it was written', () => {
    expect(parseMetadata(formatMetadata(meta))).toEqual(meta);
  });
  it('lets no other engine delete its files', () => {
    expect(meta.properties).toMatchObject({ 'gc.enabled': 'false', owner: 'x' });
    expect(meta.location).toBe('s3://b/stage/t');
  });
  it('has an identity made of environment and name', () => {
    expect(meta['table-uuid']).toBe('b90e1113-0318-59f2-8ad5-696d80f0d9ce');
    expect(tableUuid('prod', 'edw_sample')).not.toBe(meta['table-uuid']);
  });
  it('remembers the last twenty metadata files', () => {
    let one = meta;
    for (let n = 0; n < 25; n += 1) one = withPrevious(one, `m${String(n)}`, n);
    expect(one['metadata-log']).toHaveLength(20);
    expect(one['metadata-log'][0]).toEqual({ 'metadata-file': 'm5', 'timestamp-ms': 5 });
  });
});
