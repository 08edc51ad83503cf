/**
 * The benchmark of a DMAP sync: many datasets, listed, fetched, loaded and shown, beside plain parallel downloads of the same
 * links and beside a sync that finds nothing new. The vendor is the stand-in, on this machine: its work is in all wall times.
 */
import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { openStandIn, type StandIn } from '@farelake/dmap/testing';
import { stopLocalPostgres } from '@farelake/db';
import { BENCH_SET, benchDatasets, DMAP_BENCH_CONTRACT } from './dmap-data.ts';
import type { DmapRun } from './dmap-run.ts';

const execute = promisify(execFile);

export interface DmapLine extends DmapRun {
  readonly by: string;
  readonly runs: number;
  /** Packed, of all files. */
  readonly bytes: number;
  /** Wall time by that of plain downloads; null: nothing was fetched. */
  readonly ratio: number | null;
}

export interface DmapBenchOptions {
  readonly datasets: number;
  /** Packed bytes of each, about. */
  readonly size: number;
  readonly times: number;
  readonly onLine?: (line: DmapLine) => void;
  readonly onNote?: (note: string) => void;
}

const DOWNLOADS = 'plain downloads, 4 at once';
const SYNC = 'farelake dmap sync';
const AGAIN = 'farelake dmap sync, nothing new';

/** @throws Error when fewer files are fetched than were issued: a fast one that loses files is no contender */
export async function benchDmap(options: DmapBenchOptions): Promise<DmapLine[]> {
  const { datasets: count, size, times, onLine, onNote } = options;
  onNote?.(`issuing ${count} datasets`);
  const { datasets, bytes } = benchDatasets(count, size);
  const standIn = await openStandIn();
  try {
    await standIn.issue(BENCH_SET, datasets);
    const runs = new Map<string, DmapRun[]>([DOWNLOADS, SYNC, AGAIN].map((by) => [by, []]));
    for (let time = 0; time < times; time += 1)
      await inFolder(async (folder) => {
        runs.get(DOWNLOADS)?.push(checked(count, await run('download', folder, standIn)));
        runs.get(SYNC)?.push(checked(count, await run('sync', folder, standIn)));
        runs.get(AGAIN)?.push(checked(count, await run('sync', folder, standIn)));
        await stopLocalPostgres(path.join(folder, 'home'));
      });
    const base = median(runs.get(DOWNLOADS) ?? []).wallSeconds;
    return [...runs].map(([by, measured]) => {
      const typical = median(measured);
      const peakBytes = Math.max(...measured.map((one) => one.peakBytes));
      const ratio = by === AGAIN ? null : typical.wallSeconds / base;
      const line: DmapLine = { ...typical, peakBytes, by, runs: times, bytes, ratio };
      onLine?.(line);
      return line;
    });
  } finally {
    await standIn.close();
  }
}

async function inFolder(work: (folder: string) => Promise<void>): Promise<void> {
  const folder = await mkdtemp(path.join(os.tmpdir(), 'farelake-dmap-'));
  try {
    await mkdir(path.join(folder, 'registry/dmap'), { recursive: true });
    const contract = JSON.stringify(DMAP_BENCH_CONTRACT);
    await writeFile(path.join(folder, `registry/dmap/${DMAP_BENCH_CONTRACT.dataset}.json`), contract);
    await work(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function run(by: 'download' | 'sync', folder: string, { variables }: StandIn): Promise<DmapRun> {
  const script = path.join(import.meta.dirname, 'dmap-run.ts');
  const env: NodeJS.ProcessEnv = {
    ...process.env,
    DATABASE_URL: '',
    ...variables,
    FARELAKE_HOME: path.join(folder, 'home'),
    FARELAKE_REGISTRY: path.join(folder, 'registry'),
  };
  const { stdout } = await execute(process.execPath, [script, by, path.join(folder, 'downloads')], { env });
  return JSON.parse(stdout.trim().split('\n').at(-1) ?? '') as DmapRun;
}

function checked(count: number, told: DmapRun): DmapRun {
  if (told.files !== count) throw new Error(`${told.files} files were fetched of ${count}`);
  return told;
}

function median(runs: readonly DmapRun[]): DmapRun {
  const middle = runs.toSorted((a, b) => a.wallSeconds - b.wallSeconds)[runs.length >> 1];
  if (middle === undefined) throw new Error('nothing was run');
  return middle;
}
