/** A table's columns as Iceberg describes them: ids for good, every one optional, for files of before may lack it. */
import type { Column } from '@farelake/iceberg';
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
