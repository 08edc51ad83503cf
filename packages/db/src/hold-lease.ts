/** Takes a table's lease, keeps it for as long as work needs it, and finds out when it is lost. */
import { setTimeout as sleep } from 'node:timers/promises';
import { Client, type Pool } from 'pg';
import {
  claimLease,
  endStalledWork,
  leaseLost,
  lockSession,
  lookAtLease,
  renewLease,
  returnLease,
  type LeaseToken,
} from './ledger/leases.ts';

/** The right to work on one table. */
export interface TableLease extends LeaseToken {
  /** After so long without a sign of life others may take the table over. */
  readonly seconds: number;
  /** Aborted with `LeaseLost` as soon as it is known that another process has taken over. */
  readonly signal: AbortSignal;
}

export interface LeaseOptions {
  /** Who holds it, as people should see it. */
  readonly holder: string;
  /** After so long without a sign of life others may take the table over; 60 unless given. */
  readonly seconds?: number | undefined;
}

const SECONDS = 60;

/**
 * Runs `work` while no other process works on the table; undefined: another one does. A holder that died is followed at
 * once, one that gives no sign of life when its time has run out.
 *
 * Postgres may go away meanwhile: the lease is taken up again on a new connection. Only the database's word that another
 * one has it ends it, since without the database nobody can take it.
 * @throws LeaseLost when `work` fails because of that, or after
 */
export async function withLease<T>(
  pool: Pool,
  dataset: string,
  options: LeaseOptions,
  work: (lease: TableLease) => Promise<T>,
): Promise<T | undefined> {
  const seen = await lookAtLease(pool, dataset);
  if (seen.state === 'held') return undefined;
  if (seen.state === 'stalled') await endStalledWork(pool, { dataset, token: seen.token });
  const { holder, seconds = SECONDS } = options;
  const session = await openSession(pool);
  let token: number | undefined;
  try {
    token = await claimLease(session, dataset, holder, seconds);
  } finally {
    if (token === undefined) await close(session);
  }
  if (token === undefined) return undefined;
  const held = keep(pool, { dataset, token }, seconds, session);
  try {
    return await work({ dataset, token, seconds, signal: held.signal });
  } catch (error) {
    // Whatever it fails with then, having been interrupted is why.
    held.signal.throwIfAborted();
    throw error;
  } finally {
    await held.end();
  }
}

/** A connection of its own, beside the pool: however busy that is, the lease is renewed. */
async function openSession(pool: Pool): Promise<Client> {
  const client = new Client(pool.options);
  // Without a listener a connection that breaks between two statements ends the process; the next statement tells.
  client.on('error', () => undefined);
  try {
    await client.connect();
  } catch (error) {
    await close(client);
    throw error;
  }
  return client;
}

/** Whoever waits for a connection that is gone to say good-bye may wait long. */
const close = (client: Client): Promise<unknown> =>
  Promise.race([client.end().catch(() => undefined), sleep(1000, undefined, { ref: false })]);

interface Held {
  readonly signal: AbortSignal;
  end(): Promise<void>;
}

/** Milliseconds between two tries to reach a database that is away. */
const RECONNECT = 500;

function keep(pool: Pool, lease: LeaseToken, seconds: number, first: Client): Held {
  const lost = new AbortController();
  const ended = new AbortController();
  let session: Client | undefined = first;
  let locked = true;
  const beat = (seconds * 1000) / 3;

  /** @returns milliseconds until the next one */
  const renew = async (): Promise<number> => {
    try {
      if (session === undefined) {
        session = await openSession(pool);
        locked = false;
      }
      const renewing = session;
      if (!(await inTime(renewLease(renewing, lease, seconds), beat))) {
        lost.abort(leaseLost(lease));
        return beat;
      }
      locked ||= await inTime(lockSession(renewing, lease), beat);
      return locked ? beat : RECONNECT;
    } catch {
      // Away, or about to be: what is to be told is told by whoever works with the database meanwhile.
      if (session !== undefined) void close(session);
      session = undefined;
      return RECONNECT;
    }
  };
  /** Ends early when the session breaks: it is to be taken up again before anybody takes its lock for free. */
  const pause = async (ms: number): Promise<void> => {
    const broken = new AbortController();
    const onEnd = () => {
      broken.abort();
    };
    const watched = session?.once('end', onEnd);
    await sleep(ms, undefined, { signal: AbortSignal.any([ended.signal, broken.signal]) }).catch(() => undefined);
    watched?.off('end', onEnd);
  };
  const beating = (async () => {
    for (let ms = beat; !lost.signal.aborted; ms = await renew()) {
      await pause(ms);
      if (ended.signal.aborted) return;
    }
  })();
  return {
    signal: lost.signal,
    end: async () => {
      ended.abort();
      await beating;
      if (session === undefined) return;
      // Not given back, it is free all the same as soon as the connection is gone.
      if (!lost.signal.aborted) await inTime(returnLease(session, lease), beat).catch(() => undefined);
      await close(session);
    },
  };
}

/** A connection that was cut without a word answers nothing, not even an error. */
async function inTime<T>(answer: Promise<T>, ms: number): Promise<T> {
  const stop = new AbortController();
  try {
    return await Promise.race([
      answer,
      sleep(ms, undefined, { signal: stop.signal }).then(() => {
        throw new Error('the database does not answer');
      }),
    ]);
  } finally {
    stop.abort();
    answer.catch(() => undefined);
  }
}
