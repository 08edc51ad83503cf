/** Data files and delete files as tables hold them (Iceberg table spec v2, "Manifests": `data_file`). */

/** What is known of a column in a file. What is absent is not known, which is always safe. */
export interface ColumnMetrics {
  /** Bytes, packed. */
  readonly size?: bigint;
  /** Values, NULL and NaN among them. */
  readonly values?: bigint;
  readonly nulls?: bigint;
  readonly nans?: bigint;
  /** At or below every value but NULL (Iceberg table spec v2, Appendix D). See `boundOf`. */
  readonly lower?: Uint8Array;
  /** At or above every value but NULL. */
  readonly upper?: Uint8Array;
}

export interface DataFile {
  /** Exactly as readers are to ask for it: they match by text. */
  readonly path: string;
  /** Rows. */
  readonly records: bigint;
  /** Bytes. */
  readonly size: bigint;
  /** By column id. */
  readonly metrics: ReadonlyMap<number, ColumnMetrics>;
  /** Where row groups begin, ascending: at these a reader may divide the file. */
  readonly splitOffsets?: readonly bigint[];
}

/**
 * Position deletes (Iceberg table spec v2, "Position Delete Files"): a Parquet file of `file_path` (id 2147483546) and `pos`
 * (2147483545), ordered by both; each row takes one row away from a data file that is not younger. `records` are the rows taken.
 */
export interface DeleteFile extends DataFile {
  /** The data file, where all rows are of one: it is told to readers, and the deletes go when it goes. */
  readonly dataPath?: string;
}

export type Content = 'data' | 'position-deletes' | 'equality-deletes';

/** A file of a snapshot. */
export interface LiveFile extends DataFile {
  readonly content: Content;
  /** Of position deletes of one data file. */
  readonly dataPath?: string;
  /** The snapshot that it came with. */
  readonly snapshotId: bigint;
  /** Deletes apply to data files whose number is not greater (equality deletes: is smaller). */
  readonly sequenceNumber: bigint;
  readonly fileSequenceNumber: bigint;
  /** Path of the manifest that lists it. */
  readonly manifest: string;
}

/** `content` of a file in a manifest. */
export const CONTENT: readonly Content[] = ['data', 'position-deletes', 'equality-deletes'];
