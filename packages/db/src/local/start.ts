import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { open, readFile, rm, stat } from 'node:fs/promises';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Account } from './account.ts';
import { program } from './binaries.ts';
import type { NativeTree } from './binaries.ts';
import { surroundings } from './command.ts';
import { LocalPostgresError, USE_ANOTHER } from './errors.ts';
import { HOST } from './identify.ts';
import { endOrphans } from './orphans.ts';
import { readPidFile, worksIn } from './pidfile.ts';
import type { Postmaster } from './pidfile.ts';
import type { LocalPaths } from './paths.ts';
import { giveToOwnerOf } from './private-file.ts';

const POLL_MS = 15;

/** Troubles that pass: a free port taken by another in the meantime, and processes that a killed server left. */
const PORT_TAKEN = /could not bind|Address already in use/;
const ORPHANS = /pre-existing shared memory block .* is still in use/;
const PASSING_MS = 15_000;
/** Another server of the same data was faster: a command that was killed had begun it. */
const LOCKED = /lock file ".*postmaster\.pid" (?:already exists|is empty)/;

/** fsync stays on: this is a ledger. Given on the command line, so that an old data folder gets them too. */
const settings = (port: number): string[] =>
  Object.entries({
    listen_addresses: HOST,
    port: String(port),
    unix_socket_directories: '',
    max_connections: '100',
    shared_buffers: '64MB',
    timezone: 'UTC',
    log_timezone: 'UTC',
    password_encryption: 'scram-sha-256',
  }).flatMap(([name, value]) => ['-c', `${name}=${value}`]);

/**
 * Starts a server on the data at `dataFolder`, at a free port, and waits until it is ready.
 * @throws LocalPostgresError `start-failed` with the end of the log; `not-answering` when it takes more than `readyMs`
 * (it is left to go on: a long recovery is not to be started over)
 */
export async function startServer(
  tree: NativeTree,
  paths: LocalPaths,
  dataFolder: string,
  account: Account | undefined,
  readyMs: number,
): Promise<Postmaster> {
  const giveUpAt = Date.now() + PASSING_MS;
  for (;;) {
    const outcome = await startOnce(tree, paths, dataFolder, account, readyMs);
    if (typeof outcome !== 'string') return outcome;
    if (LOCKED.test(outcome)) {
      const other = await otherServer(dataFolder, account, readyMs);
      if (other !== undefined) return other;
    }
    const orphans = ORPHANS.test(outcome);
    if ((!orphans && !PORT_TAKEN.test(outcome) && !LOCKED.test(outcome)) || Date.now() > giveUpAt)
      throw new LocalPostgresError('start-failed', `The local Postgres did not start: ${outcome}`, {
        data: { data: dataFolder, log: paths.log },
        remedy: `See ${paths.log}; clear what it names and run the command again, or ${USE_ANOTHER}.`,
      });
    if (orphans) await endOrphans(dataFolder, account);
    await sleep(50);
  }
}

/** The lock file of a server that starts holds nothing for a moment; of one that was killed just then, for ever. */
const EMPTY_MS = 5_000;

/** Waits for the server that has the data. @returns undefined: there is none, by now; what it left does not stand in the way */
async function otherServer(
  dataFolder: string,
  account: Account | undefined,
  readyMs: number,
): Promise<Postmaster | undefined> {
  const lockFile = path.join(dataFolder, 'postmaster.pid');
  const begun = Date.now();
  for (;;) {
    const found = await readPidFile(dataFolder);
    if (found !== undefined) {
      if (!(await worksIn(found, dataFolder, () => Promise.resolve(account)))) return undefined;
      if (found.ready || Date.now() > begun + readyMs) return found;
    } else {
      const size = await stat(lockFile).then(
        (one) => one.size,
        () => undefined,
      );
      if (size === undefined) return undefined;
      if (Date.now() > begun + EMPTY_MS) {
        // One that does work on this data is still found by its shared memory, whose key is the folder's inode.
        if (size === 0) await rm(lockFile, { force: true });
        return undefined;
      }
    }
    await sleep(POLL_MS);
  }
}

/** The ready server, or the log of one that ended. */
async function startOnce(
  tree: NativeTree,
  paths: LocalPaths,
  dataFolder: string,
  account: Account | undefined,
  readyMs: number,
): Promise<Postmaster | string> {
  const log = await open(paths.log, 'a', 0o600);
  try {
    await giveToOwnerOf(paths.folder, paths.log);
    const { size } = await log.stat();
    // A session of its own (`detached`) and no stream of ours: the server outlives us, our terminal and its Ctrl-C.
    const server = spawn(program(tree, 'postgres'), ['-D', dataFolder, ...settings(await choosePort(dataFolder))], {
      ...surroundings(account),
      detached: true,
      stdio: ['ignore', log.fd, log.fd],
    });
    server.unref();
    let ended = '';
    server.once('exit', (code, signal) => (ended = `ended by ${signal ?? `code ${String(code)}`}`));
    server.once('error', (error) => (ended = error.message));
    const giveUpAt = Date.now() + readyMs;
    for (;;) {
      const found = await readPidFile(dataFolder);
      if (found?.ready && found.pid === server.pid) return found;
      if (ended !== '') return `${ended}\n${await logSince(paths.log, size)}`;
      if (Date.now() > giveUpAt) throw notReady(paths, dataFolder, readyMs);
      await sleep(POLL_MS);
    }
  } finally {
    await log.close();
  }
}

const notReady = (paths: LocalPaths, dataFolder: string, readyMs: number): LocalPostgresError =>
  new LocalPostgresError('not-answering', `The local Postgres is not ready after ${readyMs / 1000} s.`, {
    data: { data: dataFolder, log: paths.log },
    remedy: `It goes on starting: see ${paths.log} and run the command again later, or ${USE_ANOTHER}.`,
  });

const LOG_LINES = 20;

async function logSince(file: string, offset: number): Promise<string> {
  const text = (await readFile(file)).subarray(offset).toString('utf8');
  return text.trim().split('\n').slice(-LOG_LINES).join('\n');
}

/** The port of last time where it is free: commands that waited while the server was away find it again. */
async function choosePort(dataFolder: string): Promise<number> {
  // Left by each start (PostgreSQL, "Database File Layout"); none before the first.
  const last = await readFile(path.join(dataFolder, 'postmaster.opts'), 'utf8').catch(() => '');
  const port = Number(/"port=(\d+)"/.exec(last)?.[1] ?? 0);
  return freePort(port).catch(() => freePort(0));
}

/** @param wanted 0: any */
async function freePort(wanted: number): Promise<number> {
  const server = createServer();
  server.listen(wanted, HOST);
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}
