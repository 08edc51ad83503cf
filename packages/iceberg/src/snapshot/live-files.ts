/** What a snapshot and a table consist of. */
import { BadMetadata } from '../errors.ts';
import { type FileIo, inParallel } from '../io/file-io.ts';
import type { LiveFile } from '../manifest/data-file.ts';
import { liveCount } from '../manifest/manifest.ts';
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
 * Paths of the metadata files that the table's snapshots need: manifest lists, manifests, statistics. Neither data files nor
 * the metadata file itself and those before it (`metadata-log`) are among them.
 */
export async function reachableFiles(io: FileIo, meta: TableMetadata): Promise<Set<string>> {
  const manifests = await inParallel(meta.snapshots, (snapshot) => manifestsOf(io, snapshot));
  return new Set([
    ...meta.snapshots.map((snapshot) => snapshot['manifest-list']),
    ...manifests.flat().map(({ path }) => path),
    ...[...(meta.statistics ?? []), ...(meta['partition-statistics'] ?? [])].map((one) => one['statistics-path']),
  ]);
}
