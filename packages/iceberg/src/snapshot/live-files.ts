/** What a snapshot and a table consist of. */
import { BadInput, BadMetadata } from '../errors.ts';
import { type FileIo, inParallel } from '../io/file-io.ts';
import type { LiveFile } from '../manifest/data-file.ts';
import { liveCount, type Manifest } from '../manifest/manifest.ts';
import { manifestsOf } from '../manifest/manifest-list.ts';
import { filesIn } from '../manifest/read-manifest.ts';
import type { Snapshot, TableMetadata } from '../metadata/table-metadata.ts';

/**
 * Data and delete files of a snapshot (Iceberg table spec v2, "Scan Planning"), in no order that means anything, with sequence
 * numbers as they count ("Sequence Number Inheritance"). None without a snapshot.
 * @throws BadMetadata where a file is damaged, or has not what the list or the snapshot says of it
 */
export async function liveFiles(io: FileIo, snapshot: Snapshot | undefined): Promise<LiveFile[]> {
  const manifests = (await manifestsOf(io, snapshot)).filter((manifest) => liveCount(manifest) > 0);
  const files = (await inParallel(manifests, (manifest) => filesIn(io, manifest))).flat();
  const told = snapshot?.summary['total-data-files'];
  const found = files.filter(({ content }) => content === 'data').length;
  if (snapshot !== undefined && told !== undefined && Number(told) !== found)
    throw new BadMetadata(
      `Snapshot ${snapshot['snapshot-id'].toString()} says that it has ${told} data files, and its manifests hold ${found}.`,
    );
  return files;
}

/**
 * Paths of the metadata files that the table's snapshots need: manifest lists, manifests, statistics. Not all that the table needs:
 * neither data and delete files nor the metadata file itself and those before it (`metadata-log`) are among them, so that what is
 * not here may not be removed for that. See `neededFiles`.
 * @throws BadMetadata
 */
export async function reachableFiles(io: FileIo, meta: TableMetadata): Promise<Set<string>> {
  return reachableBy(meta, await manifestsOfAll(io, meta));
}

/**
 * Paths of all files that the table needs: what `reachableFiles` names, data and delete files of every snapshot that the metadata
 * has, the metadata file and those of its log. Of what the table's own earlier metadata needed, the rest may be removed; files of a
 * commit that is under way are not among these. Reads every manifest once.
 * @param metadataFile path of the file that holds this metadata: the one that the catalog points at
 * @throws BadMetadata where something is damaged: then nothing is known of what it names
 * @throws BadInput without a metadata file
 */
export async function neededFiles(io: FileIo, meta: TableMetadata, metadataFile: string): Promise<Set<string>> {
  if (typeof metadataFile !== 'string' || metadataFile === '')
    throw new BadInput(`${meta.location}: the path of its metadata file, which is needed too, was not given`);
  const manifests = await manifestsOfAll(io, meta);
  const files = await inParallel([...manifests.values()], async (manifest) =>
    liveCount(manifest) === 0 ? [] : (await filesIn(io, manifest)).map(({ path }) => path),
  );
  return new Set([
    metadataFile,
    ...meta['metadata-log'].map((entry) => entry['metadata-file']),
    ...reachableBy(meta, manifests),
    ...files.flat(),
  ]);
}

/** By path: snapshots have most of their manifests in common. */
async function manifestsOfAll(io: FileIo, meta: TableMetadata): Promise<Map<string, Manifest>> {
  const manifests = await inParallel(meta.snapshots, (snapshot) => manifestsOf(io, snapshot));
  return new Map(manifests.flat().map((manifest) => [manifest.path, manifest]));
}

const reachableBy = (meta: TableMetadata, manifests: ReadonlyMap<string, Manifest>): Set<string> =>
  new Set([
    ...meta.snapshots.map((snapshot) => snapshot['manifest-list']),
    ...manifests.keys(),
    ...[...(meta.statistics ?? []), ...(meta['partition-statistics'] ?? [])].map((one) => one['statistics-path']),
  ]);
