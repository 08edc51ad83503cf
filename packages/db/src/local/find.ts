import { readFile, realpath } from 'node:fs/promises';
import type { Account } from './account.ts';
import { readPassword } from './cluster.ts';
import { errorCode } from './errors.ts';
import { identify } from './identify.ts';
import { localPaths } from './paths.ts';
import type { LocalPaths } from './paths.ts';
import { exists, readPidFile, worksIn } from './pidfile.ts';
import type { Postmaster } from './pidfile.ts';
import { placeOf } from './place.ts';

/**
 * A home's server as it is found:
 * `absent`: no data yet; `stopped`: data, no server (`leftover`: its pid file names a process that is none of ours);
 * `occupied`: a process works on the data but does not answer as ours, or not yet; `running`: it does.
 */
export type Found =
  | { readonly state: 'absent' }
  | { readonly state: 'stopped'; readonly dataFolder: string; readonly leftover: boolean }
  | { readonly state: 'occupied'; readonly dataFolder: string; readonly server: Postmaster; readonly cause: unknown }
  | {
      readonly state: 'running';
      readonly dataFolder: string;
      readonly server: Postmaster;
      readonly password: string;
      readonly hasDatabase: boolean;
    };

/** The paths of an existing home, undefined where there is none. */
export async function existingPaths(home: string): Promise<LocalPaths | undefined> {
  try {
    return localPaths(await realpath(home));
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return undefined;
    throw error;
  }
}

/** Looks, and changes nothing. `account`: whom the server would run as. */
export async function findServer(
  paths: LocalPaths,
  account: (dataFolder: string) => Promise<Account | undefined>,
): Promise<Found> {
  const dataFolder = await placeOf(paths);
  if (dataFolder === undefined || !(await isCluster(dataFolder))) return { state: 'absent' };
  const server = await readPidFile(dataFolder);
  if (server === undefined) return { state: 'stopped', dataFolder, leftover: false };
  // Before a word is said to whoever holds the port.
  if (!(await worksIn(server, dataFolder, () => account(dataFolder))))
    return { state: 'stopped', dataFolder, leftover: exists(server.pid) };
  const password = await readPassword(dataFolder);
  const answer = await identify(dataFolder, server.port, password);
  if (answer.who === 'ours') return { state: 'running', dataFolder, server, password, hasDatabase: answer.hasDatabase };
  return { state: 'occupied', dataFolder, server, cause: answer.cause };
}

async function isCluster(dataFolder: string): Promise<boolean> {
  try {
    await readFile(`${dataFolder}/PG_VERSION`);
    return true;
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return false;
    throw error;
  }
}
