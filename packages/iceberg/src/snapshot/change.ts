/** What a commit is asked to do. */
import type { DataFile, DeleteFile } from '../manifest/data-file.ts';

export interface Change {
  /** The caller knows that they are not live yet: looking would cost reading every manifest. */
  readonly add?: readonly DataFile[];
  /** Paths of live data files. Position deletes that name one of them (`dataPath`) go with it. */
  readonly remove?: Iterable<string>;
  readonly addDeletes?: readonly DeleteFile[];
  /** Paths of live delete files. */
  readonly removeDeletes?: Iterable<string>;
  /** The rows of the table are the same afterwards: files were compacted, ordered anew, or deletes applied. */
  readonly sameRows?: boolean;
  /** Put beside Iceberg's own counts; `operation` and the counts cannot be given. */
  readonly summary?: Readonly<Record<string, string>>;
}

export interface Naming {
  /** Positive, given to no other snapshot of the table. Below 2^53, readers that know no 64-bit numbers get on with it. */
  readonly snapshotId: bigint;
  /** Milliseconds since 1970, UTC. */
  readonly now: number;
  /** Name below `metadata/` of the nth manifest that the commit writes, from 0. */
  manifest(n: number): string;
  /** Name below `metadata/`. */
  readonly manifestList: string;
}

export interface Limits {
  /** Files in a manifest. Default 500: some 100 kB, read in one request. */
  readonly perManifest?: number;
  /** With more manifests of data files (of delete files) than these, small ones are merged. Default 100. */
  readonly manifests?: number;
}

export const PER_MANIFEST = 500;
export const MANIFESTS = 100;
