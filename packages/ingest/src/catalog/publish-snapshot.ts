/**
 * Shows a table's newest version as an Iceberg snapshot: what changed since the version that the catalog shows becomes metadata on
 * stage, and the catalog's pointer moves, all in the transaction of the commit. A process that dies leaves files that nothing names.
 *
 * What holds:
 * - The catalog shows a version of the manifest, whole, or an older one; never anything else.
 * - What the journal tells is what the ledger says when the transaction ends: all that belongs to the commit is written before.
 * - Metadata on stage has all that it needs beside it: the file that names the others comes last.
 * - A version is published once. One whose files do not go with the contract (a treatment changed half way) is passed over; the next
 *   one that can be shown brings its difference along. Until then a journal without files tells of its number, so that it is not given
 *   again when the ledger is lost.
 */
import { channel } from 'node:diagnostics_channel';
import {
  filesSince,
  foldedHistory,
  isNotedAsPassedOver,
  movePointer,
  notePassedOver,
  treatedFiles,
  versionTold,
  type TreatedFiles,
  type CatalogTable,
  type LockedPointer,
  type MetadataFile,
  type Queryable,
} from '@farelake/db';
import { currentSnapshot, expireSnapshots, type Snapshot } from '@farelake/iceberg';
import { historyName, type Contract } from '@farelake/schema-registry';
import { reach } from '../failpoint.ts';
import { requireOwn } from './foreign-commit.ts';
import { icebergColumns, underContract } from './iceberg-columns.ts';
import { journalOfPassedOver, journalsOf } from './journal.ts';
import { lockCatalog } from './lock-catalog.ts';
import { requireFileCount } from './metadata-io.ts';
import { MetadataWriter, type MetadataPlace, type Shown } from './metadata-writer.ts';
import { catalogTable } from './place.ts';
import { areTypesNoted, whyNotShown } from './showable.ts';

/** Seconds for which the newest metadata keeps snapshots; files of versions stay as long, unless maintenance is told otherwise. */
const RETENTION = 7 * 86_400;

/** Metadata is written anew with each commit: of a topic that commits every second, no more than these are kept. */
const MOST_SNAPSHOTS = 100;

/** Who measures, subscribes to it (node:diagnostics_channel). */
export const SNAPSHOTS = 'farelake:snapshots';
const told = channel(SNAPSHOTS);

export interface SnapshotTold {
  readonly table: string;
  readonly seconds: number;
  /** Files of metadata and their bytes. */
  readonly files: number;
  readonly bytes: number;
}

/** `passed over before`: nothing was written now. */
export type Published = 'published' | 'passed over' | 'passed over before';

/** Under the table's lease or append lock, in the transaction that committed the version, after all else that belongs to it. */
export async function publishSnapshot(
  workspace: MetadataPlace,
  db: Queryable,
  contract: Contract,
  shown: Shown,
): Promise<Published> {
  const { tableName } = shown;
  const begun = performance.now();
  const table = catalogTable(workspace, tableName);
  const pointer = await lockCatalog(workspace, db, tableName);
  await requireOwn(workspace, tableName, pointer);
  const writer = new MetadataWriter(workspace, shown);
  try {
    const done = await writeAndMove(db, contract, shown, { place: workspace, table, pointer, writer });
    if (done === 'published' && told.hasSubscribers) told.publish(toldOf(tableName, writer.written, begun));
    return done;
  } finally {
    await writer.ended();
  }
}

interface Publishing {
  readonly place: MetadataPlace;
  readonly table: CatalogTable;
  readonly pointer: LockedPointer;
  readonly writer: MetadataWriter;
}

async function writeAndMove(
  db: Queryable,
  contract: Contract,
  shown: Shown,
  { place, table, pointer, writer }: Publishing,
): Promise<Published> {
  const { tableName, version } = shown;
  const columns = icebergColumns(contract, tableName);
  // The store answers while the ledger does; without a use for it, what it says is nobody's business.
  const reading = writer.present(columns, pointer);
  reading.catch(() => undefined);
  const groups = await treatedFiles(db, [tableName]);
  if (whyNotShown(contract, groups) !== undefined) return passOver(db, contract, shown, writer);
  const change = await filesSince(db, tableName, pointer.ours?.version ?? 0);
  const historyVersion = await historyVersionOf(db, contract, shown);
  const came = await versionTold(db, tableName, version);
  const present = await reading;
  if (pointer.ours !== undefined)
    requireFileCount(tableName, pointer.ours, present, fileCount(groups) - change.added.length + change.removed.length);
  const evolved = underContract(present, columns, pointer.now, areTypesNoted(groups));
  if (evolved === undefined) return passOver(db, contract, shown, writer);
  const next = await writer.snapshot(evolved, columns, change, { now: pointer.now, historyVersion, came });
  const { metadata, expired } = expireSnapshots(next.metadata, isKept(pointer.now), pointer.now);
  const firstVersion = (pointer.ours?.version ?? 0) + 1;
  const head = { table: tableName, attempt: shown.attemptId, firstVersion, version };
  for await (const journal of journalsOf(db, contract, head, change.added)) await writer.journal(journal);
  const location = await writer.metadata(
    metadata,
    pointer.ours && { ...pointer.ours, updated: present['last-updated-ms'] },
  );
  reach('catalog:written');
  const current = currentSnapshot(metadata);
  const moved = await movePointer(db, table, {
    tableName,
    version,
    attemptId: shown.attemptId,
    metadata: location,
    previous: pointer.found,
    ...(current && { snapshot: { id: current['snapshot-id'], schemaId: metadata['current-schema-id'] } }),
    written: writer.written,
    dropped: next.dropped,
    expired: expired.map((snapshot) => snapshot['snapshot-id']),
  });
  if (!moved) await requireOwn(place, tableName, { ...pointer, found: null });
  return 'published';
}

async function passOver(
  db: Queryable,
  { dataset }: Contract,
  shown: Shown,
  writer: MetadataWriter,
): Promise<'passed over' | 'passed over before'> {
  const { tableName, version, attemptId } = shown;
  if (await isNotedAsPassedOver(db, tableName, version)) return 'passed over before';
  await writer.journal(await journalOfPassedOver(db, dataset, { table: tableName, attempt: attemptId, version }));
  await writer.done();
  reach('catalog:written');
  for (const journal of writer.written) await notePassedOver(db, shown, journal);
  return 'passed over';
}

const fileCount = (groups: readonly TreatedFiles[]): number => groups.reduce((sum, { files }) => sum + files, 0);

const toldOf = (table: string, written: readonly MetadataFile[], begun: number): SnapshotTold => ({
  table,
  seconds: (performance.now() - begun) / 1000,
  files: written.length,
  bytes: written.reduce((sum, { size }) => sum + size, 0),
});

/** Of a table that is folded: the version of its history that it shows; undefined where that cannot be told. */
const historyVersionOf = (
  db: Queryable,
  { dataset, feed }: Contract,
  { tableName, fold }: Shown,
): Promise<number | undefined> =>
  feed === 'qlik' && tableName === dataset && fold !== null
    ? foldedHistory(db, dataset, historyName(dataset), fold.generation)
    : Promise.resolve(undefined);

/** Of the snapshots that the metadata has; the newest stays in any case. */
export const isKept =
  (now: number, retention = RETENTION) =>
  (snapshot: Snapshot, fromNewest: number): boolean =>
    fromNewest < MOST_SNAPSHOTS && now - snapshot['timestamp-ms'] < retention * 1000;
