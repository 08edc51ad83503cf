/**
 * Makes the catalog show the ledger's version of a table again: after another writer's commit, after somebody dropped the table, and
 * where metadata was lost. What the other writer made stays on stage until its files are removed by hand; nobody points at it.
 */
import {
  endAttempt,
  forgetSnapshots,
  lockAppends,
  lockPointer,
  readVersion,
  startAttempt,
  removeFromCatalog,
  takeBack,
  type Queryable,
} from '@farelake/db';
import { BadMetadata, currentSnapshot, liveFiles, reachableFiles } from '@farelake/iceberg';
import { UserError, type Contract } from '@farelake/schema-registry';
import { inTable } from '../table/in-table.ts';
import type { OnProgress } from '../progress.ts';
import { whenFree } from '../table/when-free.ts';
import { newAttemptId, type TableWorkspace, type Workspace } from '../workspace.ts';
import { isCatalogTrouble, requireEnvironment } from './foreign-commit.ts';
import { metadataIo } from './metadata-io.ts';
import { MetadataWriter, type Shown } from './metadata-writer.ts';
import { catalogTable, shownTables } from './place.ts';
import { publishSnapshot } from './publish-snapshot.ts';

/**
 * `nothing` to do · `taken back` the pointer is ours again · `removed` a table of our name that we never committed to · `rebuilt` from
 * the ledger, without the snapshots of before
 */
export interface Reset {
  readonly table: string;
  readonly done: 'nothing' | 'taken back' | 'removed' | 'rebuilt';
}

/** Of the dataset's tables. */
export const resetCatalog = (workspace: Workspace, contract: Contract, onProgress?: OnProgress): Promise<Reset[]> =>
  whenFree(
    workspace,
    contract.dataset,
    async (own) => {
      const resets: Reset[] = [];
      for (const table of shownTables(contract)) resets.push({ table, done: await resetTable(own, contract, table) });
      return resets;
    },
    { onProgress },
  );

const resetTable = (workspace: TableWorkspace, contract: Contract, tableName: string): Promise<Reset['done']> =>
  inTable(workspace, async (db) => {
    await lockAppends(db, contract.dataset, workspace.leaseSeconds);
    const table = catalogTable(workspace, tableName);
    const { ours, found, elsewhere } = await lockPointer(db, table, tableName);
    requireEnvironment(tableName, { elsewhere });
    const { version, fold } = await readVersion(db, tableName);
    const attemptId = newAttemptId();
    const shown: Shown = { tableName, version, attemptId, contractVersion: contract.version, fold };
    if (ours !== undefined && (await isWhole(workspace, shown, ours))) {
      if (found === ours.metadata) return 'nothing';
      await takeBack(db, table, ours.metadata);
      return 'taken back';
    }
    if (version === 0 && found === undefined) return 'nothing';
    await removeFromCatalog(db, table);
    if (version === 0) return 'removed';
    await forgetSnapshots(db, tableName, version);
    await rebuild(workspace, db, contract, shown);
    return 'rebuilt';
  });

/** Whether all metadata is there and can be read. */
async function isWhole(
  workspace: TableWorkspace,
  shown: Shown,
  ours: { metadata: string; version: number },
): Promise<boolean> {
  try {
    const io = metadataIo(workspace, shown.tableName);
    const metadata = await new MetadataWriter(workspace, shown).read(ours);
    for (const path of await reachableFiles(io, metadata)) await io.read(path);
    await liveFiles(io, currentSnapshot(metadata));
    return true;
  } catch (error) {
    workspace.signal.throwIfAborted();
    // A store that does not answer says nothing about what it has.
    if (isCatalogTrouble(error) || error instanceof BadMetadata) return false;
    throw error;
  }
}

async function rebuild(workspace: TableWorkspace, db: Queryable, contract: Contract, shown: Shown): Promise<void> {
  await startAttempt(db, { id: shown.attemptId, dataset: contract.dataset, batchId: null });
  if ((await publishSnapshot(workspace, db, contract, shown)) === 'passed over')
    throw new UserError({
      code: 'not-shown',
      problem: `${shown.tableName} cannot be shown now: its files do not go with its contract.`,
      remedy: 'farelake catalog list says why; mend that first.',
    });
  await endAttempt(db, shown.attemptId, 'committed');
}
