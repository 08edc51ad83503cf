/**
 * Brings what is in history but not yet in a generation's table into it, by one commit. Does nothing when there is nothing
 * to bring, or when the events hold it. Whether the snapshot is whole is the caller's to ask.
 */
import os from 'node:os';
import { appliedLoads, endAttempt, loadsOf, readManifest, type ListedFile } from '@farelake/db';
import type { Engine } from '@farelake/lake';
import { foldRulesOf, writesAll, type FoldMode, type Generation } from '@farelake/qlik';
import { historyName, quoteIdentifier, UserError, type Contract } from '@farelake/schema-registry';
import { currentColumns } from '../columns.ts';
import { reach } from '../failpoint.ts';
import { generationTable } from '../generation/table-name.ts';
import { foldOnSpark, sparkForFold } from '../large/fold-on-spark.ts';
import type { SnapshotLoad } from '../plan/plan-loads.ts';
import type { OnProgress } from '../progress.ts';
import { inAttempt } from '../table/in-attempt.ts';
import { inTable } from '../table/in-table.ts';
import { foldBytes } from '../table/share.ts';
import { inheritedNote } from '../treatment/file-treatments.ts';
import { withEngine, type TableWorkspace } from '../workspace.ts';
import { applyWithoutKey, commitFold, foldFiles, type FoldOutcome, type FoldWork, type Marks } from './commit-fold.ts';
import { areThere, hasReplacedRows, isTreatedOtherwise } from './foundation.ts';
import { historySql, type HistoryReader } from './history-files.ts';
import { layOutHistory } from './lay-out.ts';
import { contradictory, membersOf, settleReach, strangers } from './members.ts';
import { rulesText } from './rules-text.ts';
import { runFold } from './run-fold.ts';
import { assignSql, inKeyOrder, keyColumns, sameKeySql, sliceRows, type KeyColumn } from './segments.ts';
import { slicesOfPresent, slicesOfWhole, type Cutting, type Slice } from './slices.ts';
import { writeTouched, writeWhole, type SegmentChange, type SegmentWriter } from './write-segments.ts';

export type { FoldOutcome } from './commit-fold.ts';

/** A generation without a snapshot, of a contract that says there is none. */
export const CHANGES_ONLY: Generation<SnapshotLoad> = { name: 'g0001', start: null, files: [], superseded: [] };

export interface FoldOptions {
  readonly onProgress?: OnProgress | undefined;
  /**
   * Into a table of the generation's own, beside the one that is shown: states of loads tell of the latter, and stay as they
   * are.
   */
  readonly beside?: boolean;
  /** Nothing of the table can be built upon, whatever the ledger says. */
  readonly anew?: boolean;
}

export async function foldTable(
  workspace: TableWorkspace,
  contract: Contract,
  generation: Generation<SnapshotLoad>,
  { onProgress, beside = false, ...options }: FoldOptions = {},
): Promise<FoldOutcome> {
  const { pool } = workspace;
  const { dataset } = contract;
  const applied = await appliedLoads(pool, dataset, generation.name);
  const loads = beside ? await loadsOf(pool, dataset) : await settleReach(workspace, contract, generation, applied);
  const members = membersOf(loads, generation);
  const unsure = beside ? [] : contradictory(members, applied);
  const unapplied = members.filter((load) => (beside || load.state === 'loaded') && !applied.has(load.id));
  const fresh = [...unapplied, ...unsure];
  const tableName = beside ? generationTable(dataset, generation.name) : dataset;
  const base = await readManifest(pool, tableName);
  const withdrawn = strangers(loads, members, applied);
  // Rows folded by other rules, or with rows of another snapshot among them, are no start for anything: all anew.
  const replaced = await hasReplacedRows(workspace, contract, generation.name);
  const otherwise =
    (base.fold !== null && base.fold.rules !== rulesText(contract)) || isTreatedOtherwise(contract, base);
  // One that is not shown may have lost a file without anybody noticing; history has all of it.
  const lost = options.anew === true || (beside && !(await areThere(base.files)));
  const anew = withdrawn.length > 0 || unsure.length > 0 || replaced || otherwise || lost;
  if (fresh.length === 0 && !anew) return { result: 'nothing' };
  const marks: Marks = { contract, generation, beside, first: applied.size === 0 && !replaced, fresh, withdrawn };
  if (contract.key.length === 0) return applyWithoutKey(workspace, marks);

  try {
    return await inAttempt(workspace, contract.dataset, (attempt) => {
      reach('fold:started');
      const work: FoldWork = { ...marks, workspace, attempt, base, anew, members, onProgress };
      const spark = sparkForFold(work);
      return spark === undefined ? attemptFold(work) : foldOnSpark(spark, work);
    });
  } catch (error) {
    // A repair is for the one that is shown; of another, history has all that its damaged file had.
    if (beside && !anew && isDamage(error))
      return foldTable(workspace, contract, generation, { onProgress, beside, anew: true });
    throw error;
  }
}

const isDamage = (error: unknown): boolean => error instanceof UserError && error.code === 'file-damaged';

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
        if (!writesAll(mode)) return slicesOfPresent(cutting, await changesByPlace(engine, key, ordered, mode));
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

/** Current rows of the slice's changed keys. */
async function currentSql(contract: Contract, { files }: Engine, { within, runs }: Slice): Promise<string> {
  const present = [...new Set(runs.flatMap((run) => run.present))];
  // They are about to be written anew: a damage is told as that, and not by what the engine stumbles over.
  await files.prove(present);
  return `SELECT * FROM ${await files.sql(present, currentColumns(contract))} s
    WHERE ${within} AND EXISTS (SELECT 1 FROM "@keys" k WHERE ${sameKeySql(contract, 's', 'k')})`;
}

/**
 * How many of the changed keys fall into each segment, by its place in key order. In `append` those of new B count, too: one
 * alone changes nothing, and is a conflict if it came twice with other values.
 */
async function changesByPlace(
  engine: Engine,
  key: readonly KeyColumn[],
  ordered: readonly ListedFile[],
  mode: FoldMode,
): Promise<Map<number, number>> {
  const names = key.map(({ name }) => quoteIdentifier(name)).join(', ');
  const befores = `SELECT ${names} FROM "@updates" WHERE "@op" = 'B'`;
  const keys = mode === 'append' ? `(SELECT ${names} FROM "@keys" UNION ${befores}) k` : '"@keys"';
  const rows = await engine.rows(
    `SELECT "@segment" AS s, count(*) AS n FROM (${assignSql(key, keys, ordered)}) p GROUP BY 1`,
  );
  return new Map(rows.map((row) => [Number(row['s']), Number(row['n'])]));
}
