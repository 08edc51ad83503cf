/**
 * Names of the files in a table's folder of metadata. Each has the attempt in it, so that what a dead one left is known by a listing;
 * metadata and journals have the version, too, and `restore` finds the newest by it.
 */

/** A metadata file or journal, as its name tells of it. */
export interface CommitName {
  readonly version: number;
  readonly attempt: string;
  readonly kind: 'metadata' | 'journal';
}

/** Of a table's folder on stage. */
export const metadataPath = (location: string, name: string): string => `${location}/metadata/${name}`;

/** @param path within the stage @returns undefined: it lies in no table's folder of metadata */
export function inMetadata(path: string): { readonly table: string; readonly name: string } | undefined {
  const [, table, name] = /^([^/]+)\/metadata\/([^/]+)$/.exec(path) ?? [];
  return table === undefined || name === undefined ? undefined : { table, name };
}

/** Of a path or URI. @returns the folder with its slash, and the name in it */
export function splitPath(path: string): [folder: string, name: string] {
  const end = path.lastIndexOf('/') + 1;
  return [path.slice(0, end), path.slice(end)];
}

/** @param chance eight hexadecimal digits: an attempt may write several */
export const commitName = ({ version, attempt, kind }: CommitName, chance: string): string =>
  `${namesOfVersion(version)}${attempt}-${chance}.${kind}.json`;

/** What the names of a version's metadata and journals begin with, and no others. */
export const namesOfVersion = (version: number): string => `${String(version).padStart(5, '0')}-`;

/** @returns undefined: no commit of farelake has named it */
export function parseCommitName(name: string): CommitName | undefined {
  const [, version, attempt, kind] =
    /^(\d{5,15})-([0-9a-f]{20})-[0-9a-f]{8}\.(metadata|journal)\.json$/.exec(name) ?? [];
  if (attempt === undefined || (kind !== 'metadata' && kind !== 'journal')) return undefined;
  return { version: Number(version), attempt, kind };
}

export const manifestName = (attempt: string, chance: string, n: number): string => `${attempt}-${chance}-m${n}.avro`;

export const manifestListName = (snapshotId: bigint, attempt: string): string => `snap-${snapshotId}-${attempt}.avro`;

export type ManifestKind = 'manifest-list' | 'manifest';

/** @returns undefined: it is neither, or not ours */
export function manifestKind(name: string): ManifestKind | undefined {
  if (/^snap-\d+-[0-9a-f]{20}\.avro$/.test(name)) return 'manifest-list';
  return /^[0-9a-f]{20}-[0-9a-f]{8}-m\d+\.avro$/.test(name) ? 'manifest' : undefined;
}
