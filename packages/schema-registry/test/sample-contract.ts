import { type Contract, contractFromColumns, type SourceColumn } from '../src/index.ts';

export function sourceColumn(name: string, type = 'STRING', more: Partial<SourceColumn> = {}): SourceColumn {
  return { name, type, length: 0, precision: 0, scale: 0, primaryKeyPos: 0, ...more };
}

/** The columns of the vendor's public sample. */
export const SAMPLE_COLUMNS = [
  sourceColumn('SAMPLE_ID', 'INT4', { length: 10, primaryKeyPos: 1 }),
  sourceColumn('SAMPLE_NAME', 'STRING', { length: 100 }),
  sourceColumn('EDW_INSERTED_DTM', 'DATETIME'),
  sourceColumn('EDW_UPDATED_DTM', 'DATETIME'),
] as const;

export function sampleContract(schema = 'EDW', table = 'SAMPLE'): Contract {
  return contractFromColumns({ feed: 'qlik', source: { schema, table }, columns: SAMPLE_COLUMNS });
}
