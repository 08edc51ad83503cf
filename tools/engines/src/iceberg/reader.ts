/** What all readers of Iceberg tables are asked, in one form. */
import type { Json } from './values.ts';

export interface TableName {
  readonly namespace: string;
  readonly table: string;
}

/** Times, dates, decimals and large integers as text in the form of the answers. */
export interface Comparison {
  readonly column: string;
  readonly is: '=' | '<' | '<=' | '>' | '>=';
  readonly value: string | number;
}

/** The newest snapshot, unless something else is said. */
export interface ReadOptions {
  readonly snapshotId?: bigint;
  /** Milliseconds since 1970: the snapshot that was the newest then. */
  readonly asOf?: number;
  /** All have to hold. */
  readonly filter?: readonly Comparison[];
}

export interface ReadColumn {
  readonly name: string;
  /** In Iceberg's words: `long`, `decimal(5, 2)`, `list<int>`. */
  readonly type: string;
}

export type Row = Readonly<Record<string, Json>>;

export interface IcebergReader {
  readonly name: string;
  /** Questions that others answer and it does not: by conditions, by time, for the files that it opens. */
  readonly lacks: readonly ('filter' | 'asOf' | 'files')[];
  /** In no order; values as `farelake query --format json` gives them. */
  rows(table: TableName, options?: ReadOptions): Promise<Row[]>;
  /** Paths of the data files that a scan opens. A reader that does not tell lacks `files`, and has no such function. */
  plannedFiles?(table: TableName, options?: ReadOptions): Promise<string[]>;
  /** Columns of that snapshot, in their order. */
  schema(table: TableName, options?: ReadOptions): Promise<ReadColumn[]>;
  close(): Promise<void>;
}

/** Where a reader finds the tables. */
export interface CatalogPlace {
  /** `postgresql://user:password@host:port/database`: a login that may only read. */
  readonly databaseUrl: string;
  /** The catalog's name in its tables. */
  readonly catalog: string;
}
