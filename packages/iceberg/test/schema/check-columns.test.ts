/** Columns that no table can have are refused by whatever takes columns in. */
import { describe, expect, it } from '@jest/globals';
import { BadInput, type Column, createTable, evolveSchema, type IcebergType } from '../../src/index.ts';
import { UUID } from '../support/files.ts';

const table = (...columns: Column[]) => createTable({ location: 's3://b/t', uuid: UUID, columns, now: 1 });
const list = (element: string, id = 5): IcebergType => ({
  ...{ type: 'list', 'element-id': id, element, 'element-required': false },
});

describe('a column that cannot be', () => {
  it.each<[says: string, column: Column]>([
    ['nonsense', { id: 1, name: 'a', type: 'nonsense' }],
    ['decimal(99,100)', { id: 1, name: 'a', type: 'decimal(99,100)' }],
    ['decimal(39,2)', { id: 1, name: 'a', type: 'decimal(39,2)' }],
    ['decimal(0,0)', { id: 1, name: 'a', type: 'decimal(0,0)' }],
    ['decimal(3,4)', { id: 1, name: 'a', type: 'decimal(3,4)' }],
    ['fixed[0]', { id: 1, name: 'a', type: 'fixed[0]' }],
    ['timestamp_ns', { id: 1, name: 'a', type: 'timestamp_ns' }],
    ['list', { id: 1, name: 'a', type: list('list') }],
    ['struct', { id: 1, name: 'a', type: { type: 'struct', fields: [] } as never }],
    ['is no type', { id: 1, name: 'a', type: undefined as never }],
    ['name is empty', { id: 1, name: '', type: 'int' }],
    ['-1 is no id', { id: -1, name: 'a', type: 'int' }],
    ['1.5 is no id', { id: 1.5, name: 'a', type: 'int' }],
    ['2147483448 is no id', { id: 2147483448, name: 'a', type: 'int' }],
    ['-5 is no id', { id: 1, name: 'a', type: list('int', -5) }],
  ])('%s', (says, column) => {
    const ways = [
      () => table(column),
      () => evolveSchema(table(), [column], 1),
      () => evolveSchema(table(), [column], 1, { retype: true }),
    ];
    for (const way of ways) {
      expect(way).toThrow(BadInput);
      expect(way).toThrow(says);
    }
  });
});

it.each(['boolean', 'int', 'timestamptz', 'uuid', 'fixed[16]', 'decimal(38,38)', 'decimal( 9 , 0 )', list('string')])(
  'a column of %j can be',
  (type) => {
    expect(table({ id: 0, name: 'a', type }).schemas[0]?.fields[0]?.type).toEqual(type);
  },
);
