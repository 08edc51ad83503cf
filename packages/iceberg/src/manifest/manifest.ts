/** A manifest as manifest lists tell of it (Iceberg table spec v2, "Manifest Lists"). */
export interface Manifest {
  readonly path: string;
  /** Bytes. */
  readonly length: bigint;
  readonly specId: number;
  readonly content: 'data' | 'deletes';
  /** Of the snapshot that wrote it. */
  readonly sequenceNumber: bigint;
  /** The least of its live files. */
  readonly minSequenceNumber: bigint;
  /** The snapshot that wrote it. */
  readonly snapshotId: bigint;
  readonly addedFiles: number;
  readonly existingFiles: number;
  readonly deletedFiles: number;
  readonly addedRows: bigint;
  readonly existingRows: bigint;
  readonly deletedRows: bigint;
  /** Of tables with partitions, which only other writers make: kept as it is. */
  readonly partitions: unknown;
  readonly keyMetadata: Uint8Array | null;
}

/** How many of its files the snapshot has. */
export const liveCount = ({ addedFiles, existingFiles }: Manifest): number => addedFiles + existingFiles;

export const MANIFEST_CONTENT = ['data', 'deletes'] as const;
