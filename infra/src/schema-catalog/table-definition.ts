/**
 * A dataset's tables as Glue describes them, from its contract alone. The names of parameters that begin with `iceberg.`
 * are those of Iceberg's own Glue catalog (iceberg-aws, `IcebergToGlueConverter`), so that a table made here and one
 * that Iceberg has written look the same. Pure.
 */
import {
  historyName,
  storedColumns,
  storedType,
  STREAM_COLUMN_NAMES,
  SYSTEM_COLUMNS,
  typeNames,
  type Contract,
  type SystemColumn,
  type SystemColumnName,
} from '@farelake/schema-registry';

export interface GlueColumn {
  readonly name: string;
  readonly type: string;
  /** At most 255 characters. */
  readonly comment: string;
  readonly parameters: Readonly<Record<string, string>>;
}

export interface TableDefinition {
  readonly databaseName: string;
  readonly name: string;
  readonly description: string;
  readonly owner: string;
  readonly tableType: 'EXTERNAL_TABLE';
  readonly parameters: Readonly<Record<string, string>>;
  readonly storageDescriptor: { readonly location: string; readonly columns: readonly GlueColumn[] };
}

export interface CatalogPlace {
  readonly databaseName: string;
  /** URI of the stage zone, without a trailing slash. */
  readonly stage: string;
}

/** The current table, where the contract has a key, and the history; of a DMAP set its one table. */
export function tableDefinitions(contract: Contract, place: CatalogPlace): TableDefinition[] {
  const source = `${contract.source.schema}.${contract.source.table}`;
  if (contract.feed === 'dmap') return [datasetTable(contract, place)];
  if (contract.feed === 'kafka') return [streamTable(contract, place)];
  const history = define(contract, place, {
    name: historyName(contract.dataset),
    description: `Every snapshot row and change of ${source}, as delivered`,
    columns: [
      ...system('header__change_seq', 'header__change_oper', 'header__timestamp', 'header__change_mask'),
      ...delivered(contract),
      ...system('_load_id', '_line'),
    ],
  });
  if (contract.key.length === 0) return [history];
  const current = define(contract, place, {
    name: contract.dataset,
    description: `${source} as of now, one row for each ${contract.key.join(', ')}`,
    columns: [...delivered(contract), ...system('header__change_seq', 'header__timestamp')],
  });
  return [current, history];
}

const datasetTable = (contract: Contract, place: CatalogPlace): TableDefinition =>
  define(contract, place, {
    name: contract.dataset,
    description: `The newest issue of each dataset of the set ${contract.source.table}`,
    columns: [
      ...delivered(contract),
      ...system('dataset_id', '_period_start', '_period_end', '_last_updated'),
      ...system('_load_id', '_line'),
    ],
  });

const streamTable = (contract: Contract, place: CatalogPlace): TableDefinition =>
  define(contract, place, {
    name: contract.dataset,
    description: `The records of the Kafka topic ${contract.source.table}, each once`,
    columns: [...delivered(contract), ...system(...STREAM_COLUMN_NAMES)],
  });

/** As `definition`, read by Iceberg from a metadata file: what makes it a table that engines can query. */
export const asIceberg = (definition: TableDefinition, metadataLocation: string): TableDefinition => ({
  ...definition,
  parameters: { ...definition.parameters, table_type: 'ICEBERG', metadata_location: metadataLocation },
});

function define(
  contract: Contract,
  { databaseName, stage }: CatalogPlace,
  { name, description, columns }: { name: string; description: string; columns: readonly GlueColumn[] },
): TableDefinition {
  return {
    databaseName,
    name,
    description,
    owner: contract.owner,
    tableType: 'EXTERNAL_TABLE',
    parameters: {
      'farelake.dataset': contract.dataset,
      'farelake.feed': contract.feed,
      'farelake.contract_version': String(contract.version),
      'farelake.key': contract.key.join(','),
      ...(contract.freshness === undefined ? {} : { 'farelake.freshness': contract.freshness }),
    },
    storageDescriptor: { location: `${stage}/${name}`, columns },
  };
}

const delivered = (contract: Contract): GlueColumn[] =>
  storedColumns(contract).map((column) => ({
    name: column.name,
    type: typeNames(storedType(column)).glue,
    comment: shortened(column.description),
    parameters: {
      ...icebergField(column.id),
      'farelake.classification': column.classification,
      'farelake.treatment': column.treatment,
    },
  }));

const system = (...names: SystemColumnName[]): GlueColumn[] =>
  SYSTEM_COLUMNS.filter(({ name }) => names.includes(name)).map((column: SystemColumn) => ({
    name: column.name,
    type: column.type.kind === 'listOfInt' ? 'array<int>' : typeNames(column.type).glue,
    comment: shortened(column.description),
    parameters: { ...icebergField(column.id), 'farelake.classification': 'internal' },
  }));

/** Every column is optional in files: a column that is new in the contract is NULL in older ones. */
const icebergField = (id: number) => ({
  'iceberg.field.id': String(id),
  'iceberg.field.optional': 'true',
  'iceberg.field.current': 'true',
});

/** Glue API reference, Column: Comment has at most 255 characters. */
const LONGEST_COMMENT = 255;

function shortened(text: string): string {
  if (text.length <= LONGEST_COMMENT) return text;
  const cut = text.slice(0, LONGEST_COMMENT - 1);
  // Half of a character outside of the basic plane is no text.
  return `${/[\uD800-\uDBFF]$/.test(cut) ? cut.slice(0, -1) : cut}…`;
}
