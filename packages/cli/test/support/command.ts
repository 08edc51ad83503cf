/** The real command in a process of its own, with a home and a database of its own. */
import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { createTestDatabase } from '../../../db/test/support/postgres.ts';
import { compileCache } from '../../../db/test/support/test-home.ts';

export const REPOSITORY = path.resolve(import.meta.dirname, '../../../..');
const LAUNCHER = path.join(REPOSITORY, 'packages/cli/bin/farelake.js');

export interface Ran {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

export interface Home {
  readonly folder: string;
  readonly databaseUrl: string;
  /** The environment of its commands. */
  readonly variables: NodeJS.ProcessEnv;
  run(...args: string[]): Promise<Ran>;
  /** Started and left running; `ended` when it is over. */
  start(...args: string[]): { child: ChildProcess; ended: Promise<Ran> };
}

/** Starts the command with just these variables beside those that every program needs. */
export function startCommand(
  variables: NodeJS.ProcessEnv,
  args: readonly string[],
): { child: ChildProcess; ended: Promise<Ran> } {
  const env = { PATH: process.env['PATH'], HOME: process.env['HOME'], ...compileCache(), ...variables };
  const child = spawn(process.execPath, [LAUNCHER, ...args], {
    cwd: REPOSITORY,
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const texts = { out: '', err: '' };
  child.stdout.setEncoding('utf8').on('data', (text: string) => (texts.out += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (texts.err += text));
  const ended = new Promise<Ran>((resolve, reject) => {
    child.on('error', reject).on('close', (code) => {
      resolve({ code, ...texts });
    });
  });
  return { child, ended };
}

export const runCommand = (variables: NodeJS.ProcessEnv, args: readonly string[]): Promise<Ran> =>
  startCommand(variables, args).ended;

const opened: { folder: string; drop: () => Promise<void> }[] = [];

/** @param variables on top of the home's own; the registry is an empty folder unless given */
export async function openHome(variables: NodeJS.ProcessEnv = {}): Promise<Home> {
  const folder = await mkdtemp(path.join(os.tmpdir(), 'farelake-home-'));
  const database = await createTestDatabase();
  opened.push({ folder, drop: database.drop });
  const env: NodeJS.ProcessEnv = {
    FARELAKE_HOME: path.join(folder, 'home'),
    FARELAKE_REGISTRY: path.join(folder, 'registry'),
    DATABASE_URL: database.url,
    ...variables,
  };
  const start: Home['start'] = (...args) => startCommand(env, args);
  return { folder, databaseUrl: database.url, variables: env, start, run: (...args) => start(...args).ended };
}

/** The rows that a query answers with. */
export async function queryJson(home: Home, sql: string): Promise<unknown> {
  const { code, out, err } = await home.run('query', sql, '--format', 'json');
  expect({ code, err }).toEqual({ code: 0, err: '' });
  return JSON.parse(out);
}

export async function closeHomes(): Promise<void> {
  await Promise.all(
    opened.splice(0).map(async ({ folder, drop }) => {
      await drop();
      await rm(folder, { recursive: true, force: true });
    }),
  );
}
