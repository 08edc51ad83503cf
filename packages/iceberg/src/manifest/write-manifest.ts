/** Writing manifests (Iceberg table spec v2, "Manifests"). */
import { parse as uuidBytes, v5 } from 'uuid';
import { formatContainer } from '../avro/container.ts';
import { avroType } from '../avro/types.ts';
import { formatJson } from '../metadata/json.ts';
import type { Schema } from '../schema/column.ts';
import { DATA_FILE, MANIFEST, MANIFEST_HEAD } from './avro-schemas.ts';
import type { DataFile, DeleteFile } from './data-file.ts';
import { rowOf } from './data-file-row.ts';
import { type Entry, STATUS, type Status } from './entry.ts';
import type { Manifest } from './manifest.ts';

const HEAD = avroType(MANIFEST_HEAD);
const FILE = avroType(DATA_FILE);

/** The snapshot that writes a manifest. */
export interface Writing {
  readonly snapshotId: bigint;
  readonly sequenceNumber: bigint;
  readonly schema: Schema;
  readonly specId: number;
}

/** An entry for a file that comes in. */
export function addedEntry(
  file: DataFile | DeleteFile,
  content: 'data' | 'position-deletes',
  snapshotId: bigint,
): Entry {
  const dataPath = 'dataPath' in file ? file.dataPath : undefined;
  return {
    status: 'added',
    snapshotId,
    content,
    path: file.path,
    records: file.records,
    size: file.size,
    ...(dataPath === undefined ? {} : { dataPath }),
    encoded: FILE.toBuffer(rowOf(file, content)),
  };
}

/** @param entries all of data files, or none */
export async function formatManifest(entries: readonly Entry[], path: string, writing: Writing): Promise<Uint8Array> {
  const { schema, specId } = writing;
  const header = {
    schema: formatJson(schema),
    'schema-id': String(schema['schema-id']),
    'partition-spec': '[]',
    'partition-spec-id': String(specId),
    'format-version': '2',
    content: contentOf(entries),
  };
  return await formatContainer(MANIFEST, header, syncOf(path), entries.map(encodedEntry));
}

/** @param length bytes of the manifest */
export function manifestOf(entries: readonly Entry[], path: string, length: number, writing: Writing): Manifest {
  const { snapshotId, sequenceNumber, specId } = writing;
  const of = (status: Status) => entries.filter((entry) => entry.status === status);
  const rows = (status: Status) => of(status).reduce((sum, { records }) => sum + records, 0n);
  const numbers = entries.flatMap((entry) =>
    entry.status === 'deleted' ? [] : (entry.sequenceNumber ?? sequenceNumber),
  );
  return {
    path,
    length: BigInt(length),
    specId,
    content: contentOf(entries),
    sequenceNumber,
    minSequenceNumber: numbers.reduce((least, one) => (one < least ? one : least), sequenceNumber),
    snapshotId,
    addedFiles: of('added').length,
    existingFiles: of('existing').length,
    deletedFiles: of('deleted').length,
    addedRows: rows('added'),
    existingRows: rows('existing'),
    deletedRows: rows('deleted'),
    // One for each field of the partition spec, which has none.
    partitions: [],
    keyMetadata: null,
  };
}

/** Sixteen bytes that no other file has, and the same when the file is written again. */
export const syncOf = (path: string): Uint8Array => uuidBytes(v5(path, v5.URL));

const contentOf = (entries: readonly Entry[]): Manifest['content'] =>
  entries.every(({ content }) => content === 'data') ? 'data' : 'deletes';

function encodedEntry({ status, snapshotId, sequenceNumber, fileSequenceNumber, encoded }: Entry): Buffer {
  const head = HEAD.toBuffer({
    status: STATUS.indexOf(status),
    snapshot_id: snapshotId,
    sequence_number: sequenceNumber ?? null,
    file_sequence_number: fileSequenceNumber ?? null,
  });
  return Buffer.concat([head, encoded]);
}
