/** A fold worked out by Spark and committed as any other. The mode is decided before, by what the ledger knows of history's files. */
import { endAttempt, readManifest, type ListedFile, type Manifest } from '@farelake/db';
import { icebergNotes, type Engine } from '@farelake/lake';
import type { PlanFile, Result } from '@farelake/plan';
import {
  BASE_OUTPUT,
  compileFoldPlan,
  foldRulesOf,
  judgeFold,
  plannedMode,
  SEGMENTS_INPUT,
  surveyOfFiles,
  writesAll,
  type FoldMode,
  type HistoryStatistics,
} from '@farelake/qlik';
import { historyName } from '@farelake/schema-registry';
import { currentColumns, historyColumns } from '../columns.ts';
import { reach } from '../failpoint.ts';
import { commitFold, foldFiles, type FoldOutcome, type FoldWork } from '../fold/commit-fold.ts';
import { holdReason, type Hold } from '../fold/run-fold.ts';
import { inKeyOrder, keyColumns, segmentRows } from '../fold/segments.ts';
import type { SegmentChange } from '../fold/write-segments.ts';
import { inTable } from '../table/in-table.ts';
import { inheritedNote } from '../treatment/file-treatments.ts';
import { withEngine } from '../workspace.ts';
import { sparkFor } from './choose-engine.ts';
import { planColumns } from './plan-columns.ts';
import { noteEnd, resultPath, runElsewhere } from './run-elsewhere.ts';
import type { SparkHere } from './spark-here.ts';
import { manifestFiles } from './written-files.ts';

/** By the bytes of what is new and of the table: what of them a fold reads, only its keys tell. */
export function sparkForFold({ workspace, base, fresh }: FoldWork): SparkHere | undefined {
  const bytes = [...base.files, ...fresh].reduce((sum, { size }) => sum + size, 0);
  return sparkFor(workspace, bytes);
}

export const foldOnSpark = (spark: SparkHere, work: FoldWork): Promise<FoldOutcome> =>
  withEngine(work.workspace, async (engine, folder) => {
    const { workspace, contract, attempt, onProgress } = work;
    const planned = await planFold(work, engine);
    onProgress?.({ step: 'folding', table: contract.dataset, mode: planned.mode });
    const result = await runElsewhere(workspace, { spark, plan: planned.plan, scratch: folder, onProgress });
    await noteEnd(workspace, attempt, 'finished', result);
    if (result.outcome === 'held') {
      await inTable(workspace, (db) => endAttempt(db, attempt, 'failed'));
      return { result: 'held', reason: holdReason((result.receipts['holds'] ?? []) as unknown as Hold[]) };
    }
    const counts = judgeFold(result, planned);
    const change = await changeOf(work, planned, result);
    reach('fold:written');
    return commitFold(work, { result: 'folded', mode: planned.mode, ...counts }, change);
  });

interface PlannedFold {
  readonly plan: ReturnType<typeof compileFoldPlan>;
  readonly mode: FoldMode;
  /** T events are reckoned with. */
  readonly truncates: boolean;
  /** Of the table before; undefined: nothing of it can be built upon. */
  readonly watermark: string | undefined;
  /** Segments of the current table, in key order. */
  readonly ordered: readonly ListedFile[];
  readonly history: Manifest;
}

async function planFold(work: FoldWork, engine: Engine): Promise<PlannedFold> {
  const { workspace, contract, attempt, base, anew } = work;
  const { stage } = workspace;
  const history = await readManifest(workspace.pool, historyName(contract.dataset));
  const watermark = anew || base.version === 0 ? undefined : (base.fold?.watermark ?? '');
  const fresh = filesOf(history, work.fresh);
  const mode = plannedMode(watermark, surveyOfFiles(statisticsOf(fresh)));
  const ordered = writesAll(mode) ? [] : await inKeyOrder(engine, keyColumns(contract), base.files);
  const files = mode === 'append' ? fresh : filesOf(history, work.members);
  const truncates = mode !== 'append' && surveyOfFiles(statisticsOf(files)).truncates;
  const columns = currentColumns(contract);
  const plan = compileFoldPlan({
    ...{ dataset: contract.dataset, attempt, rules: foldRulesOf(contract), mode, truncates },
    loads: foldFiles(work),
    // What is only read is proven by its size.
    history: files.map((file) => ({ ...planFile(file), sha256: null })),
    historyColumns: planColumns(contract, historyColumns(contract)).map(({ name, id, elementId, type }) =>
      elementId === undefined ? { name, id, type } : { name, id, elementId, type },
    ),
    segments: ordered.map((file) => ({ ...planFile(file), lowestKey: file.lowestKey ?? [] })),
    columns: planColumns(contract, columns),
    prefix: `${stage.uriOf(`${contract.dataset}/base`)}/`,
    notes: icebergNotes(columns),
    ...{ segmentRows: segmentRows(contract), nextSegment: base.highestSegment + 1 },
    result: stage.uriOf(resultPath(contract.dataset, attempt)),
  });
  return { plan, mode, truncates, watermark, ordered, history };
}

/** Files of history that hold rows of these loads. */
function filesOf({ files }: Manifest, loads: FoldWork['members']): ListedFile[] {
  const batches = new Set(loads.map((load) => load.historyBatchId));
  return files.filter((file) => batches.has(file.batchId));
}

const planFile = ({ uri, size, rows, sha256 = null }: ListedFile): PlanFile => ({ uri, size, rows, sha256 });

const statisticsOf = (files: readonly ListedFile[]): (HistoryStatistics | null)[] =>
  files.map(({ statistics }) => statistics as HistoryStatistics | null);

async function changeOf(work: FoldWork, planned: PlannedFold, { outputs, selected }: Result): Promise<SegmentChange> {
  const { workspace, contract, attempt, base, anew } = work;
  const { mode, ordered, history } = planned;
  const note = inheritedNote(contract, anew ? history.files : [...history.files, ...base.files]);
  const from = { stage: workspace.stage, contract, attempt, batchId: null, loadId: null, note };
  const add = await manifestFiles(from, outputs[BASE_OUTPUT] ?? []);
  const opened = (selected[SEGMENTS_INPUT] ?? []).flatMap((place) => ordered[place] ?? []);
  return { add, remove: new Set(writesAll(mode) ? base.files : opened) };
}
