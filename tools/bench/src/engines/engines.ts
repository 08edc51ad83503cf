/**
 * DuckDB against local Spark, on the same deliveries: a snapshot is loaded and folded, then changes to a twentieth of its rows. Each engine
 * has a home of its own; tables are compared afterwards.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { cacheFolder } from '@farelake/engines';
import { deliver, TABLE, type Delivered } from './delivered.ts';
import { farelake, ingested, type EngineHome, type EngineName, type Part } from './ingested.ts';

export interface EngineLine {
  readonly engine: EngineName;
  /** Of the snapshot. */
  readonly rows: number;
  readonly work: string;
  /** Bytes of the delivered file. */
  readonly bytes: number;
  readonly seconds: number;
  /** Of them, until the session of the engine was there. */
  readonly startSeconds: number;
  readonly peakBytes: number;
  /** Wall time by that of DuckDB. */
  readonly ratio: number;
}

export interface EnginesOptions {
  readonly rows: readonly number[];
  readonly onLine: (line: EngineLine) => void;
  readonly onNote: (note: string) => void;
}

const ENGINES: readonly EngineName[] = ['duckdb', 'spark'];

/** @throws Error when the engines make different tables */
export async function benchEngines({ rows, onLine, onNote }: EnginesOptions): Promise<EngineLine[]> {
  const cache = path.join(cacheFolder(), 'bench');
  const lines: EngineLine[] = [];
  for (const count of rows) {
    const folder = await mkdtemp(path.join(os.tmpdir(), 'farelake-bench-engines-'));
    try {
      onNote(`making or finding the files of ${count} rows`);
      const delivered = await deliver(cache, folder, count);
      const measured = new Map<EngineName, Work[]>();
      const contents: string[] = [];
      for (const engine of ENGINES) {
        const { works, content } = await measure(path.join(folder, engine), engine, delivered);
        measured.set(engine, works);
        contents.push(content);
      }
      if (contents[0] !== contents[1]) throw new Error(`the engines differ: ${contents.join(' and ')}`);
      for (const line of linesOf(count, measured)) {
        lines.push(line);
        onLine(line);
      }
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  }
  return lines;
}

interface Work extends Part {
  readonly work: string;
  readonly bytes: number;
}

async function measure(folder: string, engine: EngineName, delivered: Delivered) {
  const home: EngineHome = { folder: path.join(folder, 'home'), registry: path.join(folder, 'registry') };
  const { snapshot, changes, snapshotBytes, changesBytes } = delivered;
  try {
    await farelake(home, ['table', 'add', TABLE, '--from', snapshot, '--yes']);
    const whole = await ingested(home, engine, snapshot);
    const changed = await ingested(home, engine, changes);
    const named = (parts: readonly Part[], what: string, bytes: number): Work[] =>
      parts.map((part) => ({ ...part, bytes, work: `${part.part} ${what}` }));
    const works = [
      ...named(whole, 'of the snapshot', snapshotBytes),
      ...named(changed, 'of changes to a twentieth', changesBytes),
    ];
    return { works, content: (await farelake(home, ['query', CONTENT, '--format', 'csv'])).out };
  } finally {
    await farelake(home, ['down']);
  }
}

/** One line that differs where a value of any row does. */
const CONTENT = `SELECT count(*) AS n, sum(CAST(hash(CAST(t AS VARCHAR)) AS HUGEINT)) AS sum FROM edw_bench_load t`;

function linesOf(rows: number, measured: ReadonlyMap<EngineName, readonly Work[]>): EngineLine[] {
  const base = measured.get('duckdb') ?? [];
  return base.flatMap((one, index) =>
    ENGINES.flatMap((engine): EngineLine[] => {
      const work = measured.get(engine)?.[index];
      if (work === undefined) return [];
      const { seconds, startSeconds, peakBytes, bytes } = work;
      return [{ engine, rows, work: one.work, bytes, seconds, startSeconds, peakBytes, ratio: seconds / one.seconds }];
    }),
  );
}
