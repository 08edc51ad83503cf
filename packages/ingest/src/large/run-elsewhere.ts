/** One attempt at a piece of work by another engine: told by a plan, run, and read by its result. */
import { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { endRun, startRun, type RunEnd } from '@farelake/db';
import { formatPlan, readResult, type Plan, type Result } from '@farelake/plan';
import { UserError } from '@farelake/schema-registry';
import { reach } from '../failpoint.ts';
import type { OnProgress } from '../progress.ts';
import { inTable } from '../table/in-table.ts';
import type { TableWorkspace } from '../workspace.ts';
import { runHere, type SparkHere } from './spark-here.ts';

/** Where plans and results lie below the stage; no table has such a name. */
export const RUNS = '_runs';

export const planPath = (dataset: string, attempt: string): string => `${RUNS}/${dataset}/${attempt}.plan.json`;
export const resultPath = (dataset: string, attempt: string): string => `${RUNS}/${dataset}/${attempt}.result.json`;
/** Names the newest plan of a delivered object: by it a job that is given an object's key finds what to do. */
export const pointerPath = (objectKey: string): string => `${RUNS}/objects/${objectKey}.json`;

/** Spark found fault with the work: DuckDB does it once more, and says what the fault is. */
export class HandedOver extends Error {
  override readonly name = 'HandedOver';
  readonly result: Result;

  constructor(result: Result) {
    super(`Spark ended as ${result.outcome}: ${result.fault?.message ?? ''}`);
    this.result = result;
  }
}

export interface Elsewhere {
  readonly spark: SparkHere;
  readonly plan: Plan;
  /** Of the one object that the work is about. */
  readonly objectKey?: string | undefined;
  /** Secrets that the run needs; they stand in no plan. */
  readonly environment?: Readonly<Record<string, string>>;
  readonly scratch: string;
  readonly onProgress?: OnProgress | undefined;
}

/**
 * @returns the result, of an outcome that is `done` or `held`
 * @throws HandedOver; UserError `run-failed`, `no-spark`, `bad-result`
 */
export async function runElsewhere(workspace: TableWorkspace, work: Elsewhere): Promise<Result> {
  const { plan, spark, objectKey, scratch, onProgress } = work;
  const { dataset, attempt, job } = plan;
  const { stage, signal } = workspace;
  const paths = { plan: planPath(dataset, attempt), result: resultPath(dataset, attempt) };
  const planUri = stage.uriOf(paths.plan);
  await inTable(workspace, (db) => startRun(db, { attemptId: attempt, dataset, job, planUri, resultUri: plan.result }));
  reach('run:noted');
  const args = ['--PLAN', planUri];
  let result: Result;
  try {
    await stage.put(Readable.from([formatPlan(plan)]), paths.plan);
    if (objectKey !== undefined) {
      await stage.put(Readable.from([JSON.stringify({ plan: planUri })]), pointerPath(objectKey));
      args.splice(0, 2, '--OBJECT_KEY', objectKey, '--RUNS', stage.uriOf(RUNS));
    }
    reach('run:planned');
    onProgress?.({ step: 'on Spark', table: dataset, job, what: 'starting' });
    const onLine = (line: string) => onProgress?.({ step: 'on Spark', table: dataset, job, what: line });
    const ended = await runHere(spark, job, { args, scratch, signal, onLine, environment: work.environment ?? {} });
    reach('run:ended');
    // A job that fails may have said why in its result, which tells more than its last words.
    if (ended.fault !== undefined && (await stage.stat(paths.result)) === undefined) throw ended.fault;
    result = await resultOf(workspace, plan, paths.result);
  } catch (error) {
    await noteEnd(workspace, attempt, 'failed');
    throw error;
  }
  if (result.outcome === 'done' || result.outcome === 'held') return result;
  if (result.outcome === 'failed') {
    await noteEnd(workspace, attempt, 'failed', result);
    throw runFaulty(result);
  }
  await noteEnd(workspace, attempt, 'given', result);
  throw new HandedOver(result);
}

/** What became of the run; the attempt's own end is its committer's to note. */
export const noteEnd = (workspace: TableWorkspace, attempt: string, end: RunEnd, result?: Result): Promise<void> =>
  inTable(workspace, (db) => endRun(db, attempt, end, { fault: result?.fault, metrics: result?.metrics })).catch(
    () => undefined,
  );

async function resultOf(workspace: TableWorkspace, { attempt }: Plan, path: string): Promise<Result> {
  const { stage, signal } = workspace;
  const result = readResult(await text(await stage.read(path, { signal })));
  if (result.attempt !== attempt) throw new Error(`${stage.uriOf(path)} is the result of attempt ${result.attempt}`);
  return result;
}

const runFaulty = ({ fault }: Result): UserError =>
  new UserError({
    code: 'run-faulty',
    problem: `The work failed on Spark: ${fault?.message ?? 'for no reason that it tells'}`,
    remedy:
      'Nothing of it counts. Ingest again, or with --engine duckdb; FARELAKE_TELL_ENGINE=1 has the job say what Spark said, which may quote values.',
    data: { fault: fault?.code },
  });
