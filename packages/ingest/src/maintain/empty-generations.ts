/**
 * Tables of generations that are kept for a rollback are emptied when they have been kept for long. History stays, so that a
 * rollback is possible for ever: it folds the generation anew, which takes longer.
 */
import { endAttempt, keptGenerations, readManifest, startAttempt, type Limits } from '@farelake/db';
import { commitTable } from '../catalog/commit-table.ts';
import { inTable, withTable } from '../table/in-table.ts';
import { newAttemptId, type TableWorkspace, type Workspace } from '../workspace.ts';

export interface Emptied {
  /** Tables of generations, `edw_x@20260301T040000000000`. */
  readonly tables: readonly string[];
  /** Datasets that another process works on. */
  readonly busy: readonly string[];
}

export async function emptyGenerations(workspace: Workspace, limits: Limits, dryRun: boolean): Promise<Emptied> {
  const [tables, busy]: [string[], string[]] = [[], []];
  for (const { dataset, tableName } of await keptGenerations(workspace.pool, limits)) {
    workspace.signal.throwIfAborted();
    const done = dryRun || (await withTable(workspace, dataset, (table) => empty(table, dataset, tableName, limits)));
    if (done === undefined) busy.push(dataset);
    else if (done) tables.push(tableName);
  }
  return { tables, busy };
}

/** Of such rules no rows can be: whatever is folded onto this is folded anew. */
const NO_RULES = 'emptied';

/** Its files go later, as those of any version. @returns false: somebody has decided otherwise meanwhile */
const empty = (workspace: TableWorkspace, dataset: string, tableName: string, limits: Limits): Promise<boolean> =>
  inTable(workspace, async (db) => {
    const still = await keptGenerations(db, limits);
    const { version, files, fold } = await readManifest(db, tableName);
    if (fold === null || !still.some((kept) => kept.tableName === tableName)) return false;
    const attemptId = newAttemptId();
    await startAttempt(db, { id: attemptId, dataset, batchId: null });
    await commitTable(workspace, db, undefined, {
      tableName,
      baseVersion: version,
      attemptId,
      contractVersion: files[0]?.contractVersion ?? 1,
      add: [],
      remove: files.map(({ id }) => id),
      rows: 0,
      fold: { ...fold, rules: NO_RULES },
      cameOf: 'fold',
    });
    await endAttempt(db, attemptId, 'committed');
    return true;
  });
