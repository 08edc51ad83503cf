import { execFileSync, spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { Client } from 'pg';
import { ensureLocalPostgres, localPostgresStatus, stopLocalPostgres } from '../../src/index.ts';
import { withLock } from '../../src/local/lock.ts';
import { localPaths } from '../../src/local/paths.ts';
import { HOMES, runHome } from './test-home.ts';

export interface Homes {
  /** The name of a home that is not there yet. */
  readonly fresh: () => string;
  /**
   * A home whose database is made and stopped: copies of one, so that all have the same password and system identifier,
   * and a second does not go into each.
   */
  readonly made: () => Promise<string>;
}

/** Homes of a test file's own; after each test their servers are stopped and the folders removed. */
export function withHomes(): Homes {
  const folders: string[] = [];
  const fresh = (): string => {
    const parent = path.join(runHome(), HOMES);
    mkdirSync(parent, { recursive: true });
    const folder = mkdtempSync(path.join(parent, 'h-'));
    chmodSync(folder, 0o755);
    folders.push(folder);
    return path.join(folder, 'home');
  };
  const made = async (): Promise<string> => {
    const home = fresh();
    execFileSync('cp', ['-a', await template(), home]);
    // Copies would all want the port of the template again, and have its password: of two test files at work, one met the other's server.
    rmSync(path.join(localPaths(home).data, 'postmaster.opts'), { force: true });
    return home;
  };
  afterEach(async () => {
    for (const folder of folders.splice(0)) {
      await stopLocalPostgres(path.join(folder, 'home'));
      rmSync(folder, { recursive: true, force: true });
    }
  });
  return { fresh, made };
}

/** One for all files of the run, made by the first that asks. */
async function template(): Promise<string> {
  const folder = path.join(runHome(), HOMES, 'template');
  mkdirSync(folder, { recursive: true });
  return withLock(path.join(folder, 'lock'), { waitMs: 60_000 }, async () => {
    const home = path.join(folder, 'home');
    if ((await localPostgresStatus(home)).state === 'absent') await ensureLocalPostgres(home);
    await stopLocalPostgres(home);
    return home;
  });
}

/** What `local-child.ts` says: `step creating`, `url postgresql://…`, `error <code>`. */
export interface Child {
  readonly process: ChildProcess;
  /** The rest of the first line that begins with `words`; rejects when the process ends without. */
  readonly told: (words: string) => Promise<string>;
  readonly ended: Promise<void>;
}

/** A process of its own (and process group of its own) that does `what` to `home`. */
export function child(
  what: 'ensure' | 'ensure-and-stay' | 'hold' | 'count',
  home: string,
  account?: { uid: number; gid: number },
): Child {
  const script = path.join(import.meta.dirname, 'local-child.ts');
  const started = spawn(process.execPath, [script, what, home], {
    detached: true,
    stdio: ['ignore', 'pipe', 'inherit'],
    ...account,
  });
  const lines: string[] = [];
  const waiting = new Set<() => void>();
  const ended = new Promise<void>((resolve) =>
    started.once('close', () => {
      resolve();
    }),
  );
  createInterface(started.stdout).on('line', (line) => {
    lines.push(line);
    for (const wake of waiting) wake();
  });
  const find = (words: string): string | undefined => lines.find((line) => `${line} `.startsWith(`${words} `));
  const told = (words: string): Promise<string> =>
    new Promise((resolve, reject) => {
      const look = (): void => {
        const line = find(words);
        if (line !== undefined) resolve(line.slice(words.length + 1));
      };
      waiting.add(look);
      look();
      void ended.then(() => {
        reject(new Error(`ended without saying ${words}: ${lines.join('; ')}`));
      });
    });
  return { process: started, told, ended };
}

/** The first column of the first row. */
export async function ask(url: string, sql: string): Promise<unknown> {
  const client = new Client(url);
  client.on('error', () => undefined);
  await client.connect();
  try {
    const { rows } = await client.query<unknown[]>({ text: sql, rowMode: 'array' });
    return rows[0]?.[0];
  } finally {
    await client.end();
  }
}
