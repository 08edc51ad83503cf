import { describe, expect, it } from '@jest/globals';
import {
  type Column,
  commitSnapshot,
  createTable,
  evolveSchema,
  type IcebergType,
  IncompatibleSchema,
  schemaOf,
  type TableMetadata,
} from '../../src/index.ts';
import { UUID } from '../support/files.ts';
import { memoryIo } from '../support/memory-io.ts';
import { namingOf } from '../support/naming.ts';

const NOW = 1_700_000_000_000;
const ID: Column = { id: 101, name: 'id', type: 'long' };
const table = (...columns: Column[]) => createTable({ location: 's3://b/t', uuid: UUID, columns, now: NOW });
const LIST = (element: string, required = false): IcebergType => ({
  ...{ type: 'list', 'element-id': 5, element, 'element-required': required },
});
/** With a snapshot: rules are stricter for a table that holds files. */
const filled = async (...columns: Column[]): Promise<TableMetadata> =>
  (await commitSnapshot(memoryIo(), table(...columns), {}, namingOf(1))).metadata;
const mapping = (meta: TableMetadata) =>
  JSON.parse(meta.properties['schema.name-mapping.default'] ?? '') as { 'field-id': number; names: string[] }[];

describe('a schema', () => {
  it('stays the same object where nothing differs', () => {
    const meta = table({ ...ID, doc: 'Key' }, { id: 4, name: 'mask', type: LIST('int') });
    expect(
      evolveSchema(
        meta,
        [
          { ...ID, doc: 'Key', required: false },
          { id: 4, name: 'mask', type: LIST('int') },
        ],
        1,
      ),
    ).toBe(meta);
  });

  it('takes columns in, below the highest id too, and knows the highest', () => {
    const meta = evolveSchema(
      table(ID, { id: 107, name: 'b', type: 'string' }),
      [
        ...[ID, { id: 103, name: 'a', type: 'date' }, { id: 107, name: 'b', type: 'string' }],
        { id: 4, name: 'mask', type: LIST('int') },
      ],
      NOW + 5,
    );
    expect(schemaOf(meta).fields.map(({ id }) => id)).toEqual([101, 103, 107, 4]);
    expect(meta).toMatchObject({ 'last-column-id': 107, 'current-schema-id': 1, 'last-updated-ms': NOW + 5 });
    expect(meta.schemas).toHaveLength(2);
  });

  it('keeps the names of renamed columns for files without ids, but for names that are taken', () => {
    const renamed = evolveSchema(
      table(ID, { id: 102, name: 'a', type: 'string' }),
      [ID, { id: 102, name: 'b', type: 'string' }],
      NOW,
    );
    expect(mapping(renamed)[1]).toEqual({ 'field-id': 102, names: ['a', 'b'] });
    const taken = evolveSchema(
      renamed,
      [ID, { id: 102, name: 'b', type: 'string' }, { id: 103, name: 'a', type: 'string' }],
      NOW,
    );
    expect(mapping(taken).slice(1)).toEqual([
      { 'field-id': 102, names: ['b'] },
      { 'field-id': 103, names: ['a'] },
    ]);
  });

  it('is taken again when it is wanted again, and a column comes back under its id', () => {
    const first = table(ID, { id: 102, name: 'a', type: 'string' });
    const without = evolveSchema(first, [ID], NOW);
    const again = evolveSchema(without, [ID, { id: 102, name: 'a', type: 'string' }], NOW);
    expect(again['current-schema-id']).toBe(0);
    expect(again.schemas).toHaveLength(2);
    expect(again['last-column-id']).toBe(102);
  });

  it.each<[from: IcebergType, to: IcebergType]>([
    ['int', 'long'],
    ['float', 'double'],
    ['decimal(9,2)', 'decimal(38,2)'],
    ['decimal(9, 2)', 'decimal(9,2)'],
    [LIST('int'), LIST('long')],
    [LIST('int', true), LIST('int')],
  ])('widens %p to %p', async (from, to) => {
    const meta = evolveSchema(
      await filled({ id: 101, name: 'a', type: from }),
      [{ id: 101, name: 'a', type: to }],
      NOW,
    );
    expect(schemaOf(meta).fields[0]?.type).toEqual(to);
  });

  it.each<[from: IcebergType, to: IcebergType]>([
    ['long', 'int'],
    ['long', 'decimal(20,0)'],
    ['date', 'timestamp'],
    ['string', 'binary'],
    ['decimal(9,2)', 'decimal(8,2)'],
    ['decimal(9,2)', 'decimal(11,3)'],
    [LIST('int'), 'string'],
    ['int', LIST('int')],
    [LIST('int'), LIST('int', true)],
  ])('refuses to make %p of %p, from the first day', (from, to) => {
    const meta = table({ id: 101, name: 'a', type: from });
    expect(() => evolveSchema(meta, [{ id: 101, name: 'a', type: to }], NOW)).toThrow(IncompatibleSchema);
  });

  it('refuses what an earlier schema forbids, though the column was away', () => {
    const without = evolveSchema(table(ID, { id: 102, name: 'a', type: 'long' }), [ID], NOW);
    const change = () => evolveSchema(without, [ID, { id: 102, name: 'other', type: 'string' }], NOW);
    expect(change).toThrow(
      expect.objectContaining({
        code: 'incompatible-schema',
        change: { what: 'column 102 (other)', from: 'long', to: 'string' },
      }),
    );
  });

  it('takes any type where no file of before is left, and still has ids and names once', async () => {
    const meta = await filled({ id: 101, name: 'a', type: 'long' });
    const retyped = evolveSchema(meta, [{ id: 101, name: 'a', type: 'string' }], NOW, { retype: true });
    expect(schemaOf(retyped).fields[0]?.type).toBe('string');
    expect(schemaOf(retyped, retyped.snapshots[0]).fields[0]?.type).toBe('long');
    const twice = [ID, { ...ID, name: 'b' }];
    expect(() => evolveSchema(meta, twice, NOW, { retype: true })).toThrow('given twice');
  });

  it('goes on from what a column became, not from what it was before', async () => {
    const retyped = evolveSchema(
      await filled({ id: 101, name: 'a', type: 'long' }),
      [{ id: 101, name: 'a', type: 'decimal(10,2)' }],
      NOW,
      { retype: true },
    );
    const wider: Column[] = [
      { id: 101, name: 'a', type: 'decimal(12,2)' },
      { id: 102, name: 'b', type: 'string' },
    ];
    const evolved = evolveSchema(retyped, wider, NOW);
    expect(schemaOf(evolved).fields.map(({ type }) => type)).toEqual(['decimal(12,2)', 'string']);
    expect(() => evolveSchema(evolved, [{ id: 101, name: 'a', type: 'decimal(10,2)' }], NOW)).toThrow(
      IncompatibleSchema,
    );
    // Away and back: files of any of its times may be left.
    const away = evolveSchema(evolved, [{ id: 102, name: 'b', type: 'string' }], NOW);
    expect(() => evolveSchema(away, wider, NOW)).toThrow(IncompatibleSchema);
  });

  it('gives no id of an element to a column', () => {
    const meta = table(ID, { id: 4, name: 'mask', type: LIST('int') });
    expect(() => evolveSchema(meta, [ID, { id: 5, name: 'a', type: 'int' }], NOW)).toThrow(IncompatibleSchema);
  });

  it('demands nothing of rows that are there already', async () => {
    const meta = await filled(ID);
    expect(() => evolveSchema(meta, [{ ...ID, required: true }], NOW)).toThrow(IncompatibleSchema);
    expect(() => evolveSchema(meta, [ID, { id: 102, name: 'a', type: 'int', required: true }], NOW)).toThrow(
      IncompatibleSchema,
    );
    expect(schemaOf(evolveSchema(await filled({ ...ID, required: true }), [ID], NOW)).fields[0]?.required).toBe(false);
  });

  it('has names and ids once', () => {
    expect(() => table(ID, ID)).toThrow('the id 101 is given twice');
    expect(() => table(ID, { id: 102, name: 'id', type: 'int' })).toThrow('the name is given twice');
    expect(() => table({ id: 5, name: 'a', type: 'int' }, { id: 4, name: 'm', type: LIST('int') })).toThrow(
      'given twice',
    );
  });
});
