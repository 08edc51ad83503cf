/**
 * Where a zone's files lie. One interface for every place: a folder here, a bucket in the cloud.
 * Paths are relative to the store, `/`-separated, and made by this program; a path that would leave the store is refused.
 */
import type { Readable } from 'node:stream';

export interface StoredObject {
  readonly path: string;
  /** Bytes. */
  readonly size: number;
}

/** Something below a store that its listing leaves out, and why. */
export interface SkippedEntry {
  readonly path: string;
  readonly reason: string;
}

export interface ObjectStore {
  /** Absolute URI of the store itself, without a trailing slash. */
  readonly uri: string;
  /**
   * All files below the store, a folder's in the order of their names. A store in which nothing has been put yet lists nothing, and a
   * file that goes while the list is made may be in it or not. Links, unfinished files and what cannot be read are not listed, and do
   * not end the list.
   * @param onSkipped told of each link and of each file or folder that cannot be read
   */
  list(onSkipped?: (skipped: SkippedEntry) => void): AsyncIterable<StoredObject>;
  /** @throws UserError `object-gone` when it is not there (any more), or is a folder or a link */
  read(path: string): Promise<Readable>;
  /** Brings a finished local file in, whole or not at all, and takes it away from where it was. */
  adopt(localFile: string, path: string): Promise<StoredObject>;
  /** Removes a file; one that is not there is fine. */
  remove(path: string): Promise<void>;
  /** Absolute URI of a file. */
  uriOf(path: string): string;
}
