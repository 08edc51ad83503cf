/**
 * What `UpdateTable` has to be told of a table so that nothing of it changes: it replaces the whole table by its
 * `TableInput`, which has fewer fields than the `Table` that `GetTable` answers with. Pure.
 */
import type { Table, TableInput } from '@aws-sdk/client-glue';

/**
 * Every field of a table (AWS Glue API reference, data type `Table`), and whether it goes back as it came. The list is total: a field that
 * a newer SDK knows does not compile until somebody has decided about it.
 */
export const TABLE_FIELDS = {
  Name: 'carried',
  Description: 'carried',
  Owner: 'carried',
  LastAccessTime: 'carried',
  LastAnalyzedTime: 'carried',
  Retention: 'carried',
  StorageDescriptor: 'carried',
  PartitionKeys: 'carried',
  ViewOriginalText: 'carried',
  ViewExpandedText: 'carried',
  TableType: 'carried',
  Parameters: 'carried',
  // Which table this is: the request names it.
  DatabaseName: 'of Glue',
  CatalogId: 'of Glue',
  VersionId: 'of Glue',
  // Glue's own notes; `TableInput` has no place for them.
  CreateTime: 'of Glue',
  UpdateTime: 'of Glue',
  CreatedBy: 'of Glue',
  IsRegisteredWithLakeFormation: 'of Glue',
  IsMultiDialectView: 'of Glue',
  IsMaterializedView: 'of Glue',
  Status: 'of Glue',
  RLSProperties: 'of Glue',
  // Read by Glue from the metadata file that the table points at.
  IcebergTableMetadata: 'of Glue',
  // What has one of these is a link, a view or another catalog's table (`otherKind`), and is not updated.
  TargetTable: 'never updated',
  FederatedTable: 'never updated',
  ViewDefinition: 'never updated',
} as const satisfies Record<keyof Table, 'carried' | 'of Glue' | 'never updated'>;

type Carried = {
  [Field in keyof typeof TABLE_FIELDS]: (typeof TABLE_FIELDS)[Field] extends 'carried' ? Field : never;
}[keyof typeof TABLE_FIELDS];

/** The table as it is, but for these parameters. */
export function tableInput(table: Table, parameters: Readonly<Record<string, string>>): TableInput {
  const carried: Pick<Table, Carried> = table;
  const input: Record<string, unknown> = {};
  for (const [field, fate] of Object.entries(TABLE_FIELDS))
    if (fate === 'carried') input[field] = carried[field as Carried];
  return { ...input, Name: table.Name, Parameters: { ...table.Parameters, ...parameters } };
}

/** What it is, in words, where it is no table that stands for itself; undefined: it is one. */
export function otherKind({ TargetTable, FederatedTable, ViewDefinition, TableType }: Table): string | undefined {
  if (TargetTable !== undefined) return 'a link to another table';
  if (FederatedTable !== undefined) return "another catalog's table";
  if (ViewDefinition !== undefined || TableType === 'VIRTUAL_VIEW') return 'a view';
  return undefined;
}
