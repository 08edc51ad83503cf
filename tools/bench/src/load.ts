/** The load's benchmark: one file of many rows, loaded in several ways, each in a process of its own. */
import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { cacheFolder, hasCommand, pythonEnvironment } from '@farelake/engines';
import { engineTypes, loadFile, type LoadFile } from './load-data.ts';
import type { LoadRun, LoadTask } from './load-run.ts';

const execute = promisify(execFile);

export interface LoadLine {
  readonly by: string;
  readonly rows: number;
  /** Bytes of the delivered file. */
  readonly size: number;
  readonly runs: number;
  /** Medians; the peak is the highest. */
  readonly wallSeconds: number;
  readonly cpuSeconds: number | null;
  readonly peakBytes: number | null;
  readonly written: number;
  /** Wall time by that of Node's gunzip alone. */
  readonly ratio: number;
}

export interface LoadBenchOptions {
  readonly rows: readonly number[];
  readonly times: number;
  readonly onLine?: (line: LoadLine) => void;
  /** Told what is left out and why, and of long preparations. */
  readonly onNote?: (note: string) => void;
}

/** What CPU and memory cannot be told of is left open: of a foreign program one sees the wall clock only. */
type Run = Omit<LoadRun, 'cpuSeconds' | 'peakBytes'> & { cpuSeconds: number | null; peakBytes: number | null };

interface Contender {
  readonly by: string;
  readonly run: (file: LoadFile) => Promise<Run>;
}

export const POLARS = 'polars==2.1.0';

/** @throws Error when a load has other rows than the file: a fast one that loses rows is no contender */
export async function benchLoad({ rows, times, onLine, onNote }: LoadBenchOptions): Promise<LoadLine[]> {
  const folder = path.join(cacheFolder(), 'bench');
  await mkdir(folder, { recursive: true });
  const contenders = await contendersOf(folder, onNote);
  const lines: LoadLine[] = [];
  for (const count of rows) {
    onNote?.(`making or finding the file of ${count} rows`);
    const file = await loadFile(folder, count);
    const runs = new Map<Contender, Run[]>(contenders.map((contender) => [contender, []]));
    // By turns: what disturbs the machine for a while disturbs all alike.
    for (let time = 0; time < times; time += 1)
      for (const contender of contenders) runs.get(contender)?.push(await checked(contender, file));
    const base = median([...runs.values()][0]?.map(({ wallSeconds }) => wallSeconds) ?? []);
    for (const [{ by }, measured] of runs) {
      const line = lineOf(by, file, measured, base);
      lines.push(line);
      onLine?.(line);
    }
  }
  return lines;
}

async function contendersOf(folder: string, onNote: LoadBenchOptions['onNote']): Promise<Contender[]> {
  const own = (by: string, name: LoadTask['by']): Contender => ({
    by,
    run: async (file) => {
      const script = path.join(import.meta.dirname, 'load-run.ts');
      const { stdout } = await execute(process.execPath, [script, JSON.stringify({ ...file, by: name })]);
      return JSON.parse(stdout) as LoadRun;
    },
  });
  const list = [own('gunzip alone (Node zlib)', 'gunzip')];
  if (await hasCommand('gzip', '--version')) list.push({ by: 'gunzip alone (gzip)', run: systemGzip });
  else onNote?.('left out: gzip, which is not on this machine');
  list.push(own('DuckDB COPY', 'copy'));
  const python = await pythonEnvironment({ name: 'polars', requirements: [POLARS] });
  if (typeof python === 'string') list.push({ by: 'polars streaming', run: (file) => polars(python, folder, file) });
  else onNote?.(`left out: polars, because ${python.reason}`);
  return [...list, own('farelake', 'farelake')];
}

async function systemGzip({ file }: LoadFile): Promise<Run> {
  const began = performance.now();
  await execute('gzip', ['-t', file]);
  return { wallSeconds: (performance.now() - began) / 1000, cpuSeconds: null, peakBytes: null, written: 0, rows: 0 };
}

async function polars(python: string, folder: string, { file }: LoadFile): Promise<Run> {
  const own = await mkdtemp(path.join(folder, 'run-'));
  try {
    const script = path.join(import.meta.dirname, 'load_polars.py');
    const target = path.join(own, 'polars.parquet');
    const { stdout } = await execute(python, [script, file, target, JSON.stringify(engineTypes())]);
    return JSON.parse(stdout) as LoadRun;
  } finally {
    await rm(own, { recursive: true, force: true });
  }
}

async function checked({ by, run }: Contender, file: LoadFile): Promise<Run> {
  const result = await run(file);
  if (result.written > 0 && result.rows !== file.rows)
    throw new Error(`${by} wrote ${result.rows} rows of ${file.rows}`);
  return result;
}

function lineOf(by: string, { rows, size }: LoadFile, runs: readonly Run[], base: number): LoadLine {
  const wallSeconds = median(runs.map((run) => run.wallSeconds));
  const known = (values: (number | null)[]) => values.flatMap((value) => (value === null ? [] : [value]));
  const cpu = known(runs.map((run) => run.cpuSeconds));
  const peak = known(runs.map((run) => run.peakBytes));
  return {
    ...{ by, rows, size, runs: runs.length, wallSeconds, ratio: wallSeconds / base },
    cpuSeconds: cpu.length === 0 ? null : median(cpu),
    peakBytes: peak.length === 0 ? null : Math.max(...peak),
    written: runs[0]?.written ?? 0,
  };
}

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  const [low, high] = [sorted[Math.ceil(sorted.length / 2) - 1] ?? NaN, sorted[middle] ?? NaN];
  return (low + high) / 2;
}
