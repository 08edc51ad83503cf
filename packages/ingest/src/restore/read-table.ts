/** A table as its newest metadata tells of it: versions, the files of each, what metadata it needs; proven to be there. */
import {
  currentSnapshot,
  liveFiles,
  manifestsOf,
  type FileIo,
  type Snapshot,
  type TableMetadata,
} from '@farelake/iceberg';
import type { FoldFacts, RestoredMetadata, RestoredVersion } from '@farelake/db';
import { locate } from '@farelake/lake';
import { UserError } from '@farelake/schema-registry';
import { readOnce, tellBadMetadata } from '../catalog/metadata-io.ts';
import { splitPath } from '../catalog/metadata-name.ts';
import { SUMMARY } from '../catalog/metadata-writer.ts';
import { uriOfPath } from '../catalog/place.ts';
import { sideBySide } from '../side-by-side.ts';
import { cameOf } from './came-of.ts';
import type { Candidate } from './choose-metadata.ts';
import { spansOf, type Span } from './spans.ts';
import type { Staged, StagedTable } from './stage-tables.ts';

/** A data file of any version that is kept. */
export interface StagedFile extends Span {
  readonly uri: string;
  /** Bytes, by the metadata and by the store. */
  readonly size: number;
  readonly rows: number;
  /** Of an older version alone, and not there: that version cannot be read. */
  readonly gone: boolean;
}

export interface ReadTable {
  readonly name: string;
  readonly newest: number;
  /** Path of the metadata. */
  readonly path: string;
  /** The oldest first. */
  readonly versions: readonly RestoredVersion[];
  readonly files: readonly StagedFile[];
  readonly metadata: readonly RestoredMetadata[];
  /** Of the history that a current table was folded from; undefined: nobody says. */
  readonly historyVersion: number | undefined;
}

/** @throws UserError `stage-incomplete`: which files are missing */
export async function readTable(
  io: FileIo,
  staged: Staged,
  table: StagedTable,
  { file, path, metadata }: Candidate,
): Promise<ReadTable> {
  const reading = readOnce(io);
  const snapshots = metadata.snapshots
    .filter(({ summary }) => summary[SUMMARY.version] !== undefined)
    .toSorted((a, b) => numberIn(a, SUMMARY.version) - numberIn(b, SUMMARY.version));
  await requireThere(staged, table.name, await metadataNeeded(reading, metadata));
  const versions = snapshots.map((snapshot) => versionOf(metadata, snapshot, table, path));
  const spans = await filesOf(reading, snapshots);
  const isLive = ({ removed }: Span): boolean => removed === null;
  await requireThere(staged, table.name, spans.filter(isLive));
  const former = spans.filter((span) => !isLive(span));
  const gone = new Set((await missingOf(staged, former)).map(({ uri }) => uri));
  const files = spans.map((file) => ({ ...file, gone: gone.has(file.uri) }));
  const told = currentSnapshot(metadata)?.summary[SUMMARY.historyVersion];
  return {
    name: table.name,
    newest: file.version,
    path,
    versions,
    files,
    metadata: await metadataFiles(reading, staged, table, file.uri, snapshots),
    historyVersion: told === undefined ? undefined : Number(told),
  };
}

const numberIn = ({ summary }: Snapshot, name: string): number => Number(summary[name] ?? 0);

function versionOf(
  metadata: TableMetadata,
  snapshot: Snapshot,
  { metadata: there }: StagedTable,
  newest: string,
): RestoredVersion {
  const { summary } = snapshot;
  const version = numberIn(snapshot, SUMMARY.version);
  const attemptId = summary[SUMMARY.attempt] ?? '';
  const fold = summary[SUMMARY.fold];
  const own = metadata['metadata-log'].findLast((one) => splitPath(one['metadata-file'])[1].includes(attemptId));
  const isThere = own !== undefined && there.some(({ uri }) => uri === uriOfPath(own['metadata-file']));
  return {
    version,
    attemptId,
    contractVersion: numberIn(snapshot, SUMMARY.contractVersion),
    rows: numberIn(snapshot, 'total-records'),
    fold: fold === undefined ? null : (JSON.parse(fold) as FoldFacts),
    snapshotId: snapshot['snapshot-id'],
    schemaId: snapshot['schema-id'] ?? metadata['current-schema-id'],
    ...cameOf(snapshot),
    metadata: isThere ? own['metadata-file'] : newest,
  };
}

async function filesOf(io: FileIo, snapshots: readonly Snapshot[]): Promise<Omit<StagedFile, 'gone'>[]> {
  const facts = new Map<string, { size: number; rows: number }>();
  const versions: { version: number; paths: string[] }[] = [];
  for (const snapshot of snapshots) {
    const live = await liveFiles(io, snapshot).catch(tellBadMetadata);
    for (const { path, size, records } of live) facts.set(path, { size: Number(size), rows: Number(records) });
    versions.push({ version: numberIn(snapshot, SUMMARY.version), paths: live.map(({ path }) => path) });
  }
  return spansOf(versions).map((span) => ({
    ...span,
    ...(facts.get(span.path) ?? { size: 0, rows: 0 }),
    uri: uriOfPath(span.path),
  }));
}

async function metadataNeeded(io: FileIo, { snapshots }: TableMetadata): Promise<{ uri: string; size?: number }[]> {
  const lists = snapshots.map((snapshot) => ({ uri: uriOfPath(snapshot['manifest-list']) }));
  // A list that is gone is told with what it lists, not as a fault of the reader.
  const manifests = await Promise.all(snapshots.map((one) => manifestsOf(io, one).catch(() => [])));
  return [...lists, ...manifests.flat().map(({ path, length }) => ({ uri: uriOfPath(path), size: Number(length) }))];
}

/** The newest metadata, what it needs, and what else lies beside it, which goes after the retention. */
async function metadataFiles(
  io: FileIo,
  { sizes }: Staged,
  table: StagedTable,
  newest: string,
  snapshots: readonly Snapshot[],
): Promise<RestoredMetadata[]> {
  const last = Math.max(...snapshots.map((one) => numberIn(one, SUMMARY.version)));
  const first = Math.min(...snapshots.map((one) => numberIn(one, SUMMARY.version)));
  const sized = (uri: string) => ({ uri, size: sizes.get(uri) ?? 0 });
  const listed: { version: number; paths: string[] }[] = [];
  for (const one of snapshots)
    listed.push({
      version: numberIn(one, SUMMARY.version),
      paths: [...new Set((await manifestsOf(io, one).catch(tellBadMetadata)).map(({ path }) => path))],
    });
  const needed: RestoredMetadata[] = [
    { ...sized(newest), kind: 'metadata', versionAdded: last, versionRemoved: null, spent: false },
    ...snapshots.map((one) => ({
      ...sized(uriOfPath(one['manifest-list'])),
      ...{ kind: 'manifest-list' as const, versionAdded: numberIn(one, SUMMARY.version) },
      ...{ versionRemoved: null, spent: false },
    })),
    ...spansOf(listed).map(({ path, added, removed }) => ({
      ...{
        ...sized(uriOfPath(path)),
        kind: 'manifest' as const,
        versionAdded: added,
        versionRemoved: removed,
        spent: false,
      },
    })),
  ];
  const uris = new Set(needed.map(({ uri }) => uri));
  // Of a commit above, nobody knows yet whether it was one.
  const above = table.journals.flatMap(({ version, attempt }) => (version > last ? [attempt] : []));
  const spent = [
    ...table.metadata.map(({ uri }) => ({ ...sized(uri), kind: 'metadata' as const })),
    ...[...table.manifests].map(([uri, kind]) => ({ ...sized(uri), kind })),
  ].filter(({ uri }) => !uris.has(uri) && !above.some((attempt) => uri.includes(attempt)));
  return [...needed, ...spent.map((one) => ({ ...one, versionAdded: first, versionRemoved: last, spent: true }))];
}

const AT_ONCE = 16;
const NAMED = 5;

interface Sought {
  readonly uri: string;
  readonly size?: number;
}

async function requireThere(staged: Staged, table: string, files: readonly Sought[]): Promise<void> {
  const missing = (await missingOf(staged, files)).map(({ uri, size, found }) =>
    found === undefined ? uri : `${uri} (${found} bytes, not ${size})`,
  );
  if (missing.length === 0) return;
  const more = missing.length > NAMED ? ` and ${missing.length - NAMED} more` : '';
  throw new UserError({
    code: 'stage-incomplete',
    problem: `${table}: of its files ${missing.length} are missing: ${missing.toSorted().slice(0, NAMED).join(', ')}${more}. Nothing of it was restored.`,
    remedy: "Bring them back, from the bucket's versions or a backup, and restore again.",
    data: { table, missing: missing.length, files: missing.toSorted().slice(0, 1000) },
  });
}

/** What lies in other places than the stage of today was not listed, and is asked for. */
async function missingOf(
  { sizes }: Staged,
  files: readonly Sought[],
): Promise<(Sought & { readonly found: number | undefined })[]> {
  const looked = await sideBySide(files, AT_ONCE, async (file) => ({
    ...file,
    found: sizes.get(file.uri) ?? (await sizeOf(file.uri)),
  }));
  return looked.filter(({ size, found }) => found === undefined || (size !== undefined && found !== size));
}

async function sizeOf(uri: string): Promise<number | undefined> {
  const { store, path } = locate(uri);
  return (await store.stat(path))?.size;
}
