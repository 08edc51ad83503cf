/** Proves that an update of a table in Glue loses nothing of it that an update can carry, and leaves what is no table alone. */
import type { Table } from '@aws-sdk/client-glue';
import { otherKind, TABLE_FIELDS, tableInput } from '../../src/catalogs/glue-table-input.ts';

const day = (n: number) => new Date(Date.UTC(2026, 0, n));

/** Every field that an update carries. */
const CARRIED = {
  Name: 'edw_card',
  Description: 'cards',
  Owner: 'fares',
  LastAccessTime: day(1),
  LastAnalyzedTime: day(2),
  Retention: 7,
  StorageDescriptor: {
    Columns: [{ Name: 'id', Type: 'bigint', Comment: 'its number', Parameters: { 'iceberg.field.id': '101' } }],
    Location: 's3://lake/stage/edw_card',
    AdditionalLocations: ['s3://lake/more'],
    SerdeInfo: { SerializationLibrary: 'none', Parameters: { a: 'b' } },
    SortColumns: [{ Column: 'id', SortOrder: 1 }],
    Parameters: { c: 'd' },
    StoredAsSubDirectories: false,
  },
  PartitionKeys: [{ Name: 'day', Type: 'date' }],
  ViewOriginalText: 'SELECT 1',
  ViewExpandedText: 'SELECT 2',
  TableType: 'EXTERNAL_TABLE',
  Parameters: { 'farelake.key': 'id', metadata_location: 'old', somebody: 'else' },
} satisfies Table;

const WHOLE: Table = {
  ...CARRIED,
  DatabaseName: 'farelake_dev',
  CatalogId: '123456789012',
  VersionId: '4',
  CreateTime: day(3),
  UpdateTime: day(4),
  CreatedBy: 'somebody',
  IsRegisteredWithLakeFormation: false,
};

it('carries every field that it can but the parameters that are set, and no other', () => {
  expect(tableInput(WHOLE, { metadata_location: 'new', table_type: 'ICEBERG' })).toEqual({
    ...CARRIED,
    Parameters: { 'farelake.key': 'id', metadata_location: 'new', somebody: 'else', table_type: 'ICEBERG' },
  });
});

it('the case above has every field that an update carries', () => {
  const carried = Object.entries(TABLE_FIELDS).flatMap(([field, fate]) => (fate === 'carried' ? [field] : []));
  expect(Object.keys(CARRIED).sort()).toEqual(carried.sort());
});

it('leaves what the table does not have out', () => {
  expect(JSON.parse(JSON.stringify(tableInput({ Name: 't' }, { a: 'b' })))).toEqual({
    Name: 't',
    Parameters: { a: 'b' },
  });
});

it.each([
  [{ TargetTable: { DatabaseName: 'other' } }, 'a link to another table'],
  [{ FederatedTable: { ConnectionName: 'far' } }, "another catalog's table"],
  [{ TableType: 'VIRTUAL_VIEW' }, 'a view'],
  [{ ViewDefinition: {} }, 'a view'],
  [{}, undefined],
] satisfies [Partial<Table>, string | undefined][])('%j is %s', (fields, kind) => {
  expect(otherKind({ ...WHOLE, ...fields })).toBe(kind);
});
