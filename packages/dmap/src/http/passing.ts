/** What may be gone when it is tried again, and how often it is. */
import { UserError } from '@farelake/schema-registry';
import { LONGEST_ASKED, pauseAfter, type Patience } from './pause.ts';
import { wait } from './wait.ts';

/** A failure that is worth another try: a network that is away, a server that is busy, a transfer that broke. */
export class Passing extends Error {
  override readonly name = 'Passing';
  /** In the words of a sentence: `it answers with status 503`. */
  readonly reason: string;
  /** Milliseconds that the server asked to wait. */
  readonly asked: number | undefined;

  /** @param cause one of `safeCause` */
  constructor(reason: string, { asked, cause }: { readonly asked?: number | undefined; readonly cause?: Error } = {}) {
    super(reason, cause === undefined ? {} : { cause });
    this.reason = reason;
    this.asked = asked;
  }
}

/** Told before each pause. */
export interface Pause {
  /** Who is waited for: an address without its query. */
  readonly place: string;
  readonly reason: string;
  readonly milliseconds: number;
}

export interface RetryOptions {
  readonly place: string;
  readonly patience: Patience;
  readonly signal: AbortSignal;
  readonly onPause?: ((pause: Pause) => void) | undefined;
  /** Whether the last try got so much further that it does not count as one that failed. */
  readonly isFurther?: () => boolean;
}

/**
 * Does the work until it succeeds, fails for good or was tried often enough; then with the error that `give` makes.
 * @throws UserError `dmap-asked-to-wait` when the server asks for a longer wait than is kept to
 */
export async function retried<T>(
  work: () => Promise<T>,
  give: (last: Passing, tries: number) => Error,
  { place, patience, signal, onPause, isFurther }: RetryOptions,
): Promise<T> {
  let failed = 0;
  for (let tries = 1; ; tries++) {
    signal.throwIfAborted();
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof Passing)) throw error;
      failed = isFurther?.() === true ? 1 : failed + 1;
      if (error.asked !== undefined && error.asked > LONGEST_ASKED) throw askedToWait(place, error);
      const pause = pauseAfter(failed, patience, Math.random());
      if (pause === undefined) throw give(error, tries);
      const milliseconds = Math.max(pause, error.asked ?? 0);
      onPause?.({ place, reason: error.reason, milliseconds });
      await wait(milliseconds, signal);
    }
  }
}

function askedToWait(place: string, { reason, asked = 0 }: Passing): UserError {
  const until = asked === Infinity ? null : new Date(Date.now() + asked).toISOString();
  return new UserError({
    code: 'dmap-asked-to-wait',
    problem: `${place} asks not to be asked again ${until === null ? 'for more than a year' : `before ${until}`}: ${reason}.`,
    remedy: until === null ? 'Ask the vendor, and run the sync again then.' : 'Run the sync again after that time.',
    data: { place, until },
  });
}

/** Nobody answered, or nobody who could. */
export const unreachable = (place: string, last: Passing, tries: number): UserError =>
  new UserError({
    code: 'dmap-unreachable',
    problem: `${place} cannot be reached: ${last.reason} (tried ${tries} ${tries === 1 ? 'time' : 'times'}).`,
    remedy: 'Run the sync again when it is back; what was fetched stays.',
    data: { place, tries },
    ...(last.cause === undefined ? {} : { cause: last.cause }),
  });
