/**
 * The small files of one closed service date are exchanged for few sorted ones, by one commit for each merge, under the table's
 * lease. Others add to the table meanwhile: the commit goes onto whatever version is the newest, and takes only its own files out.
 */
import {
  endAttempt,
  lockAppends,
  readHold,
  readVersion,
  smallFilesOf,
  type ManifestFile,
  type SmallFile,
} from '@farelake/db';
import type { Contract } from '@farelake/schema-registry';
import { commitTable } from '../../catalog/commit-table.ts';
import { reach } from '../../failpoint.ts';
import { inAttempt } from '../../table/in-attempt.ts';
import { inTable } from '../../table/in-table.ts';
import type { TableWorkspace } from '../../workspace.ts';
import { chooseFiles, fileCount, SMALL, sumOf } from './choose-files.ts';
import { mergeFiles, type Merge } from './merge-files.ts';

/** Files and their bytes. */
interface Tally {
  readonly files: number;
  readonly bytes: number;
}

/** One commit. */
export interface MergedDate {
  readonly table: string;
  /** `2026-03-01` */
  readonly date: string;
  readonly rows: number;
  readonly before: Tally;
  /** Of a dry run, bytes are those of before. */
  readonly after: Tally;
}

/** What would be merged; nothing is done. */
export function foreseeDate({ dataset }: Contract, date: string, files: readonly SmallFile[]): MergedDate[] {
  return ofOneKind(files).flatMap((alike) => {
    const chosen = chooseFiles(alike);
    if (chosen.length === 0) return [];
    return [merged(dataset, date, chosen, { files: fileCount(chosen), bytes: sumOf(chosen).bytes })];
  });
}

const merged = (table: string, date: string, files: readonly SmallFile[], after: Tally): MergedDate => {
  const { bytes, rows } = sumOf(files);
  return { table, date, rows, before: { files: files.length, bytes }, after };
};

export const ofOneKind = (files: readonly SmallFile[]): SmallFile[][] => [
  ...Map.groupBy(files, ({ kind }) => kind).values(),
];

/**
 * Each merge leaves fewer small files, so that this ends.
 * @param onMerged told of each commit
 * @throws LeaseLost, VersionConflict (a file is no longer of the table), those of `mergeFiles`
 */
export async function compactDate(
  workspace: TableWorkspace,
  contract: Contract,
  date: string,
  onMerged: (one: MergedDate) => void,
): Promise<void> {
  const { dataset } = contract;
  const found = await smallFilesOf(workspace.pool, dataset, date, SMALL);
  // What comes while this works is left to the next run, or it might never end.
  const own = new Set(found.map(({ uri }) => uri));
  for (;;) {
    workspace.signal.throwIfAborted();
    const present = await smallFilesOf(workspace.pool, dataset, date, SMALL);
    const files = ofOneKind(present.filter(({ uri }) => own.has(uri)))
      .map((alike) => chooseFiles(alike))
      .find((chosen) => chosen.length > 0);
    if (files === undefined) return;
    const added = await inAttempt(workspace, dataset, async (attempt) => {
      reach('taps:compaction-started');
      const merge = { workspace, contract, attempt, date, files };
      const written = await mergeFiles(merge);
      return (await commitMerge(merge, written)) ? written : undefined;
    });
    if (added === undefined) return;
    for (const { uri } of added) own.add(uri);
    onMerged(merged(dataset, date, files, { files: added.length, bytes: sumOf(added).bytes }));
  }
}

/** @returns false: the table is held by now, and nothing was changed */
async function commitMerge(
  { workspace, contract, attempt, files }: Merge,
  add: readonly ManifestFile[],
): Promise<boolean> {
  const { dataset, version: contractVersion } = contract;
  if (sumOf(add).rows !== sumOf(files).rows)
    throw new Error(`a merge of ${dataset} would change how many rows there are`);
  const done = await inTable(workspace, async (db) => {
    await lockAppends(db, dataset, workspace.leaseSeconds);
    if ((await readHold(db, dataset)) !== undefined) {
      await endAttempt(db, attempt, 'aborted');
      return false;
    }
    // Under the lock nobody else makes a version; a file that is gone since is a conflict.
    const { version: baseVersion, rows } = await readVersion(db, dataset);
    const remove = files.map(({ id }) => id);
    await commitTable(workspace, db, contract, {
      tableName: dataset,
      baseVersion,
      attemptId: attempt,
      contractVersion,
      add,
      remove,
      rows,
      sameRows: true,
      fold: null,
      cameOf: 'compaction',
    });
    await endAttempt(db, attempt, 'committed');
    reach('taps:compacting');
    return true;
  });
  if (done) reach('taps:compacted');
  return done;
}
