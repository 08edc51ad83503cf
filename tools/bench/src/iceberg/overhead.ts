/**
 * What the snapshot of a commit takes of the work that it ends: of typical folds, each a process of its own as in the fold's benchmark,
 * and of files that come into a history.
 */
import { cp, mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { ingest } from '@farelake/ingest';
import { folderStore } from '@farelake/lake';
import { foldOnce } from '../fold.ts';
import { changesSql, snapshotSql } from '../fold-data.ts';
import { addHistory, closeFoldHome, inWorkspace, openFoldHome, type FoldHome } from '../fold-home.ts';
import { words } from '../fold-scenarios.ts';
import { benchContract, loadFile } from '../load-data.ts';
import { whileTold } from './told.ts';

export interface OverheadLine {
  readonly work: string;
  readonly runs: number;
  /** Median of the runs, by the share. */
  readonly seconds: number;
  readonly snapshotSeconds: number;
  /** Of the seconds. */
  readonly share: number;
}

export interface OverheadOptions {
  /** Of the tables that are folded. */
  readonly rows: readonly number[];
  readonly times: number;
  /** Folder for what is kept from run to run. */
  readonly cache: string;
  readonly onLine?: (line: OverheadLine) => void;
}

const CHANGES = 50_000;
const FOLDER = 'cubic/ods_qlik/EDW.BENCH_FOLD';

const KINDS = [
  { name: '10 % of them anywhere', anywhere: 0.1 },
  { name: 'all on the newest 2 % of keys', anywhere: 0 },
] as const;

export async function benchOverhead({ rows: sizes, times, cache, onLine }: OverheadOptions): Promise<OverheadLine[]> {
  const lines: OverheadLine[] = [];
  const tell = (line: OverheadLine) => {
    lines.push(line);
    onLine?.(line);
  };
  tell(lineOf(`${words(CHANGES)} rows into a history`, await appends(cache, times)));
  for (const rows of sizes)
    await folds(rows, times, (kind, runs) => {
      tell(lineOf(`${words(CHANGES)} changes, ${kind}, onto ${words(rows)} rows`, runs));
    });
  return lines;
}

interface Run {
  readonly wallSeconds: number;
  readonly snapshotSeconds: number;
}

const shareOf = ({ wallSeconds, snapshotSeconds }: Run): number => snapshotSeconds / wallSeconds;

function lineOf(work: string, runs: readonly Run[]): OverheadLine {
  const median = runs.toSorted((a, b) => shareOf(a) - shareOf(b))[runs.length >> 1];
  if (median === undefined) throw new Error(`${work} was not run`);
  const { wallSeconds: seconds, snapshotSeconds } = median;
  return { work, runs: runs.length, seconds, snapshotSeconds, share: shareOf(median) };
}

async function folds(rows: number, times: number, tell: (kind: string, runs: readonly Run[]) => void): Promise<void> {
  const home = await openFoldHome();
  try {
    const snapshot = (loadId: number) => snapshotSql({ rows, scattered: false }, loadId);
    await addHistory(home, { kind: 'snapshot', objectKey: `${FOLDER}/LOAD00000001.csv.gz`, rows: snapshot });
    await foldOnce(home);
    let round = 0;
    for (const { name, anywhere } of KINDS) {
      const runs: Run[] = [];
      for (let time = 0; time < times; time += 1) {
        round += 1;
        await addChanges(home, rows, anywhere, round);
        runs.push(await foldOnce(home));
      }
      tell(name, runs);
    }
  } finally {
    await closeFoldHome(home);
  }
}

const addChanges = (home: FoldHome, rows: number, anywhere: number, round: number): Promise<void> =>
  addHistory(home, {
    kind: 'changes',
    objectKey: `${FOLDER}__ct/20260301-12${String(round).padStart(4, '0')}000.csv.gz`,
    rows: (loadId) => changesSql({ changes: CHANGES, rows, newest: 0.02, anywhere, round }, loadId),
  });

/** Files as the vendor writes them, one for each ingest: from the begin of its load to the end of its commit. */
async function appends(cache: string, times: number): Promise<Run[]> {
  const home = await openFoldHome();
  try {
    await mkdir(cache, { recursive: true });
    const { file } = await loadFile(cache, CHANGES);
    const { text, contract } = benchContract(CHANGES);
    const delivered = path.join(home.folder, 'delivered');
    const folder = path.join(delivered, 'EDW.BENCH_LOAD');
    await mkdir(folder, { recursive: true });
    const runs: Run[] = [];
    for (let time = 0; time <= times; time += 1) {
      const stem = path.join(folder, `LOAD${String(time + 1).padStart(8, '0')}`);
      await cp(file, `${stem}.csv.gz`);
      await writeFile(`${stem}.dfm`, text);
      runs.push(await appendOnce(home, delivered, { ...contract, key: [] }));
    }
    // The first reads the engine and makes the table.
    return runs.slice(1);
  } finally {
    await closeFoldHome(home);
  }
}

const appendOnce = (
  home: FoldHome,
  delivered: string,
  contract: ReturnType<typeof benchContract>['contract'],
): Promise<Run> =>
  inWorkspace(home, async (workspace) => {
    const own = { ...workspace, contracts: new Map([[contract.dataset, contract]]) };
    const { told } = await whileTold(() => ingest(own, folderStore(delivered)));
    const { rows } = await workspace.pool.query<{ began: number }>(
      `SELECT extract(epoch FROM max(started_at))::float8 * 1000 AS began FROM ledger.attempts WHERE batch_id IS NOT NULL`,
    );
    const [snapshot] = told;
    if (snapshot === undefined || told.length > 1) throw new Error('a file was to make one commit');
    return { wallSeconds: (snapshot.at - Number(rows[0]?.began)) / 1000, snapshotSeconds: snapshot.seconds };
  });
