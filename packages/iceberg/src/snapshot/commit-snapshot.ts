/**
 * A new snapshot of a table (Iceberg table spec v2, "Snapshots", "Manifests", "Manifest Lists", "Sequence Numbers"). Invariants:
 * every live file of the parent that is not to be removed is in the new snapshot, with its own sequence numbers; manifests that
 * lose nothing are taken as they are, other writers' too; nothing is overwritten; the metadata given is not changed.
 */
import { BadInput } from '../errors.ts';
import { type FileIo, inParallel } from '../io/file-io.ts';
import type { DataFile, DeleteFile } from '../manifest/data-file.ts';
import type { Entry } from '../manifest/entry.ts';
import { liveCount, type Manifest } from '../manifest/manifest.ts';
import { formatManifestList, manifestsOf } from '../manifest/manifest-list.ts';
import { withPathBounds } from '../manifest/position-deletes.ts';
import { addedEntry, formatManifest, manifestOf, type Writing } from '../manifest/write-manifest.ts';
import { currentSnapshot, schemaOf, snapshotOf } from '../metadata/lookup.ts';
import type { Snapshot, TableMetadata } from '../metadata/table-metadata.ts';
import { arrange, type Sizes, toMerge } from './arrange.ts';
import { checkChange, checkLimits, checkNaming } from './check-change.ts';
import { type Change, type Limits, MANIFESTS, type Naming, PER_MANIFEST } from './change.ts';
import { type Opened, openRemoved, openWhole, type Removal } from './removal.ts';
import { operationOf, summaryOf } from './summary.ts';

export interface WrittenFile {
  readonly path: string;
  readonly kind: 'manifest' | 'manifest-list';
  /** Bytes. */
  readonly size: number;
}

export interface Committed {
  /** To be written as the table's new metadata; until then nobody sees the snapshot. */
  readonly metadata: TableMetadata;
  /** The files written, the manifest list last. */
  readonly written: readonly WrittenFile[];
  /** Manifests of the parent that the new snapshot has no more; earlier snapshots still have them. */
  readonly dropped: readonly string[];
}

/**
 * Writes the manifests and the manifest list of a new snapshot of the main branch. A change of nothing gives a snapshot too.
 * @throws BadInput when it is asked for what cannot be; nothing was read then
 * @throws UnknownFile when something to remove is not live; only reading was done then
 * @throws BadMetadata when a manifest cannot be read
 */
export async function commitSnapshot(
  io: FileIo,
  meta: TableMetadata,
  change: Change,
  naming: Naming,
  limits: Limits = {},
): Promise<Committed> {
  const { perManifest = PER_MANIFEST, manifests: most = MANIFESTS } = limits;
  const sizes: Sizes = { perManifest, manifests: most };
  const { snapshotId } = naming;
  checkLimits(sizes);
  checkChange(change, meta.location);
  checkNaming(naming, meta.location, (id) => snapshotOf(meta, id) !== undefined);
  const writing = writingOf(meta, snapshotId);
  const [data, deletes] = addedBy(change, snapshotId);
  const removal = { data: new Set(change.remove), deletes: new Set(change.removeDeletes) };
  checkSense([...data, ...deletes], removal, meta.location);

  const parent = currentSnapshot(meta);
  const before = await manifestsOf(io, parent);
  const removed = await openRemoved(io, before, removal, snapshotId, meta.location);
  const { kept, opened } = await merged(io, before, removed, sizes);
  const groups = (['data', 'deletes'] as const).flatMap((content) =>
    arrange(
      content === 'data' ? data : deletes,
      opened.filter(({ manifest }) => manifest.content === content),
      sizes,
    ),
  );
  const fresh = await inParallel(groups, async (entries, n) => {
    const path = pathOf(meta, naming.manifest(n));
    const bytes = await formatManifest(entries, path, writing);
    await io.write(path, bytes);
    return manifestOf(entries, path, bytes.length, writing);
  });

  const manifests = [...fresh, ...kept];
  const list = pathOf(meta, naming.manifestList);
  const bytes = await formatManifestList(manifests, list, snapshotId, writing.sequenceNumber, parent?.['snapshot-id']);
  await io.write(list, bytes);

  const gone = removed.flatMap(({ entries }) => entries.filter(({ status }) => status === 'deleted'));
  const still = new Set(manifests.map(({ path }) => path));
  return {
    metadata: withSnapshot(
      meta,
      snapshotFor(meta, change, naming, { added: [...data, ...deletes], removed: gone }, list),
    ),
    written: [
      ...fresh.map(({ path, length }): WrittenFile => ({ path, kind: 'manifest', size: Number(length) })),
      { path: list, kind: 'manifest-list', size: bytes.length },
    ],
    dropped: before.map(({ path }) => path).filter((path) => !still.has(path)),
  };
}

function writingOf(meta: TableMetadata, snapshotId: bigint): Writing {
  const spec = meta['partition-specs'].find((one) => one['spec-id'] === meta['default-spec-id']);
  if (spec === undefined || spec.fields.length > 0)
    throw new BadInput(`${meta.location} has partitions, which are not written`);
  return {
    snapshotId,
    sequenceNumber: meta['last-sequence-number'] + 1n,
    schema: schemaOf(meta),
    specId: spec['spec-id'],
  };
}

/** Deletes of a file that goes would mean nothing, and stay for ever. */
function checkSense(added: readonly Entry[], removal: Removal, table: string): void {
  for (const { path, dataPath } of added) {
    if (removal.data.has(path) || removal.deletes.has(path))
      throw new BadInput(`to add to ${table} and to remove at once: ${path}`);
    if (dataPath !== undefined && removal.data.has(dataPath))
      throw new BadInput(`to add to ${table}: deletes of a file that is to be removed at once: ${dataPath}`);
  }
}

function addedBy({ add = [], addDeletes = [] }: Change, snapshotId: bigint): [data: Entry[], deletes: Entry[]] {
  return [
    add.map((file: DataFile) => addedEntry(file, 'data', snapshotId)),
    addDeletes.map((file: DeleteFile) => addedEntry(withPathBounds(file), 'position-deletes', snapshotId)),
  ];
}

/** Manifests without a live file are of no use to the new snapshot: they told of what their own snapshot removed. */
async function merged(
  io: FileIo,
  before: readonly Manifest[],
  removed: readonly Opened[],
  sizes: Sizes,
): Promise<{ kept: Manifest[]; opened: Opened[] }> {
  const taken = new Set(removed.map(({ manifest }) => manifest));
  const untouched = before.filter((manifest) => !taken.has(manifest) && liveCount(manifest) > 0);
  const merging = (['data', 'deletes'] as const).flatMap((content) =>
    toMerge(
      untouched.filter((manifest) => manifest.content === content),
      sizes,
    ),
  );
  const away = new Set(merging);
  return {
    kept: untouched.filter((manifest) => !away.has(manifest)),
    opened: [...removed, ...(await inParallel(merging, (manifest) => openWhole(io, manifest)))],
  };
}

function snapshotFor(
  meta: TableMetadata,
  { sameRows = false, summary = {} }: Change,
  { snapshotId, now }: Naming,
  difference: Parameters<typeof operationOf>[0],
  list: string,
): Snapshot {
  const parent = currentSnapshot(meta);
  const latest = Math.max(0, ...meta.snapshots.map((snapshot) => snapshot['timestamp-ms']));
  return {
    'sequence-number': meta['last-sequence-number'] + 1n,
    'snapshot-id': snapshotId,
    ...(parent === undefined ? {} : { 'parent-snapshot-id': parent['snapshot-id'] }),
    // Of two snapshots of one time, a reader that asks for that time could get either.
    'timestamp-ms': Math.max(now, latest + 1, meta['last-updated-ms']),
    summary: summaryOf(difference, operationOf(difference, sameRows), parent, summary),
    'manifest-list': list,
    'schema-id': meta['current-schema-id'],
  };
}

function withSnapshot(meta: TableMetadata, snapshot: Snapshot): TableMetadata {
  const { 'snapshot-id': id, 'timestamp-ms': time } = snapshot;
  return {
    ...meta,
    'last-sequence-number': snapshot['sequence-number'],
    'last-updated-ms': time,
    'current-snapshot-id': id,
    refs: { ...meta.refs, main: { ...meta.refs['main'], 'snapshot-id': id, type: 'branch' } },
    snapshots: [...meta.snapshots, snapshot],
    'snapshot-log': [...meta['snapshot-log'], { 'timestamp-ms': time, 'snapshot-id': id }],
  };
}

const pathOf = ({ location }: TableMetadata, name: string): string => `${location}/metadata/${name}`;
