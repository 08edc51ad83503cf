/** The columns of a dataset's tables with their permanent ids, for writing and for reading. */
import {
  isHidden,
  storedColumns,
  storedType,
  STREAM_COLUMN_NAMES,
  SYSTEM_COLUMNS,
  typeNames,
  type Contract,
  type LogicalType,
  type SystemColumnName,
} from '@farelake/schema-registry';
import type { IcebergType } from '@farelake/iceberg';
import type { ColumnStatistics, ParquetField, ViewColumn } from '@farelake/lake';

export interface TableColumn extends ViewColumn, ParquetField {
  readonly icebergType: IcebergType;
  readonly description: string;
}

const system = (...names: SystemColumnName[]): TableColumn[] =>
  SYSTEM_COLUMNS.filter((column) => names.includes(column.name)).map(({ id, name, type, description }) =>
    type.kind === 'listOfInt'
      ? { id, name, type: 'INTEGER[]', elementId: type.elementId, icebergType: listOfInt(type.elementId), description }
      : { id, name, ...typesOf(type), listed: name === 'header__change_oper', description },
  );

const listOfInt = (elementId: number): IcebergType => ({
  ...{ type: 'list', 'element-id': elementId, element: 'int', 'element-required': false },
});

const typesOf = (type: LogicalType) => ({ type: typeNames(type).duckdb, icebergType: typeNames(type).iceberg });

const contractColumns = (contract: Contract): TableColumn[] =>
  storedColumns(contract).map((column) => ({
    id: column.id,
    name: column.name,
    ...typesOf(storedType(column)),
    description: column.description,
  }));

export const historyColumns = (contract: Contract): TableColumn[] => [
  ...system('header__change_seq', 'header__change_oper', 'header__timestamp', 'header__change_mask'),
  ...contractColumns(contract),
  ...system('_load_id', '_line'),
];

/**
 * Statistics as the ledger may keep them: without the bounds and values of columns whose values nobody is told. A reader that finds no
 * bound skips nothing, so that leaving one out is always right.
 */
export function tellableStatistics(contract: Contract, statistics: ColumnStatistics): ColumnStatistics {
  const hidden = new Set(contract.columns.filter(isHidden).map(({ name }) => name));
  const tellable = Object.entries(statistics).map(([name, { min, max, listed, ...rest }]) => {
    if (hidden.has(name)) return [name, rest] as const;
    const values = {
      ...(min === undefined ? {} : { min }),
      ...(max === undefined ? {} : { max }),
      ...(listed && { listed }),
    };
    return [name, { ...values, ...rest }] as const;
  });
  return Object.fromEntries(tellable);
}

/** Of the table of a DMAP set: what its files hold and readers see. */
export const datasetColumns = (contract: Contract): TableColumn[] => [
  ...contractColumns(contract),
  ...system('dataset_id', '_period_start', '_period_end', '_last_updated'),
  ...system('_load_id', '_line'),
];

export const currentColumns = (contract: Contract): TableColumn[] => [
  ...contractColumns(contract),
  ...system('header__change_seq', 'header__timestamp'),
];

/** Of a topic's table. */
export const streamColumns = (contract: Contract): TableColumn[] => [
  ...contractColumns(contract),
  ...system(...STREAM_COLUMN_NAMES),
];

/** Of the table that readers see under the dataset's name. */
export const shownColumns = (contract: Contract): TableColumn[] => SHOWN[contract.feed](contract);

const SHOWN = { qlik: currentColumns, dmap: datasetColumns, kafka: streamColumns } as const;

/** By which of them its rows are told apart: the contract's key; rows of datasets by where they were delivered. */
export const shownKey = ({ feed, key }: Contract): readonly string[] =>
  feed === 'dmap' ? ['dataset_id', '_line'] : key;
