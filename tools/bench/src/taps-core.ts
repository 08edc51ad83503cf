/**
 * The benchmark of the function of topics without AWS: events in, rows in Parquet and a commit in Postgres out, on the folders of
 * this machine; beside it, in the same run, the same events parsed and nothing more. And what the function is: its bundle, and how
 * long that takes to load.
 */
import { execFile } from 'node:child_process';
import { mkdtemp, rm, stat } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { bundleFunctions } from '@farelake/functions';
import { stopLocalPostgres } from '@farelake/db';
import type { TapsCoreRun } from './taps-core-run.ts';

const execute = promisify(execFile);

export interface TapsCoreLine extends TapsCoreRun {
  readonly by: string;
  /** Records of an event. */
  readonly records: number;
  readonly events: number;
  readonly recordsPerSecond: number;
  /** Wall time by that of parsing alone. */
  readonly ratio: number;
}

export interface TapsFunction {
  readonly bundleBytes: number;
  /** Milliseconds from the start of a process until the bundle is loaded, and until one that loads nothing runs. */
  readonly loadedMs: number;
  readonly emptyMs: number;
}

export interface TapsCoreOptions {
  /** Records of an event. */
  readonly sizes: readonly number[];
  /** Of all events together. */
  readonly records: number;
  readonly times: number;
  readonly onLine?: (line: TapsCoreLine) => void;
}

const JSON_ALONE = 'JSON parsed alone';
const HANDLER = 'handler: to Parquet and commit';

/** @throws Error when fewer rows come into the table than were handed over */
export async function benchTapsCore({ sizes, records: all, times, onLine }: TapsCoreOptions): Promise<TapsCoreLine[]> {
  const lines: TapsCoreLine[] = [];
  for (const records of sizes) {
    const events = Math.max(3, Math.min(200, Math.floor(all / records)));
    const runs = new Map<string, TapsCoreRun[]>([JSON_ALONE, HANDLER].map((by) => [by, []]));
    for (let time = 0; time < times; time += 1) {
      runs.get(JSON_ALONE)?.push(await inFolder((folder) => run('json', folder, events, records)));
      const handled = await inFolder((folder) => run('handler', folder, events, records));
      if (handled.rows !== events * records) throw new Error(`${handled.rows} rows of ${events * records} records`);
      runs.get(HANDLER)?.push(handled);
    }
    const base = median(runs.get(JSON_ALONE) ?? []).wallSeconds;
    for (const [by, measured] of runs) {
      const typical = median(measured);
      const line: TapsCoreLine = {
        ...typical,
        ...{ by, records, events, peakBytes: Math.max(...measured.map((one) => one.peakBytes)) },
        recordsPerSecond: (events * records) / typical.wallSeconds,
        ratio: typical.wallSeconds / base,
      };
      onLine?.(line);
      lines.push(line);
    }
  }
  return lines;
}

const LOAD = (file: string | undefined) =>
  `${file === undefined ? '' : `await import(${JSON.stringify(pathToFileURL(file).href)});`} process.stdout.write(String(performance.now()));`;

/** Medians of so many starts. */
export const tapsFunction = (starts: number): Promise<TapsFunction> =>
  inFolder(async (folder) => {
    const bundle = (await bundleFunctions(folder)).find(({ name }) => name === 'taps');
    if (bundle === undefined) throw new Error('there is no function taps');
    const start = async (file: string | undefined): Promise<number> => {
      const { stdout } = await execute(process.execPath, ['--input-type=module', '-e', LOAD(file)]);
      return Number(stdout);
    };
    const [loaded, empty]: [number[], number[]] = [[], []];
    for (let time = 0; time < starts; time += 1) {
      loaded.push(await start(bundle.file));
      empty.push(await start(undefined));
    }
    const { size } = await stat(bundle.file);
    return { bundleBytes: size, loadedMs: middle(loaded), emptyMs: middle(empty) };
  });

const middle = (values: readonly number[]): number =>
  values.toSorted((a, b) => a - b)[values.length >> 1] ?? Number.NaN;

async function inFolder<T>(work: (folder: string) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(path.join(os.tmpdir(), 'farelake-taps-'));
  try {
    return await work(folder);
  } finally {
    await stopLocalPostgres(path.join(folder, 'home')).catch(() => undefined);
    await rm(folder, { recursive: true, force: true });
  }
}

async function run(by: 'json' | 'handler', folder: string, events: number, records: number): Promise<TapsCoreRun> {
  const script = path.join(import.meta.dirname, 'taps-core-run.ts');
  const env: NodeJS.ProcessEnv = {
    ...process.env,
    DATABASE_URL: '',
    FARELAKE_HOME: path.join(folder, 'home'),
    FARELAKE_REGISTRY: '',
  };
  const { stdout } = await execute(process.execPath, [script, by, String(events), String(records)], { env });
  return JSON.parse(stdout.trim().split('\n').at(-1) ?? '') as TapsCoreRun;
}

function median(runs: readonly TapsCoreRun[]): TapsCoreRun {
  const typical = runs.toSorted((a, b) => a.wallSeconds - b.wallSeconds)[runs.length >> 1];
  if (typical === undefined) throw new Error('nothing was run');
  return typical;
}
