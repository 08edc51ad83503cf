/**
 * Makes the catalog show the ledger's version of a table again: after another writer's commit, after somebody dropped the table, and
 * where metadata was lost. What the other writer made stays on stage until its files are removed by hand; nobody points at it.
 */
import {
  allPointers,
  endAttempt,
  filesOfVersion,
  forgetSnapshots,
  lockAppends,
  metadataSizes,
  type OwnPointer,
  readVersion,
  startAttempt,
  removeFromCatalog,
  takeBack,
  type Queryable,
} from '@farelake/db';
import { currentSnapshot, liveFiles, reachableFiles } from '@farelake/iceberg';
import { UserError, type Contract } from '@farelake/schema-registry';
import { inTable } from '../table/in-table.ts';
import type { OnProgress } from '../progress.ts';
import { whenFree } from '../table/when-free.ts';
import { newAttemptId, type TableWorkspace, type Workspace } from '../workspace.ts';
import { ifReadable, isDamage, requireEnvironment, requireUuid } from './foreign-commit.ts';
import { metadataIo, readOnce, requireSize } from './metadata-io.ts';
import { lockCatalog } from './lock-catalog.ts';
import { MetadataWriter, type Shown } from './metadata-writer.ts';
import { catalogTable, icebergPath, shownTables, uriOfPath } from './place.ts';
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
      const tables = shownTables(contract);
      // Before anything is written: a table that was given another environment's name would be lost to its own.
      await requireEnvironmentOf(own, tables);
      for (const table of tables) resets.push({ table, done: await resetTable(own, contract, table) });
      return resets;
    },
    { onProgress },
  );

/** As the catalog tells it, and the metadata of these tables; of others, where none of theirs can be read. */
async function requireEnvironmentOf(workspace: TableWorkspace, tables: readonly string[]): Promise<void> {
  for (const tableName of tables)
    await inTable(workspace, async (db) => {
      await requireEnvironment(workspace, await lockCatalog(workspace, db, tableName));
    });
  const { own = [], others = [] } = Object.groupBy(await allPointers(workspace.pool), ({ tableName }) =>
    tables.includes(tableName) ? 'own' : 'others',
  );
  let told = false;
  for (const pointer of [...own, ...others]) {
    if (told && !own.includes(pointer)) return;
    const metadata = await ifReadable(workspace, pointer);
    if (metadata !== undefined) requireUuid(workspace, pointer.tableName, metadata);
    told ||= metadata !== undefined;
  }
}

const resetTable = (workspace: TableWorkspace, contract: Contract, tableName: string): Promise<Reset['done']> =>
  inTable(workspace, async (db) => {
    await lockAppends(db, contract.dataset, workspace.leaseSeconds);
    const table = catalogTable(workspace, tableName);
    const { ours, found } = await lockCatalog(workspace, db, tableName);
    const { version, fold } = await readVersion(db, tableName);
    const attemptId = newAttemptId();
    const shown: Shown = { tableName, version, attemptId, contractVersion: contract.version, fold };
    if (ours !== undefined && (await isWhole(workspace, db, shown, ours))) {
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

/** Whether all metadata is there as it was written, and shows the files that the ledger's version has. */
async function isWhole(workspace: TableWorkspace, db: Queryable, shown: Shown, ours: OwnPointer): Promise<boolean> {
  const { tableName } = shown;
  try {
    const io = readOnce(metadataIo(workspace, tableName));
    const metadata = await new MetadataWriter(workspace, shown).read(ours);
    const sizes = await metadataSizes(db, tableName);
    for (const path of await reachableFiles(io, metadata))
      requireSize(tableName, path, (await io.read(path)).length, sizes.get(uriOfPath(path)) ?? null);
    const live = new Set((await liveFiles(io, currentSnapshot(metadata))).map(({ path }) => path));
    const files = await filesOfVersion(db, tableName, ours.version);
    return live.size === files.length && files.every(({ uri }) => live.has(icebergPath(uri)));
  } catch (error) {
    workspace.signal.throwIfAborted();
    // A store that does not answer says nothing about what it has.
    if (isDamage(error)) return false;
    throw error;
  }
}

async function rebuild(workspace: TableWorkspace, db: Queryable, contract: Contract, shown: Shown): Promise<void> {
  await startAttempt(db, { id: shown.attemptId, dataset: contract.dataset, batchId: null });
  if ((await publishSnapshot(workspace, db, contract, shown)) !== 'published')
    throw new UserError({
      code: 'not-shown',
      problem: `${shown.tableName} cannot be shown now: its files do not go with its contract.`,
      remedy: 'farelake catalog list says why; mend that first.',
    });
  await endAttempt(db, shown.attemptId, 'committed');
}
