/** A table's columns as Iceberg describes them: ids for good, every one optional, for files of before may lack it. */
import { evolveSchema, IncompatibleSchema, type Column, type TableMetadata } from '@farelake/iceberg';
import { historyName, type Contract } from '@farelake/schema-registry';
import { historyColumns, shownColumns } from '../columns.ts';

/** In the order in which readers see them. */
export function icebergColumns(contract: Contract, tableName: string): Column[] {
  const columns = tableName === historyName(contract.dataset) ? historyColumns(contract) : shownColumns(contract);
  return columns.map(({ id, name, icebergType: type, description: doc }) => ({
    ...{ id, name, type, required: false },
    ...(doc === '' ? {} : { doc }),
  }));
}

/**
 * The table with the contract's columns of today.
 * @param areTypesNoted every live file was asked whether its values can be read as the contract's; of others the schema tells
 * @returns undefined: some file could not be read so
 */
export function underContract(
  present: TableMetadata,
  columns: readonly Column[],
  now: number,
  areTypesNoted: boolean,
): TableMetadata | undefined {
  try {
    return evolveSchema(present, columns, now, { retype: areTypesNoted });
  } catch (error) {
    if (error instanceof IncompatibleSchema) return undefined;
    throw error;
  }
}
