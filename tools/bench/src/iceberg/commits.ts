/** The benchmark of commits: what the snapshot of a commit takes, on tables of so many files, in a folder and in a bucket. */
import path from 'node:path';
import { folderStore, openStore, type ObjectStore } from '@farelake/lake';
import { s3Variables, startS3 } from '../../../../packages/lake/test/support/s3-server.ts';
import { closeFoldHome, openFoldHome, type FoldHome } from '../fold-home.ts';
import { farStore } from './busy.ts';
import { ListedTable, type CommitRun } from './listed-table.ts';

export interface CommitLine extends CommitRun {
  /** `far`: a folder that answers like a bucket some way off. */
  readonly stage: 'folder' | 'far' | 'bucket';
  /** Of the table. */
  readonly tableFiles: number;
  readonly commit: string;
  readonly runs: number;
  /** The longest of them, milliseconds of the snapshot. */
  readonly longest: number;
}

export interface CommitBenchOptions {
  readonly sizes: readonly number[];
  readonly times: number;
  readonly onLine?: (line: CommitLine) => void;
}

const REPLACED = 16;

/** Milliseconds until a bucket of the same region answers. */
const AWAY = 25;

/** Figures are those of the run whose snapshot took the median time. */
export async function benchCommits(options: CommitBenchOptions): Promise<CommitLine[]> {
  const lines: CommitLine[] = [];
  const tell = (line: CommitLine) => {
    lines.push(line);
    options.onLine?.(line);
  };
  for (const stage of ['folder', 'far'] as const)
    for (const tableFiles of options.sizes)
      await inHome(async (home) => {
        const near = folderStore(path.join(home.folder, 'stage'));
        await measure(home, stage, stage === 'far' ? farStore(near, AWAY) : near, tableFiles, options.times, tell);
      });
  const server = await startS3();
  try {
    Object.assign(process.env, s3Variables(server.endpoint));
    await server.makeBucket('bench');
    for (const tableFiles of options.sizes)
      await inHome(async (home) => {
        await measure(home, 'bucket', openStore(`s3://bench/${tableFiles}`), tableFiles, options.times, tell);
      });
  } finally {
    await server.close();
  }
  return lines;
}

async function inHome(work: (home: FoldHome) => Promise<void>): Promise<void> {
  const home = await openFoldHome();
  await work(home).finally(() => closeFoldHome(home));
}

async function measure(
  home: FoldHome,
  stage: CommitLine['stage'],
  store: ObjectStore,
  tableFiles: number,
  times: number,
  tell: (line: CommitLine) => void,
): Promise<void> {
  const table = new ListedTable(home, store);
  const of = (commit: string, runs: readonly CommitRun[]) => {
    const sorted = runs.toSorted((a, b) => a.snapshot - b.snapshot);
    const [median, last] = [sorted[sorted.length >> 1], sorted.at(-1)];
    if (median === undefined || last === undefined) throw new Error(`${commit} was not run`);
    tell({ ...median, stage, tableFiles, commit, runs: runs.length, longest: last.snapshot });
  };
  try {
    of('all of them at once, the first', [await table.commit(tableFiles)]);
    of('one file more', await repeat(times, () => table.commit(1)));
    // Others each time: those of the time before lie in a manifest of their own.
    const spread = (time: number) => (ids: readonly number[]) => {
      const step = Math.floor(ids.length / REPLACED);
      return ids.filter((_, at) => at % step === time % step).slice(0, REPLACED);
    };
    of(`${REPLACED} replaced, all over the table`, await repeat(times, (time) => table.commit(REPLACED, spread(time))));
    const beside = (time: number) => (ids: readonly number[]) => {
      const from = Math.max(0, ids.length - (times + 1 - time) * REPLACED);
      return ids.slice(from, from + REPLACED);
    };
    of(`${REPLACED} replaced, side by side`, await repeat(times, (time) => table.commit(REPLACED, beside(time))));
    await repeat(SNAPSHOTS, () => table.commit(1));
    of(`one file more, with ${SNAPSHOTS} snapshots`, await repeat(SNAPSHOTS, () => table.commit(1)));
  } finally {
    await table.close();
  }
}

/** As many as metadata keeps. */
const SNAPSHOTS = 100;

async function repeat(times: number, work: (time: number) => Promise<CommitRun>): Promise<CommitRun[]> {
  const runs: CommitRun[] = [];
  for (let time = 0; time < times; time += 1) runs.push(await work(time));
  return runs;
}
