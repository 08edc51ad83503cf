/** Entries of manifests (Iceberg table spec v2, "Manifests": `manifest_entry`; "Sequence Number Inheritance"). */
import type { Content } from './data-file.ts';

export type Status = 'existing' | 'added' | 'deleted';

/** In the order of their numbers. */
export const STATUS: readonly Status[] = ['existing', 'added', 'deleted'];

/** What a commit needs to know of an entry, and the file's record as it is written. */
export interface Entry {
  readonly status: Status;
  /** The snapshot that the file was added by or, of a deleted one, deleted by. */
  readonly snapshotId: bigint;
  /** Absent in what this commit adds: readers take it from the manifest list. */
  readonly sequenceNumber?: bigint;
  readonly fileSequenceNumber?: bigint;
  readonly content: Content;
  readonly path: string;
  readonly records: bigint;
  readonly size: bigint;
  readonly dataPath?: string;
  /** The record `data_file` in the schema that we write. */
  readonly encoded: Uint8Array;
}
