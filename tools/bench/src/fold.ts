/**
 * The fold's benchmark: tables of some sizes, folded for the first time and then changed, each fold in a process of its
 * own, beside what one would write by hand. By itself: `node tools/bench/src/fold-main.ts`.
 */
import { execFile } from 'node:child_process';
import path from 'node:path';
import { promisify } from 'node:util';
import { readManifest } from '@farelake/db';
import { historyName } from '@farelake/schema-registry';
import type { ByHand, ByHandRun } from './fold-by-hand.ts';
import { changesSql, FOLD_CONTRACT, snapshotSql } from './fold-data.ts';
import { addHistory, closeFoldHome, inWorkspace, openFoldHome, type FoldHome } from './fold-home.ts';
import type { FoldRun } from './fold-run.ts';
import { FULL, QUICK, specOf, words, type FoldScenario, type FoldStep } from './fold-scenarios.ts';

export interface FoldLine {
  /** `farelake`, or what it is compared with. */
  readonly by: string;
  /** Rows of the table. */
  readonly rows: number;
  readonly fold: string;
  readonly runs: number;
  readonly wallSeconds: number;
  readonly cpuSeconds: number;
  readonly peakBytes: number;
  readonly bytesWritten: number;
  readonly segmentsWritten: number | null;
  readonly segments: number | null;
  /** Wall time by that of farelake's fold; null: it is farelake's. */
  readonly ratio: number | null;
}

export interface FoldBenchOptions {
  readonly quick?: boolean;
  /** Interpreter of a Python environment with `deltalake` and `pyarrow`; without, delta-rs is left out. */
  readonly python?: string | undefined;
  /** Told of each line as it is measured. */
  readonly onLine?: (line: FoldLine) => void;
}

/** Measures all scenarios, one after the other. Wall seconds are medians; the peak is the highest. */
export async function benchFold(options: FoldBenchOptions = {}): Promise<FoldLine[]> {
  const lines: FoldLine[] = [];
  for (const scenario of options.quick === true ? QUICK : FULL)
    await measure(scenario, options, (line) => {
      lines.push(line);
      options.onLine?.(line);
    });
  return lines;
}

async function measure(
  scenario: FoldScenario,
  options: FoldBenchOptions,
  tell: (line: FoldLine) => void,
): Promise<void> {
  const home = await openFoldHome();
  const { rows, scattered } = scenario;
  try {
    await addHistory(home, {
      kind: 'snapshot',
      objectKey: `${FOLDER}/LOAD00000001.csv.gz`,
      rows: (loadId) => snapshotSql({ rows, scattered }, loadId),
    });
    const first = `first fold of ${words(rows)} rows${scattered ? ', delivered in no order' : ''}`;
    tell(lineOf(rows, first, [await foldOnce(home)]));
    let round = 0;
    for (const step of scenario.steps) {
      const runs: FoldRun[] = [];
      const beside: { by: string; run: ByHandRun }[] = [];
      for (let time = 0; time < step.times; time += 1) {
        round += 1;
        await addChanges(home, scenario, step, round);
        if (step.beside === true && time === 0) beside.push(...(await besides(home, options)));
        runs.push(await foldOnce(home));
      }
      const line = lineOf(rows, step.name, runs);
      tell(line);
      for (const { by, run } of beside)
        tell({
          ...line,
          ...run,
          by,
          runs: 1,
          segments: null,
          segmentsWritten: null,
          ratio: run.wallSeconds / line.wallSeconds,
        });
    }
  } finally {
    await closeFoldHome(home);
  }
}

const FOLDER = 'cubic/ods_qlik/EDW.BENCH_FOLD';

const addChanges = (home: FoldHome, scenario: FoldScenario, step: FoldStep, round: number): Promise<void> =>
  addHistory(home, {
    kind: 'changes',
    objectKey: `${FOLDER}__ct/20260301-12${String(round).padStart(4, '0')}000.csv.gz`,
    rows: (loadId) => changesSql(specOf(scenario, step, round), loadId),
  });

const run = promisify(execFile);
const beside = (script: string) => path.join(import.meta.dirname, script);

/** Folds what is in history, in a process of its own. */
export async function foldOnce(home: FoldHome): Promise<FoldRun> {
  const { stdout } = await run(process.execPath, [beside('fold-run.ts'), JSON.stringify(home)]);
  return JSON.parse(stdout) as FoldRun;
}

/** The same change to the same table, made otherwise; the table stays as it is. */
async function besides(home: FoldHome, { python }: FoldBenchOptions): Promise<{ by: string; run: ByHandRun }[]> {
  const given = await inWorkspace(home, async ({ pool }): Promise<ByHand> => {
    const current = await readManifest(pool, FOLD_CONTRACT.dataset);
    const history = await readManifest(pool, historyName(FOLD_CONTRACT.dataset));
    return {
      folder: path.join(home.folder, 'beside'),
      current: current.files.map((file) => file.uri),
      changes: history.files.slice(-1).map((file) => file.uri),
    };
  });
  const contenders = [
    { by: 'DuckDB, whole table rewritten by hand', command: process.execPath, script: 'fold-by-hand.ts' },
  ];
  if (python !== undefined) contenders.push({ by: 'delta-rs, one MERGE', command: python, script: 'fold_delta.py' });
  const measured = [];
  for (const { by, command, script } of contenders) {
    const { stdout } = await run(command, [beside(script), JSON.stringify(given)]);
    measured.push({ by, run: JSON.parse(stdout) as ByHandRun });
  }
  return measured;
}

function lineOf(rows: number, fold: string, runs: readonly FoldRun[]): FoldLine {
  const last = runs.at(-1);
  if (last === undefined) throw new Error(`${fold} was not run`);
  const median = (of: (run: FoldRun) => number) => runs.map(of).sort((a, b) => a - b)[runs.length >> 1] ?? 0;
  return {
    by: 'farelake',
    rows,
    fold,
    runs: runs.length,
    wallSeconds: median((one) => one.wallSeconds),
    cpuSeconds: median((one) => one.cpuSeconds),
    peakBytes: Math.max(...runs.map((one) => one.peakBytes)),
    bytesWritten: median((one) => one.bytesWritten),
    segmentsWritten: last.segmentsWritten,
    segments: last.segments,
    ratio: null,
  };
}
