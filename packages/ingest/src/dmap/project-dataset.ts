/** From the CSV of a dataset to rows of its table: what the header and the contract have in common, and where the rows are of. */
import type { DatasetKey } from '@farelake/dmap';
import {
  fieldName,
  projectAbsentColumn,
  projectColumn,
  quoteIdentifier,
  quoteLiteral,
  storedColumns,
  type Contract,
  type ProjectedColumn,
} from '@farelake/schema-registry';

/** @param header has no column of the contract twice, and lacks none that may not be NULL: drift was asked before */
export function projectDataset(contract: Contract, key: DatasetKey, header: readonly string[]): ProjectedColumn[] {
  const columns = storedColumns(contract).map((column) => {
    const place = header.indexOf(column.sourceName);
    if (place < 0) return projectAbsentColumn(column);
    const text = quoteIdentifier(fieldName(place + 1));
    return projectColumn(contract, column, { text, wholeRow: 'true', dialect: 'duckdb', emptyIsNull: true });
  });
  return [
    ...columns,
    { name: 'dataset_id', value: quoteLiteral(key.datasetId) },
    { name: '_period_start', value: `CAST(${quoteLiteral(key.startDate)} AS DATE)` },
    { name: '_period_end', value: `CAST(${quoteLiteral(key.endDate)} AS DATE)` },
    // Further digits are cut, as those of delivered times are.
    { name: '_last_updated', value: `CAST(${quoteLiteral(key.lastUpdated.slice(0, -3))} AS TIMESTAMP)` },
    { name: '_load_id', value: '"_load_id"' },
    { name: '_line', value: '"_line"' },
  ];
}
