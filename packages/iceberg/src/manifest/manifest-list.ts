/** Manifest lists (Iceberg table spec v2, "Manifest Lists"). */
import { formatContainer, parseContainer } from '../avro/container.ts';
import { recordsIn } from '../avro/records.ts';
import { avroType } from '../avro/types.ts';
import type { FileIo } from '../io/file-io.ts';
import { BadMetadata } from '../errors.ts';
import type { Snapshot } from '../metadata/table-metadata.ts';
import { MANIFEST_LIST, NAMES } from './avro-schemas.ts';
import { liveCount, type Manifest, MANIFEST_CONTENT } from './manifest.ts';
import { syncOf } from './write-manifest.ts';

const MANIFEST = avroType(MANIFEST_LIST);

interface ManifestRow {
  readonly manifest_path: string;
  readonly manifest_length: bigint;
  readonly partition_spec_id: number;
  readonly content?: number;
  readonly sequence_number?: bigint;
  readonly min_sequence_number?: bigint;
  readonly added_snapshot_id: bigint;
  readonly added_files_count?: number | null;
  readonly existing_files_count?: number | null;
  readonly deleted_files_count?: number | null;
  readonly added_rows_count?: bigint | null;
  readonly existing_rows_count?: bigint | null;
  readonly deleted_rows_count?: bigint | null;
  readonly partitions?: unknown;
  readonly key_metadata?: Buffer | null;
}

/** The manifests of a snapshot; none without one. */
export async function manifestsOf(io: FileIo, snapshot: Snapshot | undefined): Promise<Manifest[]> {
  if (snapshot === undefined) return [];
  const path = snapshot['manifest-list'];
  const container = await parseContainer(await io.read(path));
  const manifests = recordsIn<ManifestRow>(container, NAMES).map((row) => manifestIn(row, path));
  const files = manifests.reduce((sum, one) => sum + (one.content === 'data' ? liveCount(one) : 0), 0);
  // A list that is cut off between two blocks would be read without complaint.
  if (files < Number(snapshot.summary['total-data-files'] ?? 0))
    throw new BadMetadata(`The manifest list ${path} names fewer files than its snapshot has.`);
  return manifests;
}

/** @param parent of the snapshot; undefined: it is the table's first */
export async function formatManifestList(
  manifests: readonly Manifest[],
  path: string,
  snapshotId: bigint,
  sequenceNumber: bigint,
  parent: bigint | undefined,
): Promise<Uint8Array> {
  const header = {
    'snapshot-id': String(snapshotId),
    'parent-snapshot-id': parent === undefined ? 'null' : String(parent),
    'sequence-number': String(sequenceNumber),
    'format-version': '2',
  };
  const records = manifests.map((manifest) => MANIFEST.toBuffer(rowOf(manifest)));
  return await formatContainer(MANIFEST_LIST, header, syncOf(path), records);
}

function manifestIn(row: ManifestRow, list: string): Manifest {
  const content = MANIFEST_CONTENT[row.content ?? 0];
  if (content === undefined) throw new BadMetadata(`The manifest list ${list} names a manifest of unknown content.`);
  const counted = <Count>(count: Count | null | undefined): Count => {
    // Optional in version 1, whose tables are upgraded by rewriting what they consist of.
    if (count === undefined || count === null) throw new BadMetadata(`The manifest list ${list} does not count files.`);
    return count;
  };
  return {
    path: row.manifest_path,
    length: row.manifest_length,
    specId: row.partition_spec_id,
    content,
    sequenceNumber: row.sequence_number ?? 0n,
    minSequenceNumber: row.min_sequence_number ?? 0n,
    snapshotId: row.added_snapshot_id,
    addedFiles: counted(row.added_files_count),
    existingFiles: counted(row.existing_files_count),
    deletedFiles: counted(row.deleted_files_count),
    addedRows: counted(row.added_rows_count),
    existingRows: counted(row.existing_rows_count),
    deletedRows: counted(row.deleted_rows_count),
    partitions: row.partitions ?? null,
    keyMetadata: row.key_metadata ?? null,
  };
}

const rowOf = (manifest: Manifest): ManifestRow => ({
  manifest_path: manifest.path,
  manifest_length: manifest.length,
  partition_spec_id: manifest.specId,
  content: MANIFEST_CONTENT.indexOf(manifest.content),
  sequence_number: manifest.sequenceNumber,
  min_sequence_number: manifest.minSequenceNumber,
  added_snapshot_id: manifest.snapshotId,
  added_files_count: manifest.addedFiles,
  existing_files_count: manifest.existingFiles,
  deleted_files_count: manifest.deletedFiles,
  added_rows_count: manifest.addedRows,
  existing_rows_count: manifest.existingRows,
  deleted_rows_count: manifest.deletedRows,
  partitions: manifest.partitions,
  key_metadata: manifest.keyMetadata === null ? null : Buffer.from(manifest.keyMetadata),
});
