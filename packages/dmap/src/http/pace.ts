/** Requests of an API one after the other, at a distance, however many listings ask at once. */
import { wait } from './wait.ts';

export class Pace {
  /** Milliseconds between two requests. */
  readonly #distance: number;
  #next = 0;

  /** @param perSecond requests, at most */
  constructor(perSecond: number) {
    this.#distance = 1000 / perSecond;
  }

  /**
   * When the next request may go out; each one that asks has its own place.
   * @param now milliseconds of a clock that is never set back
   * @returns milliseconds from now
   */
  place(now: number): number {
    const at = Math.max(now, this.#next);
    this.#next = at + this.#distance;
    return at - now;
  }

  /** No request for so long: a server that asks one to wait means all. */
  hold(now: number, milliseconds: number): void {
    this.#next = Math.max(this.#next, now + milliseconds);
  }

  async turn(signal: AbortSignal): Promise<void> {
    const milliseconds = this.place(performance.now());
    if (milliseconds > 0) await wait(milliseconds, signal);
  }
}
