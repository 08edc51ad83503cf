/**
 * The repository as somebody who has just installed it finds it, but in a folder of the test's own: links to all of it,
 * and `.farelake`, the home that commands make where they are run, beside them.
 */
import { spawn } from 'node:child_process';
import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  symlinkSync,
} from 'node:fs';
import path from 'node:path';
import { HOMES, runHome } from '../../../../packages/db/test/support/test-home.ts';

export const REPOSITORY = path.resolve(import.meta.dirname, '../../../..');

export interface Ran {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

export interface Checkout {
  readonly folder: string;
  /** The home that commands take without being told. */
  readonly home: string;
  /** Runs a script of the shell, by default to its end. `onStart` may send it a signal. */
  sh(script: string, onStart?: (signal: (name: NodeJS.Signals) => void) => Promise<void>): Promise<Ran>;
  /** Blob services of stand-ins that were started in it and have not ended, by process id. Linux alone tells. */
  blobServices(): number[];
  /** Stops what is up and removes everything. */
  remove(): Promise<void>;
}

const OWN = new Set(['.git', '.farelake', '.nx', 'reports', 'coverage']);

export function makeCheckout(): Checkout {
  const parent = path.join(runHome(), HOMES);
  mkdirSync(parent, { recursive: true });
  const folder = mkdtempSync(path.join(parent, 'checkout-'));
  // The server's account has to pass through, where a test runs as root.
  chmodSync(folder, 0o755);
  for (const name of readdirSync(REPOSITORY))
    if (!OWN.has(name)) symlinkSync(path.join(REPOSITORY, name), path.join(folder, name));
  const home = path.join(folder, '.farelake');
  // Where the sweep after a killed run looks.
  symlinkSync(home, path.join(folder, 'home'));
  const sh: Checkout['sh'] = (script, onStart) => runScript(folder, script, onStart);
  return {
    folder,
    home,
    sh,
    blobServices: () => processesIn(folder).filter((id) => commandOf(id).includes('azurite')),
    remove: async () => {
      await sh('npx farelake down');
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** Those that work in a folder; any of them may end while they are looked at. */
const processesIn = (folder: string): number[] =>
  readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name) && orNothing(() => readlinkSync(`/proc/${name}/cwd`)) === folder)
    .map(Number);

const commandOf = (id: number): string => orNothing(() => readFileSync(`/proc/${id}/cmdline`, 'utf8'));

function orNothing(read: () => string): string {
  try {
    return read();
  } catch {
    return '';
  }
}

/** What a person's shell has, and nothing that steers farelake or comes from the test runner. */
const environment = (): NodeJS.ProcessEnv =>
  Object.fromEntries(
    Object.entries(process.env).filter(
      ([name]) => !/^(FARELAKE_|DMAP_|DATABASE_URL$|NODE_OPTIONS$|FORCE_COLOR$|npm_|JEST_)/.test(name),
    ),
  );

async function runScript(
  folder: string,
  script: string,
  onStart?: (signal: (name: NodeJS.Signals) => void) => Promise<void>,
): Promise<Ran> {
  const child = spawn('bash', ['-euo', 'pipefail', '-c', script], {
    cwd: folder,
    env: environment(),
    stdio: ['ignore', 'pipe', 'pipe'],
    // A process group of its own: a signal goes to all in it, as a terminal's Ctrl-C does.
    detached: true,
  });
  const texts = { out: '', err: '' };
  child.stdout.setEncoding('utf8').on('data', (text: string) => (texts.out += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (texts.err += text));
  const ended = new Promise<Ran>((resolve, reject) => {
    child.on('error', reject).on('close', (code) => {
      resolve({ code, ...texts });
    });
  });
  await onStart?.((name) => {
    if (child.pid !== undefined) process.kill(-child.pid, name);
  });
  return ended;
}
