/** Columns of tables as a plan for Spark names them. Pure. */
import type { OutputColumn } from '@farelake/plan';
import { isHidden, type Contract } from '@farelake/schema-registry';
import type { TableColumn } from '../columns.ts';

/** Types that are called otherwise than in DuckDB. */
const SPARK: Readonly<Record<string, string>> = {
  VARCHAR: 'STRING',
  TIMESTAMP: 'TIMESTAMP_NTZ',
  BLOB: 'BINARY',
  'INTEGER[]': 'ARRAY<INT>',
};

export const sparkType = (duckdb: string): string => SPARK[duckdb] ?? duckdb;

export function planColumns(contract: Contract, columns: readonly TableColumn[]): OutputColumn[] {
  const hidden = new Set(contract.columns.filter(isHidden).map(({ name }) => name));
  return columns.map(({ name, id, elementId, type, listed }) => ({
    ...{ name, id, type: sparkType(type) },
    ...(elementId === undefined ? {} : { elementId }),
    ...(listed === true ? { listed } : {}),
    ...(hidden.has(name) ? { hidden: true } : {}),
  }));
}
