/** A function's bundle, run as Lambda runs it: a process of its own that is handed one event after another. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import type { SQSBatchResponse } from 'aws-lambda';

/** Log lines go to standard error, so that answers can be told from them. */
const PROGRAM = `
  import { createInterface } from 'node:readline';
  for (const level of ['info', 'warn', 'error'])
    console[level] = (entry) => process.stderr.write(JSON.stringify({ level, ...entry }) + '\\n');
  const started = performance.now();
  const { handler } = await import(process.argv[1]);
  process.stdout.write(JSON.stringify({ importMilliseconds: performance.now() - started }) + '\\n');
  for await (const line of createInterface({ input: process.stdin })) {
    const { event, milliseconds } = JSON.parse(line);
    const ends = performance.now() + milliseconds;
    const context = { getRemainingTimeInMillis: () => ends - performance.now() };
    const answer = await handler(event, context).then((value) => ({ value }), (error) => ({ error: error.message }));
    process.stdout.write(JSON.stringify(answer) + '\\n');
  }
  process.exit();`;

export interface RunningFunction {
  /** How long the bundle took to import. */
  readonly importMilliseconds: number;
  /** Lines of the log so far. */
  readonly log: Record<string, unknown>[];
  /**
   * @param milliseconds that the function is given; more than any test lasts where nothing is said
   * @throws Error with the handler's own words
   */
  invoke(event: unknown, milliseconds?: number): Promise<SQSBatchResponse>;
  close(): Promise<void>;
}

/** @param variables the whole environment of the function: nothing of this process's reaches it */
export async function startFunction(file: string, variables: Record<string, string>): Promise<RunningFunction> {
  const child = spawn(process.execPath, ['--input-type=module', '-e', PROGRAM, file], { env: variables });
  const log: Record<string, unknown>[] = [];
  createInterface({ input: child.stderr }).on('line', (line) => {
    log.push(parsed(line));
  });
  const answers = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const next = async (): Promise<Record<string, unknown>> => {
    const { value, done } = await answers.next();
    if (done === true) throw new Error(`the function ended: ${JSON.stringify(log)}`);
    return JSON.parse(value) as Record<string, unknown>;
  };
  const { importMilliseconds } = (await next()) as { importMilliseconds: number };
  return {
    importMilliseconds,
    log,
    invoke: async (event, milliseconds = 900_000) => {
      child.stdin.write(`${JSON.stringify({ event, milliseconds })}\n`);
      const { value, error } = await next();
      if (error !== undefined) throw new Error(error as string);
      return value as SQSBatchResponse;
    },
    close: async () => {
      child.stdin.end();
      if (child.exitCode === null) await once(child, 'exit');
    },
  };
}

function parsed(line: string): Record<string, unknown> {
  try {
    return JSON.parse(line) as Record<string, unknown>;
  } catch {
    return { line };
  }
}
