import { readFile, readlink, realpath } from 'node:fs/promises';
import { run } from './command.ts';
import type { Account } from './account.ts';
import { errorCode } from './errors.ts';

/** What a running server says of itself in `postmaster.pid` of its data folder. */
export interface Postmaster {
  readonly pid: number;
  readonly folder: string;
  readonly port: number;
  readonly ready: boolean;
}

/** Undefined while the server is still writing it (Postgres, `miscadmin.h`: pid, folder, time, port, …, status). */
export function parsePidFile(text: string): Postmaster | undefined {
  const [pid, folder, , port, , , , status] = text.split('\n');
  if (folder === undefined || !/^\d+$/.test(pid ?? '') || !/^\d+$/.test(port ?? '')) return undefined;
  return { pid: Number(pid), folder, port: Number(port), ready: status?.trim() === 'ready' };
}

/** The server's own record in a data folder; undefined when none is there. */
export async function readPidFile(dataFolder: string): Promise<Postmaster | undefined> {
  try {
    return parsePidFile(await readFile(`${dataFolder}/postmaster.pid`, 'utf8'));
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return undefined;
    throw error;
  }
}

/** Whether the number is a process's, a zombie's included. */
export function exists(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return errorCode(error) !== 'ESRCH';
  }
}

/** False for a zombie too, which a container whose first process reaps nobody keeps for ever. */
export async function isAlive(pid: number): Promise<boolean> {
  if (!exists(pid)) return false;
  const status = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => undefined);
  return status === undefined || !/\) [ZX] /.test(status);
}

/**
 * Whether process `server.pid` works in `dataFolder`: a pid file that was copied along, or left by a crash, names a
 * process that has nothing to do with it. A server's working folder is its data folder, wherever that is moved to.
 */
export async function worksIn(
  server: Postmaster,
  dataFolder: string,
  account: () => Promise<Account | undefined>,
): Promise<boolean> {
  if (!(await isAlive(server.pid))) return false;
  const folder = await workingFolder(server.pid, account);
  return (folder ?? server.folder) === (await realpath(dataFolder));
}

async function workingFolder(pid: number, account: () => Promise<Account | undefined>): Promise<string | undefined> {
  if (process.platform !== 'linux') {
    const { stdout } = await run('lsof', ['-a', '-p', String(pid), '-d', 'cwd', '-Fn']);
    return /^n(.+)$/m.exec(stdout)?.[1];
  }
  const link = `/proc/${pid}/cwd`;
  try {
    return await readlink(link);
  } catch {
    // Root in a container may lack the right to look at other accounts' processes; the account itself has it.
    const asked = await run('readlink', [link], await account());
    return asked.ok ? asked.stdout : '';
  }
}
