/**
 * Table metadata of format version 2, with the names of its JSON (Iceberg table spec v2, "Table Metadata Fields"; Appendix C,
 * "Table Metadata and Snapshots"). Ids of snapshots and sequence numbers are 64 bits: bigint. Fields that this package does not
 * know stay where they are.
 */
import type { Schema } from '../schema/column.ts';

export interface Snapshot {
  readonly 'snapshot-id': bigint;
  readonly 'parent-snapshot-id'?: bigint;
  readonly 'sequence-number': bigint;
  /** Milliseconds since 1970, UTC. */
  readonly 'timestamp-ms': number;
  /** Path of the manifest list. */
  readonly 'manifest-list': string;
  readonly summary: Readonly<Record<string, string>>;
  /** Absent in what some old writers made. */
  readonly 'schema-id'?: number;
  readonly [unknown: string]: unknown;
}

/** A branch or tag. */
export interface SnapshotRef {
  readonly 'snapshot-id': bigint;
  readonly type: string;
  readonly [unknown: string]: unknown;
}

export interface SnapshotLogEntry {
  readonly 'snapshot-id': bigint;
  readonly 'timestamp-ms': number;
}

export interface MetadataLogEntry {
  readonly 'metadata-file': string;
  readonly 'timestamp-ms': number;
}

/** A statistics file: of a snapshot, beside its manifests. We write none. */
export interface StatisticsFile {
  readonly 'snapshot-id': bigint;
  readonly 'statistics-path': string;
  readonly [unknown: string]: unknown;
}

export interface PartitionSpec {
  readonly 'spec-id': number;
  readonly fields: readonly unknown[];
}

export interface TableMetadata {
  readonly 'format-version': 2;
  readonly 'table-uuid': string;
  readonly location: string;
  readonly 'last-sequence-number': bigint;
  readonly 'last-updated-ms': number;
  readonly 'last-column-id': number;
  readonly schemas: readonly Schema[];
  readonly 'current-schema-id': number;
  readonly 'partition-specs': readonly PartitionSpec[];
  readonly 'default-spec-id': number;
  readonly 'last-partition-id': number;
  readonly 'sort-orders': readonly unknown[];
  readonly 'default-sort-order-id': number;
  readonly properties: Readonly<Record<string, string>>;
  /** -1: there is none yet. */
  readonly 'current-snapshot-id': bigint;
  readonly snapshots: readonly Snapshot[];
  readonly refs: Readonly<Record<string, SnapshotRef>>;
  readonly 'snapshot-log': readonly SnapshotLogEntry[];
  readonly 'metadata-log': readonly MetadataLogEntry[];
  readonly statistics?: readonly StatisticsFile[];
  readonly 'partition-statistics'?: readonly StatisticsFile[];
  readonly [unknown: string]: unknown;
}

/** `current-snapshot-id` of a table without snapshots, as Java writes it in version 2. */
export const NO_SNAPSHOT = -1n;
