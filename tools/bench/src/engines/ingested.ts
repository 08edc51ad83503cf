/** One delivery taken in by the command, on an engine: what the ledger says its parts took, and how much memory it had. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { Client } from 'pg';
import { sampleTree, type Sample } from './tree-memory.ts';

export type EngineName = 'duckdb' | 'spark';

/** A home for one engine: its folder and how its database is reached. */
export interface EngineHome {
  readonly folder: string;
  readonly registry: string;
}

export interface Part {
  readonly part: 'load' | 'fold';
  readonly seconds: number;
  /** Highest of the samples taken meanwhile, of the command and all that it started; 0 where nothing could be sampled. */
  readonly peakBytes: number;
  /** Of it, until the engine answered; 0 for one that is in the process. */
  readonly startSeconds: number;
}

const CLI = path.resolve(import.meta.dirname, '../../../../packages/cli/bin/farelake.js');

/** @throws Error with the command's words when it fails */
export async function farelake(
  home: EngineHome,
  args: readonly string[],
): Promise<{ out: string; samples: readonly Sample[] }> {
  const env = { ...process.env, FARELAKE_HOME: home.folder, FARELAKE_REGISTRY: home.registry };
  const child = spawn(process.execPath, [CLI, ...args], { env, stdio: ['ignore', 'pipe', 'pipe'] });
  const ended = once(child, 'close') as Promise<[number | null]>;
  const [out, errors]: Buffer[][] = [[], []];
  child.stdout.on('data', (chunk: Buffer) => out?.push(chunk));
  child.stderr.on('data', (chunk: Buffer) => errors?.push(chunk));
  const samples = await sampleTree(child.pid ?? 0, ended);
  const [code] = await ended;
  if (code !== 0)
    throw new Error(`farelake ${args.join(' ')} ended with ${code}: ${Buffer.concat(errors ?? []).toString()}`);
  return { out: Buffer.concat(out ?? []).toString(), samples };
}

/** Ingests a folder, and tells the parts by the attempts that the ledger notes meanwhile. */
export async function ingested(home: EngineHome, engine: EngineName, folder: string): Promise<Part[]> {
  const before = Date.now();
  const { samples } = await farelake(home, ['ingest', folder, '--engine', engine]);
  const url = (await farelake(home, ['psql', '--url'])).out.trim();
  const attempts = await attemptsSince(url, before);
  const other = attempts.find((one) => one.outcome !== 'committed' || one.engine !== engine);
  if (other !== undefined) throw new Error(`an attempt ran on ${other.engine} and ended as ${String(other.outcome)}`);
  return attempts.map(({ part, began, ended, startSeconds }) => {
    const during = samples.filter(({ at }) => at >= began && at <= ended);
    const peakBytes = Math.max(0, ...during.map(({ bytes }) => bytes));
    return { part, seconds: (ended - began) / 1000, peakBytes, startSeconds };
  });
}

interface Attempt {
  readonly part: Part['part'];
  readonly began: number;
  readonly ended: number;
  readonly outcome: string | null;
  readonly engine: string;
  readonly startSeconds: number;
}

async function attemptsSince(url: string, since: number): Promise<Attempt[]> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    const { rows } = await client.query<Attempt>(
      `SELECT CASE WHEN a.batch_id IS NULL THEN 'fold' ELSE 'load' END AS part, a.outcome, coalesce(r.engine, 'duckdb') AS engine,
         extract(epoch FROM a.started_at)::float8 * 1000 AS began, extract(epoch FROM a.ended_at)::float8 * 1000 AS ended,
         coalesce((r.metrics->>'startSeconds')::float8, 0) AS "startSeconds"
       FROM ledger.attempts a LEFT JOIN ledger.runs r ON r.attempt_id = a.id
       WHERE a.started_at >= to_timestamp($1) ORDER BY a.started_at`,
      [since / 1000],
    );
    return rows;
  } finally {
    await client.end();
  }
}
