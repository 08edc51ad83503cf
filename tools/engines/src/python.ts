/**
 * Python environments made on demand: a folder with an interpreter and pinned packages of its own, kept in the user's
 * cache for the next time. Nothing but tests and benchmarks of other engines needs one.
 */
import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { mkdir, rename, rm, symlink } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { cacheFolder, exists, idOf } from './cache.ts';

const run = promisify(execFile);

export interface PythonEnvironment {
  /** Says what it is for; part of its folder's name. */
  readonly name: string;
  /** Each pinned: `polars==2.1.0`. */
  readonly requirements: readonly string[];
}

/** Why there can be none on this machine. */
export interface Unavailable {
  readonly reason: string;
}

/**
 * The path of the environment's interpreter. It is made under another name and moved when it is whole, so that one that
 * died half way is never found, and two that make it at once do not disturb each other.
 * @returns Unavailable without python3 or its venv, or when the packages cannot be installed
 */
export async function pythonEnvironment({ name, requirements }: PythonEnvironment): Promise<string | Unavailable> {
  const version = await python('--version');
  if (typeof version !== 'string') return { reason: 'there is no python3 on this machine' };
  const id = idOf([version.trim(), ...requirements].join('\n'));
  const link = path.join(cacheFolder(), `python-${name}-${id}`);
  const interpreter = path.join(link, 'bin', 'python');
  if (await exists(interpreter)) return interpreter;
  // Scripts of an environment name its folder, so the folder keeps its name, and a link to it appears when it is whole.
  const folder = `${link}.${randomUUID().slice(0, 8)}`;
  try {
    await mkdir(cacheFolder(), { recursive: true });
    await run('python3', ['-m', 'venv', folder]);
    const pip = ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', '--no-input', ...requirements];
    await run(path.join(folder, 'bin', 'python'), pip, { maxBuffer: 1 << 26 });
    await symlink(folder, `${folder}.link`);
    await rename(`${folder}.link`, link);
    return interpreter;
  } catch (error) {
    await rm(folder, { recursive: true, force: true });
    const text = Error.isError(error) ? ((error as { stderr?: string }).stderr ?? error.message) : String(error);
    return { reason: `python3 could not make an environment with ${requirements.join(', ')}: ${lastLine(text)}` };
  }
}

async function python(...args: string[]): Promise<string | undefined> {
  try {
    return (await run('python3', args)).stdout;
  } catch {
    return undefined;
  }
}

/** Whether a command answers to these arguments. */
export async function hasCommand(command: string, ...args: string[]): Promise<boolean> {
  return run(command, args).then(
    () => true,
    () => false,
  );
}

const lastLine = (text: string): string => text.trimEnd().split('\n').at(-1) ?? text;
