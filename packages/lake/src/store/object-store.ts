/**
 * Where a zone's files lie. One interface for every place: a folder here, a bucket in the cloud.
 * Paths are relative to the store, `/`-separated, and made by this program; a path that would leave the store is refused.
 */
import type { Readable } from 'node:stream';

export interface StoredObject {
  readonly path: string;
  /** Bytes. */
  readonly size: number;
  /**
   * Identity of the content where the store keeps one: the ETag of a bucket's object, without quotes. Absent in folders:
   * there the SHA-256 of the content, in hex, is its identity, and whoever needs it reads the file.
   */
  readonly tag?: string;
}

/** What a store was given: it tells so itself, so that nobody has to read it once more. */
export interface WrittenObject extends StoredObject {
  /** Of the content as it was given, in hex. */
  readonly sha256: string;
}

/** Something below a store that its listing leaves out, and why. */
export interface SkippedEntry {
  readonly path: string;
  readonly reason: string;
  /** It holds nothing, so nothing is missed: the mark of a folder that consoles leave in buckets. */
  readonly harmless?: true;
  /** A pipe, a socket or a device: whether anything is missed by passing it over, its name tells. */
  readonly special?: true;
}

/** Bytes of an object, counted from 0. */
export interface ByteRange {
  readonly first: number;
  /** Included; the object's last byte unless given. */
  readonly last?: number;
}

export interface ReadOptions {
  /** Only these bytes. */
  readonly range?: ByteRange;
  /** Identity of the content that is meant: no other is given as if it were this one. */
  readonly tag?: string;
  readonly signal?: AbortSignal;
}

export interface PutOptions {
  /** Bytes that the source has; one of another length is refused. */
  readonly size?: number;
  /** Leaves alone what is there already, and says so. */
  readonly onlyIfAbsent?: boolean;
  readonly signal?: AbortSignal;
}

/** One content that an object has or had. */
export interface ObjectVersion extends StoredObject {
  readonly versionId: string;
  /** False: a later version, or a mark of deletion, covers it. */
  readonly isLatest: boolean;
}

/** Of a store that can keep what is overwritten or deleted. */
export interface ObjectVersions {
  /** Whether the store does so now. Only then does an id mean one content for good. */
  areKept(): Promise<boolean>;
  /**
   * Every version below the store, or of one object, by key and the newest first. Of a store that keeps none, at most what
   * it lists anyway; keys that are no paths are passed over, as `list` tells of them.
   */
  list(path?: string): AsyncIterable<ObjectVersion>;
  /** Removes this version for good, and no other whatever came since; one that is not there is fine. */
  remove(path: string, versionId: string): Promise<void>;
}

export interface ObjectStore {
  /** Absolute URI of the store itself, without a trailing slash. */
  readonly uri: string;
  /**
   * All files below the store, a folder's in the order of their names. A store in which nothing has been put yet lists nothing, and a
   * file that goes while the list is made may be in it or not. Links, unfinished files and what cannot be read are not listed, and do
   * not end the list.
   * @param onSkipped told of each link, of each pipe, socket or device, of each file or folder that cannot be read, and of each
   * key that is no path
   * @param startingWith only what has a path that begins so; a bucket is asked for nothing else
   */
  list(onSkipped?: (skipped: SkippedEntry) => void, startingWith?: string): AsyncIterable<StoredObject>;
  /** Undefined: there is no such file. */
  stat(path: string): Promise<StoredObject | undefined>;
  /**
   * The stream fails where the content ends too early, and with a tag also at its end when it was another content.
   * @throws UserError `object-gone` when it is not there (any more), or is a folder or a link; `content-changed` when it is
   * there with another content than the tag's
   */
  read(path: string, options?: ReadOptions): Promise<Readable>;
  /**
   * Streams a file in: it is there whole or not at all.
   * @throws UserError `object-exists` with `onlyIfAbsent` when it is there already. Two writers at the same moment: one of
   * them is told so, but in a store that knows no conditions, where the later one replaces the other's file
   */
  put(source: Readable, path: string, options?: PutOptions): Promise<WrittenObject>;
  /** Brings a finished local file in, whole or not at all, and takes it away from where it was. */
  adopt(localFile: string, path: string): Promise<WrittenObject>;
  /** Removes a file; one that is not there is fine. */
  remove(path: string): Promise<void>;
  /** Undefined: a store of this kind keeps no versions. */
  readonly versions?: ObjectVersions;
  /** Absolute URI of a file. */
  uriOf(path: string): string;
}
