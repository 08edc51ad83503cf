/** What table metadata says of a snapshot. */
import { BadMetadata } from '../errors.ts';
import type { Schema } from '../schema/column.ts';
import type { Snapshot, TableMetadata } from './table-metadata.ts';

/** @returns undefined where the table has none yet, or not that one (any more) */
export const snapshotOf = (meta: TableMetadata, id: bigint): Snapshot | undefined =>
  meta.snapshots.find((snapshot) => snapshot['snapshot-id'] === id);

/** The newest state of the main branch; undefined: nothing was committed yet. */
export const currentSnapshot = (meta: TableMetadata): Snapshot | undefined =>
  snapshotOf(meta, meta['current-snapshot-id']);

/** The columns that rows of the snapshot are read with; without a snapshot, or where it names none, the table's own. */
export const schemaOf = (meta: TableMetadata, snapshot?: Snapshot): Schema =>
  schemaById(meta, snapshot?.['schema-id'] ?? meta['current-schema-id']);

function schemaById(meta: TableMetadata, id: number): Schema {
  const schema = meta.schemas.find((one) => one['schema-id'] === id);
  if (schema === undefined) throw new BadMetadata(`The metadata of ${meta.location} has no schema ${id}.`);
  return schema;
}
