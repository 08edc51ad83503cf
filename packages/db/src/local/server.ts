/**
 * The local Postgres of a home: started by the first command that needs it, shared by all, stopped by `farelake down`.
 *
 * What holds, whatever is killed, copied or run at once:
 * - a home has at most one server: starting and stopping happen under the home's lock, and Postgres itself refuses a second
 *   server on one data folder;
 * - a data folder is there whole or not at all (made aside, then renamed);
 * - a server is taken for ours only after it has shown that it works on our data folder (`identify.ts`);
 * - the server listens on 127.0.0.1 only, and every connection needs the home's random password.
 */
import { mkdir, readFile, realpath, rm } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { serverAccount } from './account.ts';
import type { Account } from './account.ts';
import { installedTree, runnableTree } from './binaries.ts';
import { adopt, createCluster, hasCluster, SUPERUSER } from './cluster.ts';
import { LocalPostgresError, USE_ANOTHER, errorCode } from './errors.ts';
import { existingPaths, findServer } from './find.ts';
import type { Found } from './find.ts';
import { connectionUrl, createDatabase, DATABASE, HOST, sweepProbes } from './identify.ts';
import { withLock } from './lock.ts';
import { localPaths } from './paths.ts';
import type { LocalPaths } from './paths.ts';
import { choosePlace, noAccess, placeOf, SHARED } from './place.ts';
import { giveToOwnerOf, writePrivate } from './private-file.ts';
import { startServer } from './start.ts';
import { endServer } from './stop.ts';

/** What `ensureLocalPostgres` is about, for a progress line; nothing is told when the server is up already. */
export type LocalPostgresStep = 'waiting' | 'creating' | 'starting';

export interface EnsureOptions {
  readonly onProgress?: (step: LocalPostgresStep) => void;
}

export type LocalPostgresStatus =
  | { readonly state: 'absent' | 'stopped' }
  /** A server works on the home's data but is starting, stopping, or full. */
  | { readonly state: 'occupied'; readonly pid: number }
  | {
      readonly state: 'running';
      readonly pid: number;
      readonly port: number;
      readonly url: string;
      readonly dataFolder: string;
    };

type Running = Extract<Found, { state: 'running' }>;

/** How long a start, a recovery after a crash, or another command's start may take. */
const READY_MS = 60_000;
const LOCK_MS = 120_000;
const POLL_MS = 50;

/**
 * The home's server, started (and its data made) when it is not up. Safe to call from many processes at once.
 * @param home folder, made when missing
 * @returns the connection string of the database `farelake`, password included
 * @throws LocalPostgresError
 */
export async function ensureLocalPostgres(home: string, options: EnsureOptions = {}): Promise<{ url: string }> {
  const paths = await makeHome(home);
  return guarded(paths, async () => {
    const found = await findServer(paths, serverAccount);
    const server =
      found.state === 'running' && found.hasDatabase && (await hasRecord(paths, found))
        ? found
        : await underLock(paths, options.onProgress, () => bringUp(paths, options));
    return { url: urlOf(server) };
  });
}

/**
 * Stops the home's server: connections are closed, data is written out.
 * @returns false when none was up
 * @throws LocalPostgresError `stop-failed`
 */
export async function stopLocalPostgres(home: string): Promise<boolean> {
  const paths = await existingPaths(home);
  if (paths === undefined) return false;
  return guarded(paths, async () => {
    if ((await placeOf(paths)) === undefined) return false;
    return underLock(paths, undefined, async () => {
      const found = await findServer(paths, serverAccount);
      const up = found.state === 'running' || found.state === 'occupied';
      if (up) await endServer(found.dataFolder, found.server);
      await rm(paths.record, { force: true });
      return up;
    });
  });
}

/** How the home's server stands; looks only. */
export async function localPostgresStatus(home: string): Promise<LocalPostgresStatus> {
  const paths = await existingPaths(home);
  if (paths === undefined) return { state: 'absent' };
  return guarded(paths, async () => {
    const found = await findServer(paths, serverAccount);
    if (found.state === 'absent' || found.state === 'stopped') return { state: found.state };
    const { pid, port } = found.server;
    if (found.state === 'occupied') return { state: 'occupied', pid };
    return { state: 'running', pid, port, url: urlOf(found), dataFolder: found.dataFolder };
  });
}

const urlOf = ({ server, password }: Running): string => connectionUrl(server.port, password);

async function guarded<T>(paths: LocalPaths, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw noAccess(paths, error);
  }
}

async function makeHome(home: string): Promise<LocalPaths> {
  const wanted = localPaths(path.resolve(home));
  return guarded(wanted, async () => {
    await mkdir(wanted.home, { recursive: true });
    const paths = localPaths(await realpath(wanted.home));
    // The server's account has to pass through root's folder; a plain user's is nobody else's business.
    const mode = process.getuid?.() === 0 ? 0o755 : 0o700;
    await mkdir(paths.folder, { mode }).catch((error: unknown) => {
      if (errorCode(error) !== 'EEXIST') throw error;
    });
    return paths;
  });
}

async function underLock<T>(
  paths: LocalPaths,
  onProgress: EnsureOptions['onProgress'],
  work: () => Promise<T>,
): Promise<T> {
  return withLock(paths.lock, { waitMs: LOCK_MS, onWait: () => onProgress?.('waiting') }, async () => {
    await giveToOwnerOf(paths.folder, paths.lock);
    return work();
  });
}

/** Under the lock: whatever is found, a running server comes out. */
async function bringUp(paths: LocalPaths, { onProgress }: EnsureOptions): Promise<Running> {
  let found = await settled(paths, onProgress);
  if (found.state !== 'running') {
    await startFrom(paths, found, onProgress);
    found = await settled(paths, onProgress);
  }
  if (found.state !== 'running') throw notAnswering(paths, found);
  if (!found.hasDatabase) await createDatabase(found.server.port, found.password);
  await writeRecord(paths, found);
  return found;
}

/** Waits for a server that is starting, recovering or stopping (its starter may have been killed) to have done so. */
async function settled(paths: LocalPaths, onProgress: EnsureOptions['onProgress']): Promise<Found> {
  const giveUpAt = Date.now() + READY_MS;
  for (let told = false; ; told = true) {
    const found = await findServer(paths, serverAccount);
    if (found.state !== 'occupied') return found;
    if (Date.now() > giveUpAt) throw notAnswering(paths, found);
    if (!told) onProgress?.('waiting');
    await sleep(POLL_MS);
  }
}

async function startFrom(paths: LocalPaths, found: Found, onProgress: EnsureOptions['onProgress']): Promise<void> {
  const account = await serverAccount(paths.data);
  const tree = await runnableTree(await installedTree(), account, SHARED);
  const dataFolder = (await placeOf(paths)) ?? (await choosePlace(paths, account));
  if (!(await hasCluster(tree, dataFolder))) {
    onProgress?.('creating');
    await createCluster(tree, dataFolder, account);
  }
  onProgress?.('starting');
  await prepare(dataFolder, found, account);
  await startServer(tree, paths, dataFolder, account, READY_MS);
}

async function prepare(dataFolder: string, found: Found, account: Account | undefined): Promise<void> {
  await adopt(dataFolder, account);
  await sweepProbes(dataFolder);
  // Postgres would take the process for a server of its own. One that does work on this data is still found by its
  // shared memory, whose key is the folder's inode.
  if (found.state === 'stopped' && found.leftover) await rm(path.join(dataFolder, 'postmaster.pid'), { force: true });
}

function notAnswering(paths: LocalPaths, found: Found): LocalPostgresError {
  const occupied = found.state === 'occupied' ? found : undefined;
  return new LocalPostgresError('not-answering', `The local Postgres of ${paths.home} does not answer as it should.`, {
    data: { log: paths.log, state: found.state, pid: occupied?.server.pid },
    remedy: `See ${paths.log}; end what holds its connections, or run farelake down and try again, or ${USE_ANOTHER}.`,
    cause: occupied?.cause,
  });
}

const recordOf = ({ server, password, dataFolder }: Running): string =>
  `${JSON.stringify(
    {
      url: connectionUrl(server.port, password),
      host: HOST,
      port: server.port,
      database: DATABASE,
      user: SUPERUSER,
      password,
      pid: server.pid,
      dataFolder,
    },
    undefined,
    2,
  )}\n`;

async function writeRecord(paths: LocalPaths, server: Running): Promise<void> {
  await writePrivate(paths.record, recordOf(server));
  await giveToOwnerOf(paths.folder, paths.record);
}

async function hasRecord(paths: LocalPaths, server: Running): Promise<boolean> {
  const text = await readFile(paths.record, 'utf8').catch(() => '');
  return text === recordOf(server);
}
