/** What every use case works with: the ledger, the contracts, the zones, a place for scratch files. */
import { randomUUID } from 'node:crypto';
import { readdir, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import type { TableLease } from '@farelake/db';
import { makeFolder, openEngine, type Engine, type ObjectStore } from '@farelake/lake';
import type { Contract, Registry } from '@farelake/schema-registry';
import type { Pool } from 'pg';
import type { EngineChoice } from './large/choose-engine.ts';
import type { SparkHere } from './large/spark-here.ts';
import type { Patience } from './retry/pause.ts';
import { engineBytes } from './table/share.ts';

export interface Workspace {
  readonly pool: Pool;
  /** By dataset. */
  readonly contracts: ReadonlyMap<string, Contract>;
  /** By dataset: those whose contract is there and cannot be used, and why. Nothing is done for their tables until then. */
  readonly faulty?: Registry['faulty'];
  /** Objects as they were delivered: where what is fetched from the vendor is put. Absent: nothing is fetched. */
  readonly incoming?: ObjectStore | undefined;
  readonly stage: ObjectStore;
  /** Accepted objects, unchanged. */
  readonly archive: ObjectStore;
  /** Refused objects and rows, with the reason. */
  readonly error: ObjectStore;
  /** Folder of this machine for what only lives as long as a piece of work. */
  readonly scratch: string;
  /** Bytes that one piece of work may fetch into its scratch folder, from buckets or a vendor's link; most of the free disk unless given. */
  readonly scratchLimit?: number | undefined;
  /** Bytes that one delivered object may unpack to; 64 GiB unless given. */
  readonly unpackLimit?: number | undefined;
  /** File of DuckDB's extension `httpfs`, where it is not installed in DuckDB's own place. */
  readonly httpfs?: string | undefined;
  /** File of the home's own key of keyed hashes, made when it is needed; absent: a key has to be given. */
  readonly keyFile?: string | undefined;
  /** Database of AWS Glue whose tables' pointers follow ours; absent: nothing is published to Glue. */
  readonly glueDatabase?: string | undefined;
  /** Name of the environment: part of what other engines call its tables; `local` unless given. */
  readonly environment?: string | undefined;
  /** Seconds without a sign of life after which others take over a table that this process works on; 60 unless given. */
  readonly leaseSeconds?: number | undefined;
  /** Seconds to wait for somebody else's lock on a table's row of the Iceberg catalog; 60 unless given. */
  readonly catalogPatience?: number | undefined;
  /** How often trouble that passes is tried again; about a minute long unless given. */
  readonly patience?: Patience | undefined;
  /** Tables worked on side by side, which share the machine; 1 unless given. */
  readonly atOnce?: number | undefined;
  /** Which engine does the work; `auto` unless given. */
  readonly engine?: EngineChoice | undefined;
  /** Spark on this machine, for work that goes to it; absent: there is none. */
  readonly spark?: SparkHere | undefined;
  /** Aborted when the person stops the command. */
  readonly signal: AbortSignal;
}

/** A workspace made for the work on one table. */
export interface TableWorkspace extends Workspace {
  /** The right to change the table's rows of the ledger: see `inTable`. */
  readonly lease: TableLease;
  /** Aborted, too, when the lease is lost. */
  readonly signal: AbortSignal;
}

/** Store of an absolute URI, as the ledger keeps them. */
export { openStore } from '@farelake/lake';

/** Id of an attempt: part of every file name it writes, never used twice. */
export const newAttemptId = (): string => randomUUID().replaceAll('-', '').slice(0, 20);

/**
 * Runs `work` with an engine and a scratch folder of its own; both are gone afterwards, whatever happens.
 * Stopping the command interrupts the engine.
 */
export const withEngine = <T>(
  workspace: Pick<Workspace, 'scratch' | 'scratchLimit' | 'httpfs' | 'atOnce' | 'signal'>,
  work: (engine: Engine, folder: string) => Promise<T>,
): Promise<T> =>
  withScratch(workspace, async (folder) => {
    const { scratchLimit: limit, httpfs, signal } = workspace;
    const files = { folder: path.join(folder, 'fetched'), limit, httpfs, signal };
    const memoryLimit = engineBytes(os.totalmem(), workspace.atOnce ?? 1);
    const engine = await openEngine({ tempFolder: path.join(folder, 'spill'), memoryLimit, files });
    const interrupt = () => {
      engine.interrupt();
    };
    signal.addEventListener('abort', interrupt);
    try {
      return await work(engine, folder);
    } catch (error) {
      // An interrupted statement fails with the engine's words; what happened is that the person stopped the command.
      signal.throwIfAborted();
      throw error;
    } finally {
      signal.removeEventListener('abort', interrupt);
      engine.close();
    }
  });

/** Runs `work` with a scratch folder of its own, which sweeps leave alone while this process lives, and which is gone afterwards. */
export async function withScratch<T>(
  { scratch, signal }: Pick<Workspace, 'scratch' | 'signal'>,
  work: (folder: string) => Promise<T>,
): Promise<T> {
  signal.throwIfAborted();
  const folder = path.join(scratch, `${process.pid}-${newAttemptId()}`);
  await makeFolder(folder, 'FARELAKE_HOME');
  try {
    return await work(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Removes scratch folders of processes that are no more. */
export async function sweepScratch(scratch: string): Promise<void> {
  const dead = await deadScratch(scratch);
  await Promise.all(dead.map((folder) => rm(folder, { recursive: true, force: true })));
}

/** Scratch folders of processes that are no more. */
export async function deadScratch(scratch: string): Promise<string[]> {
  const names = await readdir(scratch).catch(() => []);
  return names.filter((name) => !isAlive(Number.parseInt(name, 10))).map((name) => path.join(scratch, name));
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
