/** Writes the metadata files of one commit, and remembers them for the ledger. */
import { randomBytes } from 'node:crypto';
import type {
  FileDifference,
  FoldFacts,
  LockedPointer,
  MetadataFile,
  OwnPointer,
  Pointer,
  VersionTold,
} from '@farelake/db';
import {
  commitSnapshot,
  createTable,
  formatMetadata,
  parseMetadata,
  withPrevious,
  type Column,
  type TableMetadata,
} from '@farelake/iceberg';
import { reach } from '../failpoint.ts';
import type { Workspace } from '../workspace.ts';
import { dataFile } from './data-files.ts';
import { requireUuid } from './foreign-commit.ts';
import type { Journal } from './journal.ts';
import { metadataIo, requireSize, tellDamage } from './metadata-io.ts';
import { commitName, manifestListName, manifestName, metadataPath, type CommitName } from './metadata-name.ts';
import { icebergPath, tableLocation, uriOfPath, uuidOf } from './place.ts';
import { WriteBehind } from './write-behind.ts';

/** What a snapshot tells of the version that it shows, beside Iceberg's own counts. */
export interface Shown {
  readonly tableName: string;
  readonly version: number;
  readonly attemptId: string;
  readonly contractVersion: number;
  readonly fold: FoldFacts | null;
  /** The rows are those of before, in other files. */
  readonly sameRows?: boolean | undefined;
}

/** What the ledger says of a snapshot and its version. */
export interface SnapshotFacts {
  /** Milliseconds since 1970, of the snapshot. */
  readonly now: number;
  readonly historyVersion: number | undefined;
  readonly came: VersionTold;
}

/** Where metadata lies, and whose it is. */
export type MetadataPlace = Pick<Workspace, 'stage' | 'signal' | 'environment' | 'catalogPatience'>;

/** Files may still be on their way until `metadata`, the last of them, is there; whoever gives up before awaits `ended`. */
export class MetadataWriter {
  readonly written: MetadataFile[] = [];
  readonly #place: MetadataPlace;
  readonly #io: WriteBehind;
  readonly #location: string;
  readonly #shown: Shown;

  constructor(place: MetadataPlace, shown: Shown) {
    this.#place = place;
    this.#io = new WriteBehind(metadataIo(place, shown.tableName));
    this.#location = tableLocation(place, shown.tableName);
    this.#shown = shown;
  }

  /** The table as the catalog shows it; as it would be first of all where it shows none. */
  async present(
    columns: readonly Column[],
    { ours, now }: Pick<LockedPointer, 'ours' | 'now'>,
  ): Promise<TableMetadata> {
    const { tableName } = this.#shown;
    if (ours !== undefined) return { ...(await this.read(ours)), location: this.#location };
    return createTable({ location: this.#location, uuid: uuidOf(this.#place, tableName), columns, now });
  }

  /** @throws UserError `metadata-damaged`, `other-environment` */
  async read({ metadata: path, size }: OwnPointer): Promise<TableMetadata> {
    const { tableName } = this.#shown;
    const bytes = await this.#io.read(path);
    requireSize(tableName, path, bytes.length, size);
    const metadata = parsed(tableName, bytes);
    requireUuid(this.#place, tableName, metadata);
    return metadata;
  }

  /** @returns the metadata with one more snapshot, and the URIs of manifests that it has no more */
  async snapshot(
    present: TableMetadata,
    columns: readonly Column[],
    { added, removed }: FileDifference,
    { now, ...facts }: SnapshotFacts,
  ): Promise<{ metadata: TableMetadata; dropped: readonly string[] }> {
    const { attemptId, tableName, sameRows } = this.#shown;
    const snapshotId = newSnapshotId();
    const mark = randomBytes(4).toString('hex');
    const { metadata, written, dropped } = await commitSnapshot(
      this.#io,
      present,
      {
        add: added.map((file) => dataFile(file, columns)),
        remove: removed.map(icebergPath),
        ...(sameRows === true && { sameRows }),
        summary: summaryOf(this.#shown, facts),
      },
      {
        ...{ snapshotId, now, manifest: (n: number) => manifestName(attemptId, mark, n) },
        manifestList: manifestListName(snapshotId, attemptId),
      },
    ).catch((error: unknown) => tellDamage(tableName, error));
    for (const { path, kind, size } of written) this.written.push({ uri: uriOfPath(path), kind, size });
    return { metadata, dropped: dropped.map(uriOfPath) };
  }

  /**
   * Begun when all others are there: to `restore` it is the commit, and a process that dies before has committed nothing.
   * @returns its path, for the catalog to point at
   * @throws what the store throws that did not take one of the files
   */
  async metadata(
    metadata: TableMetadata,
    previous: (Pointer & { readonly updated: number }) | undefined,
  ): Promise<string> {
    await this.#io.done();
    reach('catalog:prepared');
    const linked = previous === undefined ? metadata : withPrevious(metadata, previous.metadata, previous.updated);
    const path = await this.#put('metadata', formatMetadata(linked));
    await this.#io.done();
    return path;
  }

  async journal(journal: Journal): Promise<void> {
    const { firstVersion } = journal;
    await this.#put('journal', Buffer.from(JSON.stringify(journal)), { firstVersion });
  }

  /** All that was begun is there. @throws what the store throws that did not take one of the files */
  done = (): Promise<void> => this.#io.done();

  /** Nothing is being written any more, however it ended. */
  ended = (): Promise<void> => this.#io.ended();

  async #put(
    kind: CommitName['kind'],
    bytes: Uint8Array,
    facts: Pick<MetadataFile, 'firstVersion'> = {},
  ): Promise<string> {
    const { version, attemptId } = this.#shown;
    const name = commitName({ version, attempt: attemptId, kind }, randomBytes(4).toString('hex'));
    const path = metadataPath(this.#location, name);
    await this.#io.write(path, bytes);
    this.written.push({ uri: uriOfPath(path), kind, size: bytes.length, ...facts });
    return path;
  }
}

function parsed(tableName: string, bytes: Uint8Array): TableMetadata {
  try {
    return parseMetadata(bytes);
  } catch (error) {
    return tellDamage(tableName, error);
  }
}

/** Positive, and whole in JavaScript: readers that parse JSON carelessly keep it. */
const newSnapshotId = (): bigint => BigInt.asUintN(52, randomBytes(8).readBigUInt64LE()) + 1n;

/** Names of what farelake writes into a snapshot's summary; `restore` reads them. */
export const SUMMARY = {
  version: 'farelake.version',
  contractVersion: 'farelake.contract-version',
  attempt: 'farelake.attempt',
  fold: 'farelake.fold',
  historyVersion: 'farelake.history-version',
  committedAt: 'farelake.committed-at',
  cameOf: 'farelake.came-of',
  cameOfLoads: 'farelake.came-of-loads',
} as const;

const summaryOf = (
  { version, contractVersion, attemptId, fold }: Shown,
  { historyVersion, came }: Omit<SnapshotFacts, 'now'>,
): Record<string, string> => ({
  [SUMMARY.version]: String(version),
  [SUMMARY.contractVersion]: String(contractVersion),
  [SUMMARY.attempt]: attemptId,
  [SUMMARY.committedAt]: came.committedAt,
  [SUMMARY.cameOf]: came.origin,
  ...(came.loads !== null && { [SUMMARY.cameOfLoads]: String(came.loads) }),
  ...(fold && { [SUMMARY.fold]: JSON.stringify(fold) }),
  ...(historyVersion !== undefined && { [SUMMARY.historyVersion]: String(historyVersion) }),
});
