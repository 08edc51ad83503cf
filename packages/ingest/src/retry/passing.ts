/**
 * Which trouble says nothing about a file or a table and may be over in a moment: a store out of reach, a database that
 * restarts, a disk that is full for now. Whatever is not here is told at once.
 */
import { PoolError } from '@farelake/db';
import { isStoreTrouble } from '@farelake/lake';
import { UserError } from '@farelake/schema-registry';
import { PATIENCE, pauseAfter, type Patience } from './pause.ts';

/** @returns milliseconds until it is to be tried again; undefined: it will not pass, or was tried often enough */
export function pauseFor(error: unknown, failed: number, patience: Patience = PATIENCE): number | undefined {
  if (!isPassing(error)) return undefined;
  const retries = error instanceof UserError ? patience.ofStores : patience.retries;
  return pauseAfter(retries, failed, patience, Math.random());
}

export function isPassing(error: unknown): boolean {
  if (!Error.isError(error)) return false;
  if (error instanceof UserError) return OF_STORES.includes(error.code);
  // A wrong password or a database that is not there is wrong for good; its cause tells.
  if (error instanceof PoolError) return error.code === 'unreachable' && isPassing(error.cause);
  const { code, severity } = error as { code?: unknown; severity?: unknown };
  if (typeof code === 'string') return typeof severity === 'string' ? OF_POSTGRES.test(code) : OF_SYSTEM.test(code);
  if (OF_CONNECTIONS.test(error.message)) return true;
  return OF_ENGINE.test(error.message) && !FOR_GOOD.test(error.message);
}

/**
 * Is it the store, the database or the machine as a whole? Every table would fail by it, and none can help it. A disk that
 * fails, or words of the engine, may well be about a file of the one table.
 */
export function isOutage(error: unknown): boolean {
  if (!Error.isError(error)) return false;
  if (error instanceof UserError) return isStoreTrouble(error);
  if (error instanceof PoolError) return true;
  const { code } = error as { code?: unknown };
  if (typeof code === 'string') return !OF_ONE_FILE.includes(code) && isPassing(error);
  return OF_CONNECTIONS.test(error.message);
}

const OF_ONE_FILE: readonly string[] = ['EIO', 'ESTALE', 'EBUSY', '40001', '40P01'];

/** Asked again and again already, but for seconds only. */
const OF_STORES: readonly string[] = ['store-unreachable', 'damaged-transfer', 'glue-unreachable', 'glue-busy'];

/**
 * Connection exceptions; a transaction that the server ended because this process had stalled; shut down, crashed, starting; too many connections; deadlocks and the like (PostgreSQL 18,
 * appendix "PostgreSQL Error Codes").
 */
const OF_POSTGRES = /^(?:08...|25P03|57P0[1235]|53300|40001|40P01)$/;

/** Of the network, and of a machine that has too little of something for now. */
const OF_SYSTEM =
  /^(?:ECONN(?:RESET|REFUSED|ABORTED)|EPIPE|ETIMEDOUT|EHOSTUNREACH|ENETUNREACH|EAI_AGAIN|EMFILE|ENFILE|EAGAIN|EBUSY|EIO|ESTALE|ENOSPC|EDQUOT)$/;

/** The driver's own words; it has no codes for them. */
const OF_CONNECTIONS =
  /^(?:Connection (?:terminated|ended)|Client has encountered a connection error|timeout exceeded when trying to connect)/;

const OF_ENGINE = /^(?:IO|HTTP) Error:/;
/** Files that are not there, or not ours to read, will not be in a minute either. */
const FOR_GOOD = /No such file|No files found|does not exist|Permission denied|Is a directory|Not a directory/i;
