/** Finding what a change removes. */
import { UnknownFile } from '../errors.ts';
import { type FileIo, inParallel } from '../io/file-io.ts';
import type { Entry } from '../manifest/entry.ts';
import { liveCount, type Manifest } from '../manifest/manifest.ts';
import { entriesOf } from '../manifest/read-manifest.ts';

/** A manifest of the parent that the new snapshot cannot take as it is. */
export interface Opened {
  readonly manifest: Manifest;
  /** All that it has for the new snapshot: kept ones as existing, removed ones as deleted. */
  readonly entries: readonly Entry[];
}

/** What is to go: data files and delete files are told apart, so that neither is taken for the other. */
export interface Removal {
  readonly data: ReadonlySet<string>;
  readonly deletes: ReadonlySet<string>;
}

/**
 * The manifests that hold something to remove, each as it will be written. Reads only what it must: nothing where nothing is
 * removed, and data manifests only until everything is found.
 * @throws UnknownFile
 */
export async function openRemoved(
  io: FileIo,
  manifests: readonly Manifest[],
  removal: Removal,
  snapshotId: bigint,
  table: string,
): Promise<Opened[]> {
  const missing = new Set([...removal.data, ...removal.deletes]);
  if (missing.size === 0) return [];
  const opened = await inParallel(
    manifests.filter((manifest) => liveCount(manifest) > 0),
    async (manifest): Promise<Opened | undefined> => {
      const isData = manifest.content === 'data';
      // Deletes of removed data files are found among all of them.
      if (isData && missing.isDisjointFrom(removal.data)) return undefined;
      const entries = await entriesOf(io, manifest);
      const goes = ({ path, dataPath }: Entry) =>
        isData
          ? removal.data.has(path)
          : removal.deletes.has(path) || (dataPath !== undefined && removal.data.has(dataPath));
      if (!entries.some(goes)) return undefined;
      for (const entry of entries) if (goes(entry)) missing.delete(entry.path);
      return {
        manifest,
        entries: entries.map((entry) => (goes(entry) ? { ...entry, status: 'deleted', snapshotId } : existing(entry))),
      };
    },
  );
  if (missing.size > 0) throw new UnknownFile([...missing], table);
  return opened.filter((one) => one !== undefined);
}

/** The manifest as it would be written anew, nothing removed. */
export const openWhole = async (io: FileIo, manifest: Manifest): Promise<Opened> => ({
  manifest,
  entries: (await entriesOf(io, manifest)).map(existing),
});

const existing = (entry: Entry): Entry => ({ ...entry, status: 'existing' });
