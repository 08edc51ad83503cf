import type { TableStatus } from '@farelake/ingest';

/** A line for each difference between delivered files and their contract that somebody should know of. */
export const driftLines = (tables: readonly Pick<TableStatus, 'table' | 'drift'>[]): string[] =>
  tables.flatMap(({ table, drift }) => drift.map(({ text }) => `drift: ${table}: ${text}`));
