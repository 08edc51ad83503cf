/** Apache Iceberg v2 metadata over Parquet files that are there already. Pure. */
export { type Side, boundOf } from './bounds/bound-of.ts';
export { type ColumnFacts, metricsOf } from './bounds/metrics-of.ts';
export { BadInput, BadMetadata, IcebergError, IncompatibleSchema, type SchemaChange, UnknownFile } from './errors.ts';
export { tableUuid } from './identity/table-uuid.ts';
export type { FileIo } from './io/file-io.ts';
export type { ColumnMetrics, Content, DataFile, DeleteFile, LiveFile } from './manifest/data-file.ts';
export type { Manifest } from './manifest/manifest.ts';
export { manifestsOf } from './manifest/manifest-list.ts';
export { POSITION_DELETE_COLUMNS } from './manifest/position-deletes.ts';
export { type NewTable, createTable } from './metadata/create-table.ts';
export { evolveSchema } from './metadata/evolve-schema.ts';
export { currentSnapshot, schemaOf, snapshotOf } from './metadata/lookup.ts';
export { formatMetadata, parseMetadata } from './metadata/parse.ts';
export { withPrevious } from './metadata/previous.ts';
export type {
  MetadataLogEntry,
  Snapshot,
  SnapshotLogEntry,
  SnapshotRef,
  TableMetadata,
} from './metadata/table-metadata.ts';
export type { Column, IcebergType, ListType, Schema, SchemaField } from './schema/column.ts';
export type { Change, Limits, Naming } from './snapshot/change.ts';
export { type Committed, type WrittenFile, commitSnapshot } from './snapshot/commit-snapshot.ts';
export { expireSnapshots } from './snapshot/expire-snapshots.ts';
export { liveFiles, neededFiles, reachableFiles } from './snapshot/live-files.ts';
