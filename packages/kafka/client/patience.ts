/** Trying again: how often, after what pause, and when it is enough. */
import { setTimeout as pause } from 'node:timers/promises';
import type { UserError } from '@farelake/schema-registry';
import { isLasting } from './failure.ts';

/** Milliseconds of the first pause; each further one doubles, up to the longest. */
const FIRST = 200;
const LONGEST = 10_000;

/** Milliseconds from the first failure after which it is enough: longer than brokers take to be replaced one by one. */
export const PATIENCE = 10 * 60_000;

/** What lasts is tried so often too: a broker that just starts may for a moment not know its users and topics yet. */
const TRIES_OF_LASTING = 3;

export interface PatienceOptions {
  /** Milliseconds; default PATIENCE. */
  readonly total?: number | undefined;
  /** What went wrong, in words. */
  readonly failureOf: (error: unknown) => UserError;
  /** Told from the second failure on: one alone is a broker that changed places. */
  readonly onWaiting: (failure: UserError, milliseconds: number) => void;
  /** Told when it works again, if waiting was told. */
  readonly onAgain: () => void;
  /** Ends pauses. */
  readonly signal?: AbortSignal | undefined;
}

/** The failures of one kind of work since it last worked. */
export class Patience {
  readonly #options: PatienceOptions;
  #failures = 0;
  #since = 0;

  constructor(options: PatienceOptions) {
    this.#options = options;
  }

  /** Waits before the next try. @throws UserError of `failureOf` when it is enough */
  async failed(error: unknown): Promise<void> {
    const { total = PATIENCE, failureOf, onWaiting, signal } = this.#options;
    const failure = failureOf(error);
    this.#failures += 1;
    if (this.#failures === 1) this.#since = Date.now();
    if (this.#isEnough(failure, total)) throw failure;
    // The upper half is left to chance, so that many members do not come back together.
    const milliseconds = Math.min(LONGEST, FIRST * 2 ** (this.#failures - 1)) * (0.5 + Math.random() / 2);
    if (this.#failures > 1) onWaiting(failure, milliseconds);
    await pause(milliseconds, undefined, signal === undefined ? {} : { signal }).catch(() => undefined);
  }

  #isEnough(failure: UserError, total: number): boolean {
    if (isLasting(failure)) return this.#failures >= TRIES_OF_LASTING;
    return Date.now() - this.#since > total;
  }

  worked(): void {
    if (this.#failures > 1) this.#options.onAgain();
    this.#failures = 0;
  }

  /** Does something until it works. @throws UserError of `failureOf` when it is enough, or a stop was asked for */
  async until<T>(work: () => Promise<T>): Promise<T> {
    for (;;) {
      try {
        const result = await work();
        this.worked();
        return result;
      } catch (error) {
        // Pauses end at once then, and would be none.
        if (this.#options.signal?.aborted === true) throw this.#options.failureOf(error);
        await this.failed(error);
      }
    }
  }
}

/** Tries, and milliseconds between them, of what a cluster answers at first because something of it is only starting. */
const STARTING = { tries: 10, pause: 300 };

/**
 * Does something at a first contact: what tells of a wrong address or a wrong password is thrown at once, but a topic that was
 * made a moment ago has no leader yet, and a group that nobody asked for before no coordinator.
 * @throws UserError of `failureOf`
 */
export async function atFirstContact<T>(work: () => Promise<T>, failureOf: (error: unknown) => UserError): Promise<T> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await work();
    } catch (error) {
      const failure = failureOf(error);
      if (failure.code !== 'kafka-failed' || tries === STARTING.tries) throw failure;
      await pause(STARTING.pause);
    }
  }
}
