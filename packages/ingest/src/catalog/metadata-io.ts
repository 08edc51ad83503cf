/** Files of metadata in stores: read whole, for they are small, and written once. */
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import type { Pointer } from '@farelake/db';
import { BadMetadata, currentSnapshot, type FileIo, type TableMetadata } from '@farelake/iceberg';
import { locate, type ObjectStore } from '@farelake/lake';
import { UserError } from '@farelake/schema-registry';
import type { Workspace } from '../workspace.ts';
import { icebergPath, uriOfPath } from './place.ts';

const rootOf = ({ uri }: ObjectStore): string => `${icebergPath(uri)}/`;

/** A stage that has moved: what was written before lies where it was. */
function placeOf(stage: ObjectStore, path: string): { store: ObjectStore; path: string } {
  const root = rootOf(stage);
  return path.startsWith(root) ? { store: stage, path: path.slice(root.length) } : locate(uriOfPath(path));
}

/** Bytes of a metadata file; undefined: it is not there. */
export async function metadataSize({ stage }: Pick<Workspace, 'stage'>, path: string): Promise<number | undefined> {
  const { store, path: inside } = placeOf(stage, path);
  return (await store.stat(inside))?.size;
}

/** @throws UserError `metadata-damaged` for a file that is not there; what the store throws that does not answer */
export function metadataIo({ stage, signal }: Pick<Workspace, 'stage' | 'signal'>, tableName: string): FileIo {
  const root = rootOf(stage);
  return {
    read: async (path) => {
      const { store, path: inside } = placeOf(stage, path);
      try {
        return await buffer(await store.read(inside, { signal }));
      } catch (error) {
        throw isOf(error, 'object-gone') ? damaged(tableName, path, 'it is not there', error) : error;
      }
    },
    write: async (path, bytes) => {
      if (!path.startsWith(root)) throw new Error(`metadata outside the stage: ${path}`);
      await stage.put(Readable.from([bytes]), path.slice(root.length), { size: bytes.length, signal });
    },
  };
}

/** Snapshots share manifests: each file is read once, and kept for as long as this is. */
export function readOnce(io: FileIo): FileIo {
  const read = new Map<string, Promise<Uint8Array>>();
  return {
    write: (path, bytes) => io.write(path, bytes),
    read: (path) => {
      const bytes = read.get(path) ?? io.read(path);
      read.set(path, bytes);
      return bytes;
    },
  };
}

/** What a reader of metadata says of a file that is none, told as what it is to the person at the table. */
export function tellDamage(tableName: string, error: unknown): never {
  if (!(error instanceof BadMetadata)) throw error;
  throw damaged(tableName, 'of before', error.message.replace(/\.$/, ''), error);
}

/** The same where no ledger has the table that its metadata could be written anew from. */
export function tellBadMetadata(error: unknown): never {
  if (!(error instanceof BadMetadata)) throw error;
  throw new UserError({
    code: 'bad-metadata',
    problem: error.message,
    remedy:
      'Nothing was changed. Put the file back as it was written, or restore the table from an earlier metadata file.',
    cause: error,
  });
}

/**
 * @param found bytes of a metadata file; undefined: it is not there
 * @param written null: which is not known
 * @returns what is wrong with it, to be said of it; undefined: it has the size with which it was written
 */
export function sizeTrouble(found: number | undefined, written: number | null): string | undefined {
  if (found === undefined) return 'is not there';
  return written === null || found === written ? undefined : `has ${found} bytes, and ${written} were written`;
}

/** @throws UserError `metadata-damaged` unless a metadata file has the size with which it was written */
export function requireSize(tableName: string, path: string, found: number, written: number | null): void {
  const why = sizeTrouble(found, written);
  if (why !== undefined) throw damaged(tableName, path, `it ${why}`);
}

/**
 * Metadata that can be read and says less than it did would take rows from readers with the next commit.
 * @param files data files of the version that it shows, as the ledger has them
 * @throws UserError `metadata-damaged`
 */
export function requireFileCount(
  tableName: string,
  { metadata: path }: Pointer,
  metadata: TableMetadata,
  files: number,
): void {
  const snapshot = currentSnapshot(metadata);
  const told = snapshot === undefined ? 'no snapshot' : snapshot.summary['total-data-files'];
  if (told !== undefined && told !== String(files))
    throw damaged(tableName, path, `it tells of ${told} data files, and the table has ${files}`);
}

const damaged = (tableName: string, path: string, why: string, cause?: unknown): UserError =>
  new UserError({
    code: 'metadata-damaged',
    problem: `${tableName}: its Iceberg metadata ${path} cannot be read: ${why}.`,
    remedy: `farelake catalog reset ${tableName} writes it anew from the ledger; the table itself is right.`,
    data: { table: tableName },
    cause,
  });

const isOf = (error: unknown, code: string): error is UserError => error instanceof UserError && error.code === code;
