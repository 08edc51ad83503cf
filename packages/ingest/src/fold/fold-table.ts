/**
 * Brings what is in history but not yet in the current table into it, by one commit. Does nothing when there is nothing
 * to bring, when the snapshot is not whole, or when the events hold the table.
 */
import os from 'node:os';
import {
  appliedLoads,
  clearReplaced,
  commitVersion,
  endAttempt,
  lonelyDfms,
  readManifest,
  recordApplications,
  startAttempt,
  withdrawApplications,
  writeTable,
  type ListedFile,
  type Load,
  type Manifest,
  type Queryable,
} from '@farelake/db';
import type { Engine } from '@farelake/lake';
import { foldRulesOf, rankFiles, type FoldMode, type Generation, type Instant } from '@farelake/qlik';
import { historyName, type Contract } from '@farelake/schema-registry';
import { currentColumns } from '../columns.ts';
import { reach } from '../failpoint.ts';
import { moveLoad } from '../move-load.ts';
import type { SnapshotLoad } from '../plan/plan-loads.ts';
import type { OnProgress } from '../progress.ts';
import { inTable } from '../table/in-table.ts';
import { foldBytes } from '../table/share.ts';
import { inheritedNote } from '../treatment/file-treatments.ts';
import { newAttemptId, withEngine, type TableWorkspace, type Workspace } from '../workspace.ts';
import { hasReplacedRows, isTreatedOtherwise } from './foundation.ts';
import { historySql, type HistoryReader } from './history-files.ts';
import { layOutHistory } from './lay-out.ts';
import { incompleteness, membersOf, settleReach, strangers } from './members.ts';
import { rulesText } from './rules-text.ts';
import { runFold, type FoldFile, type FoldResult } from './run-fold.ts';
import { assignSql, inKeyOrder, keyColumns, sameKeySql, sliceRows, type KeyColumn } from './segments.ts';
import { slicesOfPresent, slicesOfWhole, type Cutting, type Slice } from './slices.ts';
import { writeTouched, writeWhole, type SegmentChange, type SegmentWriter } from './write-segments.ts';

export type FoldOutcome =
  | { readonly result: 'nothing' }
  | { readonly result: 'waiting' | 'held'; readonly reason: string }
  | { readonly result: 'committed'; readonly version: number; readonly rows: number; readonly applied: number };

/** A generation without a snapshot, of a contract that says there is none. */
export const CHANGES_ONLY: Generation<SnapshotLoad> = { name: 'g0001', start: null, files: [], superseded: [] };

export async function foldTable(
  workspace: TableWorkspace,
  contract: Contract,
  generation: Generation<SnapshotLoad>,
  onProgress?: OnProgress,
): Promise<FoldOutcome> {
  const { pool } = workspace;
  const loads = await settleReach(workspace, contract, generation);
  const applied = await appliedLoads(pool, contract.dataset, generation.name);
  const members = membersOf(loads, generation);
  const fresh = members.filter((load) => load.state === 'loaded' && !applied.has(load.id));
  const base = await readManifest(pool, contract.dataset);
  const withdrawn = strangers(loads, members, applied);
  // Rows folded by other rules, or with rows of another snapshot among them, are no start for anything: all anew.
  const replaced = await hasReplacedRows(workspace, contract, generation.name);
  const otherwise =
    (base.fold !== null && base.fold.rules !== rulesText(contract)) || isTreatedOtherwise(contract, base);
  const anew = withdrawn.length > 0 || replaced || otherwise;
  if (fresh.length === 0 && !anew) return { result: 'nothing' };
  // Shown already: a further snapshot file that cannot be loaded yet must not keep the changes from going on.
  const incomplete =
    applied.size > 0 || replaced ? undefined : incompleteness(generation, loads, await lonelyOf(workspace, contract));
  if (incomplete !== undefined) return { result: 'waiting', reason: incomplete };
  if (contract.key.length === 0) return applyWithoutKey(workspace, contract, generation, fresh);

  const attempt = newAttemptId();
  await inTable(workspace, (db) => startAttempt(db, { id: attempt, dataset: contract.dataset, batchId: null }));
  reach('fold:started');
  try {
    const work: FoldWork = {
      workspace,
      contract,
      generation,
      attempt,
      base,
      anew,
      members,
      fresh,
      withdrawn,
      onProgress,
    };
    return await attemptFold(work);
  } catch (error) {
    const outcome = workspace.signal.aborted ? 'aborted' : 'failed';
    await inTable(workspace, (db) => endAttempt(db, attempt, outcome)).catch(() => undefined);
    throw error;
  }
}

interface FoldWork {
  readonly workspace: TableWorkspace;
  readonly contract: Contract;
  readonly generation: Generation<SnapshotLoad>;
  readonly attempt: string;
  readonly members: readonly Load[];
  readonly fresh: readonly Load[];
  /** In the current table so far, and in its next version no more. */
  readonly withdrawn: readonly Load[];
  readonly base: Manifest;
  /** Nothing of the current table can be built upon. */
  readonly anew: boolean;
  readonly onProgress: OnProgress | undefined;
}

async function attemptFold(work: FoldWork): Promise<FoldOutcome> {
  const { workspace, contract, base, anew } = work;
  const history = await readManifest(workspace.pool, historyName(contract.dataset));
  return withEngine(workspace, async (engine, folder) => {
    await engine.run(
      `SET memory_limit = '${Math.floor(foldBytes(os.totalmem(), workspace.atOnce ?? 1) / 2 ** 20)}MiB'`,
    );
    const key = keyColumns(contract);
    // Folded anew, the old segments only go; their bounds may be those of another key.
    const ordered = anew ? [] : await inKeyOrder(engine, key, base.files);
    const cutting: Cutting = { engine, key, ordered, rows: sliceRows(contract) };
    const nextSegment = base.highestSegment + 1;
    const note = inheritedNote(contract, anew ? history.files : [...history.files, ...base.files]);
    const writer: SegmentWriter = { workspace, contract, attempt: work.attempt, engine, folder, nextSegment, note };
    const change: SegmentChange = { add: [], remove: new Set() };
    const { members, onProgress } = work;
    const onPruned = (files: { opened: number; of: number }) =>
      onProgress?.({ step: 'looking up', table: contract.dataset, ...files });
    const reader: HistoryReader = { engine, contract, history, members, onPruned };
    const folded = await runFold<Slice>(engine, {
      rules: foldRulesOf(contract),
      files: foldFiles(work),
      history: (loads, wanted) => historySql(reader, loads, wanted),
      watermark: anew || base.version === 0 ? undefined : (base.fold?.watermark ?? ''),
      slices: async (mode, events) => {
        work.onProgress?.({ step: 'folding', table: contract.dataset, mode });
        if (!writesAll(mode)) return slicesOfPresent(cutting, await changesByPlace(engine, key, ordered));
        const { slices, bounds } = await slicesOfWhole(cutting, events);
        await layOutHistory(engine, key, bounds, folder);
        return slices;
      },
      current: (slice) => currentSql(contract, engine, slice),
      settle: async (slice, mode) => {
        await (writesAll(mode) ? writeWhole(writer, change) : writeTouched(writer, slice.runs, change));
        reach('fold:settled');
      },
    });
    if (folded.result === 'held') {
      await inTable(workspace, (db) => endAttempt(db, work.attempt, 'failed'));
      return folded;
    }
    if (writesAll(folded.mode)) for (const file of base.files) change.remove.add(file);
    reach('fold:written');
    return commitFold(work, folded, change);
  });
}

/** Modes after which no row of before is left where it was: after a truncation, what is there came later. */
const writesAll = (mode: FoldMode): mode is 'whole' | 'truncate' => mode === 'whole' || mode === 'truncate';

/** Current rows of the slice's changed keys. */
async function currentSql(contract: Contract, { files }: Engine, { within, runs }: Slice): Promise<string> {
  const present = [...new Set(runs.flatMap((run) => run.present))];
  return `SELECT * FROM ${await files.sql(present, currentColumns(contract))} s
    WHERE ${within} AND EXISTS (SELECT 1 FROM "@keys" k WHERE ${sameKeySql(contract, 's', 'k')})`;
}

/** How many of the changed keys fall into each segment, by its place in key order. */
async function changesByPlace(
  engine: Engine,
  key: readonly KeyColumn[],
  ordered: readonly ListedFile[],
): Promise<Map<number, number>> {
  const rows = await engine.rows(
    `SELECT "@segment" AS s, count(*) AS n FROM (${assignSql(key, '"@keys"', ordered)}) p GROUP BY 1`,
  );
  return new Map(rows.map((row) => [Number(row['s']), Number(row['n'])]));
}

const foldFiles = ({ members, fresh }: FoldWork): FoldFile[] => {
  const isFresh = new Set(fresh.map((load) => load.id));
  const places = members.map((load) => ({
    id: load.id,
    time: load.fileTime as Instant | null,
    key: load.objectKey,
    contentHash: load.contentHash,
  }));
  return rankFiles(places).map(({ file, rank }) => ({ loadId: file.id, rank, fresh: isFresh.has(file.id) }));
};

async function commitFold(
  work: FoldWork,
  folded: Extract<FoldResult, { result: 'folded' }>,
  change: SegmentChange,
): Promise<FoldOutcome> {
  const { workspace, contract, generation, attempt, base, fresh } = work;
  const before = folded.mode === 'whole' ? null : base.fold;
  const rowsOf = (files: readonly { rows: number }[]) => files.reduce((sum, file) => sum + file.rows, 0);
  const rows = base.rows + rowsOf(change.add) - rowsOf([...change.remove]);
  const version = await inTable(workspace, async (db) => {
    const committed = await commitVersion(db, {
      tableName: contract.dataset,
      baseVersion: base.version,
      attemptId: attempt,
      contractVersion: contract.version,
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
    });
    await markApplied(work, db, committed, fresh);
    if (folded.mode === 'whole') await clearReplaced(db, contract.dataset, generation.name);
    await markWithdrawn(work, db);
    await endAttempt(db, attempt, 'committed');
    reach('fold:committing');
    return committed;
  });
  reach('fold:committed');
  work.onProgress?.({ step: 'committed', table: contract.dataset, rows });
  return { result: 'committed', version, rows, applied: fresh.length };
}

async function markApplied(
  { contract, generation }: Pick<FoldWork, 'contract' | 'generation'>,
  db: Queryable,
  version: number,
  fresh: readonly Load[],
): Promise<void> {
  await recordApplications(
    db,
    contract.dataset,
    generation.name,
    version,
    fresh.map((load) => load.id),
  );
  for (const load of fresh) await moveLoad(db, load, 'apply');
  await writeTable(db, contract.dataset, { liveGeneration: generation.name });
}

async function markWithdrawn({ contract, generation, withdrawn }: FoldWork, db: Queryable): Promise<void> {
  await withdrawApplications(
    db,
    contract.dataset,
    generation.name,
    withdrawn.map((load) => load.id),
  );
  const reason = 'it belongs to another snapshot than the one in use';
  for (const load of withdrawn) await moveLoad(db, load, 'withdraw', { reason });
}

const lonelyOf = async ({ pool }: Workspace, { dataset }: Contract): Promise<string[]> =>
  (await lonelyDfms(pool)).filter((one) => one.dataset === dataset).map((one) => one.objectKey);

/** Without a key there is no current table: what is in history is all there is. */
async function applyWithoutKey(
  workspace: TableWorkspace,
  contract: Contract,
  generation: Generation<SnapshotLoad>,
  fresh: readonly Load[],
): Promise<FoldOutcome> {
  const { version, rows } = await readManifest(workspace.pool, historyName(contract.dataset));
  await inTable(workspace, (db) => markApplied({ contract, generation }, db, version, fresh));
  return { result: 'committed', version, rows, applied: fresh.length };
}
