/**
 * The benchmark of writers of micro-batches, in the shape of a Lambda function: each is bundled as a function is, and runs in a
 * process of its own, from JSON in memory to the bytes of a file. Beside it, in the same run: the JSON parsed, and nothing more.
 */
import { execFile } from 'node:child_process';
import { mkdtemp, readdir, rm, stat, symlink } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { bundleCode } from '@farelake/functions';
import { openEngine, type Engine } from '@farelake/lake';
import { quoteLiteral } from '@farelake/schema-registry';
import type { TapsWriterRun } from './taps-writers/measure.ts';

const execute = promisify(execFile);

export interface TapsWriterLine extends TapsWriterRun {
  readonly by: string;
  /** Of a micro-batch. */
  readonly records: number;
  readonly recordsPerSecond: number;
  /** Time of a micro-batch by that of JSON.parse alone. */
  readonly ratio: number;
  /** What a function is larger by with this writer: its bundle with nothing else in it. */
  readonly bundleBytes: number;
  /** And what has to lie beside the bundle: packages with native code. */
  readonly besideBytes: number;
}

export interface TapsWritersOptions {
  /** Records of a micro-batch. */
  readonly sizes: readonly number[];
  /** Processes for each; the fastest counts: whatever else the machine does only adds. */
  readonly times: number;
  /** For which each goes on writing. */
  readonly seconds: number;
  readonly onLine?: (line: TapsWriterLine) => void;
}

interface Contender {
  readonly by: string;
  /** Module of `taps-writers/`. */
  readonly module: string;
  /** What a function would import. */
  readonly code: string;
  readonly format?: 'cjs';
  /** Folder of `node_modules` that has to lie beside it. */
  readonly beside?: string;
}

const BASELINE = 'JSON.parse alone';
const CONTENDERS: readonly Contender[] = [
  { by: BASELINE, module: 'json', code: '' },
  { by: 'hyparquet-writer', module: 'hyparquet', code: "export { rowsToParquet } from '@farelake/lake'" },
  // It gives values to names that it never declares: as an ES module, which a function is, it fails when it is loaded.
  { by: 'parquetjs-lite', module: 'parquetjs', code: "export { default } from 'parquetjs-lite'", format: 'cjs' },
  {
    ...{ by: 'DuckDB', module: 'duckdb', code: "export { openEngine, writeParquet } from '@farelake/lake'" },
    beside: '@duckdb',
  },
];

/** As a function of 512 MB would run them: V8 left alone takes what the machine has. */
const HEAP = ['--max-old-space-size=256', '--max-semi-space-size=8'];

const MODULES = path.resolve(import.meta.dirname, '../../../node_modules');

/** @throws Error when a file has other rows than were handed over: a fast writer that loses rows is no contender */
export async function benchTapsWriters(options: TapsWritersOptions): Promise<TapsWriterLine[]> {
  const folder = await mkdtemp(path.join(os.tmpdir(), 'farelake-bench-'));
  const engine = await openEngine({ tempFolder: path.join(folder, 'spill') });
  try {
    // Packages that a bundle leaves out are found beside it.
    await symlink(MODULES, path.join(folder, 'node_modules'));
    const sizes = new Map<string, Pick<TapsWriterLine, 'bundleBytes' | 'besideBytes'>>();
    for (const contender of CONTENDERS) sizes.set(contender.by, await bundled(contender, folder));
    const lines: TapsWriterLine[] = [];
    for (const records of options.sizes) {
      const runs = await inTurns(engine, folder, records, options);
      const base = Math.min(...(runs.get(BASELINE) ?? []).map(({ batchMs }) => batchMs));
      for (const [by, measured] of runs) {
        const line = lineOf(by, records, measured, base, sizes.get(by) ?? { bundleBytes: 0, besideBytes: 0 });
        options.onLine?.(line);
        lines.push(line);
      }
    }
    return lines;
  } finally {
    engine.close();
    await rm(folder, { recursive: true, force: true });
  }
}

const bundleOf = (folder: string, { module, format }: Contender): string =>
  path.join(folder, `${module}.${format ?? 'mjs'}`);

async function bundled(contender: Contender, folder: string) {
  const { module, code, beside, format } = contender;
  const runner = `import { measure } from './measure.ts'; import { write } from './${module}.ts'; void measure(write);`;
  const own = { folder: path.join(import.meta.dirname, 'taps-writers'), ...(format && { format }) };
  await bundleCode(runner, bundleOf(folder, contender), own);
  const { bytes } = await bundleCode(code, path.join(folder, 'alone.mjs'), own);
  const besideBytes = beside === undefined ? 0 : await bytesBelow(path.join(MODULES, beside));
  return { bundleBytes: code === '' ? 0 : bytes, besideBytes };
}

async function bytesBelow(folder: string): Promise<number> {
  const files = (await readdir(folder, { recursive: true, withFileTypes: true })).filter((entry) => entry.isFile());
  const sizes = await Promise.all(files.map(async (file) => (await stat(path.join(file.parentPath, file.name))).size));
  return sizes.reduce((sum, size) => sum + size, 0);
}

/** Contenders take turns, so that whatever else the machine does falls on all of them. */
async function inTurns(engine: Engine, folder: string, records: number, { times, seconds }: TapsWritersOptions) {
  const runs = new Map<string, TapsWriterRun[]>(CONTENDERS.map(({ by }) => [by, []]));
  for (let time = 0; time < times; time += 1)
    for (const contender of CONTENDERS) {
      const file = path.join(folder, `${contender.module}-${records}-${time}.parquet`);
      const args = [...HEAP, bundleOf(folder, contender), String(records), String(seconds), file];
      const { stdout } = await execute(process.execPath, args, { env: { ...process.env, TMPDIR: folder } });
      const run = JSON.parse(stdout.trim().split('\n').at(-1) ?? '') as TapsWriterRun;
      if (contender.by !== BASELINE) await checkRows(engine, file, records);
      runs.get(contender.by)?.push(run);
    }
  return runs;
}

async function checkRows(engine: Engine, file: string, records: number): Promise<void> {
  const [row] = await engine.rows(
    `SELECT count(DISTINCT tap_id)::INTEGER AS taps, (max("offset") - min("offset") + 1)::INTEGER AS span
     FROM read_parquet(${quoteLiteral(file)}, hive_partitioning = false)`,
  );
  if (row?.['taps'] !== records || row['span'] !== records) throw new Error(`${path.basename(file)} has other rows`);
}

function lineOf(
  by: string,
  records: number,
  runs: readonly TapsWriterRun[],
  base: number,
  sizes: Pick<TapsWriterLine, 'bundleBytes' | 'besideBytes'>,
): TapsWriterLine {
  const least = (of: (run: TapsWriterRun) => number) => Math.min(...runs.map(of));
  const batchMs = least((run) => run.batchMs);
  return {
    ...{ by, records, batchMs, ...sizes, ratio: batchMs / base, recordsPerSecond: (1000 * records) / batchMs },
    loadedMs: least((run) => run.loadedMs),
    firstMs: least((run) => run.firstMs),
    fileBytes: least((run) => run.fileBytes),
    peakBytes: Math.max(...runs.map((run) => run.peakBytes)),
  };
}
