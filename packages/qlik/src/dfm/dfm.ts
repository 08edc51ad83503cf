/**
 * The description that Qlik Replicate writes beside each data file (`.dfm`, JSON), as far as this project relies on it.
 * `fileInfo.name` and `fileInfo.content` are left out on purpose: they are wrong in real deliveries; the object key tells.
 */
import type { CsvFormat, SourceColumn } from '@farelake/schema-registry';
import type { Instant } from '../instant.ts';
import type { SourceTable } from '../object-key.ts';

export interface DfmColumn extends SourceColumn {
  /** Place in the file from 1, header columns included; a mask's bit is this minus one. */
  readonly ordinal: number;
}

export interface Dfm {
  readonly source: SourceTable;
  /** Grows with each DDL change of the source. */
  readonly tableVersion: number;
  /** In ordinal order. */
  readonly columns: readonly DfmColumn[];
  readonly format: CsvFormat;
  /** Rows announced. */
  readonly recordCount: number;
  readonly startWrite: Instant | null;
  readonly endWrite: Instant | null;
  readonly firstTransaction: Instant | null;
  readonly lastTransaction: Instant | null;
}
