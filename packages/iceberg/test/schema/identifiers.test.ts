/** What other writers say identifies a row is not lost when columns change. */
import { expect, it } from '@jest/globals';
import {
  type Column,
  createTable,
  evolveSchema,
  formatMetadata,
  parseMetadata,
  schemaOf,
  type TableMetadata,
} from '../../src/index.ts';
import { UUID } from '../support/files.ts';

const A: Column = { id: 101, name: 'a', type: 'long', required: true };
const B: Column = { id: 102, name: 'b', type: 'string', required: true };
const C: Column = { id: 103, name: 'c', type: 'string' };

/** As another writer leaves it. */
function identified(ids: unknown): TableMetadata {
  const meta = createTable({ location: 's3://b/t', uuid: UUID, columns: [A, B], now: 1 });
  const schemas = meta.schemas.map((schema) => ({ ...schema, 'identifier-field-ids': ids as number[] }));
  return parseMetadata(formatMetadata({ ...meta, schemas }));
}
const evolved = (meta: TableMetadata, columns: readonly Column[], retype = false) =>
  evolveSchema(meta, columns, 2, { retype });
const idsIn = (meta: TableMetadata) => schemaOf(meta)['identifier-field-ids'];

it.each<[what: string, columns: Column[], ids: number[] | undefined]>([
  ['a column comes', [A, B, C], [102, 101]],
  ['they are renamed and stand elsewhere', [{ ...B, name: 'key' }, A], [102, 101]],
  ['one of them goes', [A], undefined],
  ['one of them may be NULL', [{ ...A, required: false }, B], undefined],
  ['one of them becomes a floating-point number', [{ ...A, type: 'double' }, B], undefined],
  ['all of them go', [C], undefined],
])('identifiers where %s', (_, columns, ids) => {
  const meta = evolved(identified([102, 101]), columns, true);
  expect(meta['current-schema-id']).toBe(1);
  expect(idsIn(meta)).toEqual(ids);
  expect(ids === undefined && 'identifier-field-ids' in schemaOf(meta)).toBe(false);
  expect(meta.schemas[0]?.['identifier-field-ids']).toEqual([102, 101]);
});

it('a schema of the same columns is taken again only if the same identify rows', () => {
  const first = identified([101, 102]);
  const more = evolved(first, [A, B, C]);
  expect(evolved(more, [A, B])['current-schema-id']).toBe(0);
  const fewer = evolved(evolved(first, [A, C]), [A, B]);
  expect(fewer['current-schema-id']).toBe(2);
  expect(idsIn(fewer)).toBeUndefined();
});

it.each([7, 'a', null, {}])('%j for identifiers counts for none', (ids) => {
  expect(schemaOf(evolved(identified(ids), [A, B, C]))).not.toHaveProperty('identifier-field-ids');
});
