import type { TableStatus } from '@farelake/ingest';
import { printable } from '@farelake/schema-registry';

/** A line for each difference between delivered files and their contract that somebody should know of. */
export const driftLines = (tables: readonly Pick<TableStatus, 'table' | 'drift'>[]): string[] =>
  tables.flatMap(({ table, drift }) => drift.map(({ text }) => printable(`drift: ${table}: ${text}`)));
