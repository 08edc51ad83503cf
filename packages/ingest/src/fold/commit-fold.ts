/** The commit of a fold, whoever worked it out: segments, counts and what becomes of the loads, in one transaction. */
import {
  clearReplaced,
  endAttempt,
  readManifest,
  recordApplications,
  recordCore,
  withdrawApplications,
  writeGeneration,
  writeTable,
  type Load,
  type Manifest,
  type Queryable,
} from '@farelake/db';
import { rankFiles, type Generation, type Instant } from '@farelake/qlik';
import { historyName, type Contract } from '@farelake/schema-registry';
import { commitTable } from '../catalog/commit-table.ts';
import { reach } from '../failpoint.ts';
import { moveLoads } from '../move-load.ts';
import type { SnapshotLoad } from '../plan/plan-loads.ts';
import type { OnProgress } from '../progress.ts';
import { inTable } from '../table/in-table.ts';
import type { TableWorkspace } from '../workspace.ts';
import { kindOf, OTHER_SNAPSHOT } from './members.ts';
import { rulesText } from './rules-text.ts';
import type { FoldFile, FoldResult } from './run-fold.ts';
import type { SegmentChange } from './write-segments.ts';

export type FoldOutcome =
  | { readonly result: 'nothing' }
  | { readonly result: 'held'; readonly reason: string }
  | { readonly result: 'committed'; readonly version: number; readonly rows: number; readonly applied: number };

/** What a commit notes of the loads. */
export interface Marks {
  readonly contract: Contract;
  readonly generation: Generation<SnapshotLoad>;
  readonly beside: boolean;
  /** Nothing was ever in the generation's table. */
  readonly first: boolean;
  readonly fresh: readonly Load[];
  /** In the table so far, and in its next version no more. */
  readonly withdrawn: readonly Load[];
}

export interface FoldWork extends Marks {
  readonly workspace: TableWorkspace;
  readonly attempt: string;
  readonly members: readonly Load[];
  readonly base: Manifest;
  /** Nothing of the current table can be built upon. */
  readonly anew: boolean;
  readonly onProgress: OnProgress | undefined;
}

/** Every load of the generation that is in history, in the order of its files. */
export const foldFiles = ({ members, fresh }: FoldWork): FoldFile[] => {
  const isFresh = new Set(fresh.map((load) => load.id));
  const places = members.map((load) => ({
    id: load.id,
    time: load.fileTime as Instant | null,
    key: load.objectKey,
    contentHash: load.contentHash,
  }));
  return rankFiles(places).map(({ file, rank }) => ({ loadId: file.id, rank, fresh: isFresh.has(file.id) }));
};

export async function commitFold(
  work: FoldWork,
  folded: Extract<FoldResult, { result: 'folded' }>,
  change: SegmentChange,
): Promise<FoldOutcome> {
  const { workspace, contract, generation, attempt, base, fresh } = work;
  const before = folded.mode === 'whole' ? null : base.fold;
  const rowsOf = (files: readonly { rows: number }[]) => files.reduce((sum, file) => sum + file.rows, 0);
  const rows = base.rows + rowsOf(change.add) - rowsOf([...change.remove]);
  const version = await inTable(workspace, async (db) => {
    const committed = await commitTable(workspace, db, contract, {
      tableName: base.tableName,
      baseVersion: base.version,
      attemptId: attempt,
      contractVersion: contract.version,
      cameOf: 'fold',
      add: change.add,
      remove: [...change.remove].map((file) => file.id),
      rows,
      fold: {
        generation: generation.name,
        rules: rulesText(contract),
        watermark: folded.watermark,
        orphans: folded.orphans + (before?.orphans ?? 0),
        conflicts: folded.conflicts + (before?.conflicts ?? 0),
        movesOntoLive: folded.movesOntoLive + (before?.movesOntoLive ?? 0),
      },
      also: async (next) => {
        await markApplied(work, db, next);
        if (folded.mode === 'whole') await clearReplaced(db, contract.dataset, generation.name);
        await markWithdrawn(work, db);
        await endAttempt(db, attempt, 'committed');
      },
    });
    reach('fold:committing');
    return committed;
  });
  reach('fold:committed');
  work.onProgress?.({ step: 'committed', table: contract.dataset, rows });
  return { result: 'committed', version, rows, applied: fresh.length };
}

async function markApplied(marks: Marks, db: Queryable, version: number): Promise<void> {
  const { contract, generation, fresh, first, beside } = marks;
  const { dataset } = contract;
  const { name, start } = generation;
  await recordApplications(
    db,
    dataset,
    name,
    version,
    fresh.map((load) => load.id),
  );
  if (first) {
    await writeGeneration(db, dataset, name, beside ? { start } : { start, state: 'live', reason: null });
    const core = fresh.filter((load) => kindOf(load) === 'snapshot').map((load) => load.id);
    await recordCore(db, dataset, name, core);
  }
  if (beside) return;
  // Others said so before.
  const loaded = fresh.filter(({ state }) => state === 'loaded');
  await moveLoads(db, loaded, 'apply');
  await writeTable(db, dataset, { liveGeneration: name });
}

async function markWithdrawn({ contract, generation, withdrawn, beside }: Marks, db: Queryable): Promise<void> {
  await withdrawApplications(
    db,
    contract.dataset,
    generation.name,
    withdrawn.map((load) => load.id),
  );
  // One that is taken through again just now has another state, and is looked at when it is loaded.
  const settled = withdrawn.filter(({ state }) => state === 'applied' || state === 'archived');
  if (!beside) await moveLoads(db, settled, 'withdraw', { reason: OTHER_SNAPSHOT });
}

/** Without a key there is no current table: what is in history is all there is. */
export async function applyWithoutKey(workspace: TableWorkspace, marks: Marks): Promise<FoldOutcome> {
  const { version, rows } = await readManifest(workspace.pool, historyName(marks.contract.dataset));
  await inTable(workspace, async (db) => {
    await markApplied(marks, db, version);
    await markWithdrawn(marks, db);
  });
  return { result: 'committed', version, rows, applied: marks.fresh.length };
}
