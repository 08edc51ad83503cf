/** Spark on this machine: the entry scripts of `glue-jobs/`, each run in a process of its own, as AWS Glue runs them. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { createInterface } from 'node:readline';
import type { Job } from '@farelake/plan';
import { UserError } from '@farelake/schema-registry';

export interface SparkHere {
  /** Interpreter with the packages of `glue-jobs/requirements.txt`. */
  readonly python: string;
  /** The folder `glue-jobs`. */
  readonly jobs: string;
}

export interface RunHere {
  /** Arguments as a job of Glue has them, without its name. */
  readonly args: readonly string[];
  readonly scratch: string;
  readonly signal: AbortSignal;
  /** Told of each line that the run says. */
  readonly onLine?: (line: string) => void;
  readonly environment?: Readonly<Record<string, string>>;
}

export interface RunEnded {
  /** UserError `run-failed`: the job ended otherwise than well. */
  readonly fault?: UserError;
}

/** Milliseconds for a run that is stopped to clear up after itself. */
const GRACE = 5_000;
const TOLD_LINES = 20;

/**
 * Waits for the end of a run. Whether it has done anything, its result says, if there is one.
 * @throws UserError `no-spark` when the interpreter cannot be started
 */
export async function runHere({ python, jobs }: SparkHere, job: Job, run: RunHere): Promise<RunEnded> {
  run.signal.throwIfAborted();
  const script = path.join(jobs, 'scripts', `${job}.py`);
  const env = {
    ...process.env,
    ...run.environment,
    PYTHONPATH: jobs,
    FARELAKE_SCRATCH: run.scratch,
    FARELAKE_PARENT: String(process.pid),
  };
  // A group of its own: Spark's own processes are stopped with it.
  const child = spawn(python, [script, '--JOB_NAME', job, ...run.args], {
    ...{ env, detached: true },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const lines: string[] = [];
  createInterface({ input: child.stderr }).on('line', (line) => {
    lines.push(line);
    if (lines.length > TOLD_LINES) lines.shift();
    run.onLine?.(line);
  });
  const stop = () => {
    stopGroup(child.pid, 'SIGTERM');
    setTimeout(() => {
      stopGroup(child.pid, 'SIGKILL');
    }, GRACE).unref();
  };
  run.signal.addEventListener('abort', stop, { once: true });
  try {
    const [code] = (await once(child, 'close')) as [number | null];
    run.signal.throwIfAborted();
    return code === 0 ? {} : { fault: runFailed(job, lines) };
  } catch (cause) {
    if (run.signal.aborted) throw cause;
    throw new UserError({
      code: 'no-spark',
      problem: `Spark cannot be started on this machine: ${python} does not run.`,
      remedy: 'npx nx run glue-jobs:venv makes it; it needs python3 and Java 17. Or use --engine duckdb.',
      cause,
    });
  } finally {
    run.signal.removeEventListener('abort', stop);
    stopGroup(child.pid, 'SIGKILL');
  }
}

function stopGroup(pid: number | undefined, signal: NodeJS.Signals): void {
  try {
    if (pid !== undefined) process.kill(-pid, signal);
  } catch {
    // Nobody of the group is left.
  }
}

const runFailed = (job: string, lines: readonly string[]): UserError =>
  new UserError({
    code: 'run-failed',
    problem: `The job ${job} failed on Spark: ${lines.at(-1) ?? 'it said nothing'}`,
    remedy:
      'Nothing of it counts. Ingest again, or with --engine duckdb; FARELAKE_TELL_ENGINE=1 has it say what Spark said, which may quote values.',
    data: { job },
  });
