/** The command in processes of its own: what they print, how they end, and none of them left behind. */
import { spawn, type ChildProcess } from 'node:child_process';
import path from 'node:path';
import { REPOSITORY } from './repository.ts';

const LAUNCHER = path.join(REPOSITORY, 'packages/cli/bin/farelake.js');
/** Milliseconds after which a command is taken to hang. */
const HANGS = 180_000;

export interface Ended {
  /** Null: killed. */
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly out: string;
  readonly err: string;
  readonly hung: boolean;
}

export interface Child {
  readonly process: ChildProcess;
  readonly ended: Promise<Ended>;
}

const running = new Set<ChildProcess>();
let over = false;

/** Starts the command with just these variables beside those that every program needs. */
export function startCommand(variables: NodeJS.ProcessEnv, args: readonly string[]): Child {
  if (over) throw new Error('the run is being ended');
  const env = { PATH: process.env['PATH'], HOME: process.env['HOME'], ...variables };
  const child = spawn(process.execPath, [LAUNCHER, ...args], {
    cwd: REPOSITORY,
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  running.add(child);
  const texts = { out: '', err: '' };
  child.stdout.setEncoding('utf8').on('data', (text: string) => (texts.out += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (texts.err += text));
  let hung = false;
  const watch = setTimeout(() => {
    hung = true;
    child.kill('SIGKILL');
  }, HANGS);
  const ended = new Promise<Ended>((resolve, reject) => {
    child.on('error', reject).on('close', (code, signal) => {
      clearTimeout(watch);
      running.delete(child);
      resolve({ code, signal, ...texts, hung });
    });
  });
  return { process: child, ended };
}

/** Kills what still runs, stopped ones included, and starts no more. */
export function endChildren(): void {
  over = true;
  for (const child of running) child.kill('SIGKILL');
}

/** Last lines of what a command said, for a report. */
export const lastWords = ({ code, signal, out, err, hung }: Ended): string =>
  `${hung ? 'hung' : signal === null ? `exit ${String(code)}` : `ended by ${signal}`}: ${`${err}\n${out}`.trim().split('\n').slice(-6).join(' | ').slice(0, 1500)}`;
