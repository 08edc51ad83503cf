/**
 * The benchmark of late arrival: 1,000 events below the watermark of a table, spread over its keys or on its newest ones,
 * beside the same number of events in order and beside folding the table anew. Each fold is a process of its own.
 */
import { historyName } from '@farelake/schema-registry';
import { readManifest } from '@farelake/db';
import { changesSql, FOLD_CONTRACT, snapshotSql } from './fold-data.ts';
import { foldOnce } from './fold.ts';
import { addHistory, closeFoldHome, inWorkspace, openFoldHome, type FoldHome } from './fold-home.ts';
import type { FoldRun } from './fold-run.ts';
import { words } from './fold-scenarios.ts';

export interface LateLine extends FoldRun {
  readonly fold: string;
  readonly runs: number;
  /** Processor time by that of the table folded anew, in the same run; null: it is that. */
  readonly ofWhole: number | null;
  /** Processor time by that of as many events in order on the same keys; null: there is no such fold. */
  readonly ofAppend: number | null;
}

export interface LateBenchOptions {
  readonly quick?: boolean;
  /** Rows of the tables; 1 M and 5 M unless given. */
  readonly rows?: readonly number[] | undefined;
  readonly onLine?: (line: LateLine) => void;
}

const M = 1_000_000;
const FOLDER = 'cubic/ods_qlik/EDW.BENCH_FOLD';
/** Rows of one snapshot file. */
const FILE_ROWS = 500_000;
const EVENTS = 1000;

const PLACES = [
  { name: 'on the newest 2 % of keys', newest: 0.02 },
  { name: 'spread over all keys', newest: 1 },
] as const;

/** Measures both tables, one after the other. Figures are those of the median run by processor time. */
export async function benchLate({ quick = false, rows: sizes, onLine }: LateBenchOptions = {}): Promise<LateLine[]> {
  const lines: LateLine[] = [];
  for (const rows of sizes ?? (quick ? [200_000] : [M, 5 * M]))
    await measure(rows, quick ? 1 : 3, (line) => {
      lines.push(line);
      onLine?.(line);
    });
  return lines;
}

async function measure(rows: number, times: number, tell: (line: LateLine) => void): Promise<void> {
  const home = await openFoldHome();
  try {
    await build(home, rows);
    await forgetRules(home);
    const whole = await foldOnce(home);
    tell({ ...whole, fold: `${words(rows)} rows folded anew`, runs: 1, ofWhole: null, ofAppend: null });
    for (const { name, newest } of PLACES) {
      const append = await repeat(home, { rows, newest, times, from: FIRST_IN_ORDER });
      const share = (run: FoldRun, of: FoldRun) => run.cpuSeconds / of.cpuSeconds;
      const line = { runs: times, ofWhole: share(append, whole), ofAppend: null };
      tell({ ...append, ...line, fold: `${words(EVENTS)} events in order, ${name}` });
      const late = await repeat(home, { rows, newest, times, from: FIRST_LATE });
      tell({
        ...late,
        ...line,
        ofWhole: share(late, whole),
        ofAppend: share(late, append),
        fold: `${words(EVENTS)} late events, ${name}`,
      });
    }
  } finally {
    await closeFoldHome(home);
  }
}

/** Rounds give events their sequences: those of the table's first changes lie between late ones and ones in order. */
const FIRST_LATE = 1;
const BUILT = 100;
const FIRST_IN_ORDER = 200;
let round = 0;

/** A table of a snapshot in some files and of changes. */
async function build(home: FoldHome, rows: number): Promise<void> {
  for (let file = 0; file * FILE_ROWS < rows; file += 1)
    await addHistory(home, {
      kind: 'snapshot',
      objectKey: `${FOLDER}/LOAD${(file + 1).toString(16).padStart(8, '0')}.csv.gz`,
      rows: (loadId) =>
        `SELECT * FROM (${snapshotSql({ rows, scattered: false }, loadId)}) s
         WHERE transaction_id >= ${file * FILE_ROWS} AND transaction_id < ${(file + 1) * FILE_ROWS}`,
    });
  await addChanges(home, { rows, newest: 0.02, anywhere: 0.1, changes: rows / 20, round: BUILT });
  await foldOnce(home);
}

const addChanges = (home: FoldHome, spec: Parameters<typeof changesSql>[0]): Promise<void> =>
  addHistory(home, {
    kind: 'changes',
    objectKey: `${FOLDER}__ct/20260301-12${String(spec.round).padStart(4, '0')}000.csv.gz`,
    rows: (loadId) => changesSql(spec, loadId),
  });

interface Repeated {
  readonly rows: number;
  readonly newest: number;
  readonly times: number;
  readonly from: number;
}

async function repeat(home: FoldHome, { rows, newest, times, from }: Repeated): Promise<FoldRun> {
  const runs: FoldRun[] = [];
  for (let time = 0; time < times; time += 1) {
    round += 1;
    await addChanges(home, { rows, newest, anywhere: 0, changes: EVENTS, round: from + (round % 99) });
    runs.push(await foldOnce(home));
  }
  const median = runs.toSorted((a, b) => a.cpuSeconds - b.cpuSeconds)[runs.length >> 1];
  if (median === undefined) throw new Error('nothing was run');
  return { ...median, peakBytes: Math.max(...runs.map((run) => run.peakBytes)) };
}

/** Rows that were folded by other rules are folded anew. */
const forgetRules = (home: FoldHome): Promise<void> =>
  inWorkspace(home, async ({ pool }) => {
    const { version } = await readManifest(pool, FOLD_CONTRACT.dataset);
    await pool.query(`UPDATE ledger.versions SET fold_rules = '{}' WHERE table_name = $1 AND version = $2`, [
      FOLD_CONTRACT.dataset,
      version,
    ]);
    const { files } = await readManifest(pool, historyName(FOLD_CONTRACT.dataset));
    if (files.length < 2) throw new Error('history was to have files of a snapshot and of changes');
  });
