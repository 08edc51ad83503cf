/** Lets one loop sleep until something happens that it has to look at. */
export class Wake {
  #isDue = false;
  #resolve: (() => void) | undefined;

  /** Something happened; before a `wait` it is remembered for it. */
  readonly notify = (): void => {
    this.#isDue = true;
    this.#resolve?.();
  };

  /** Resolves at the next `notify`, or after so many milliseconds; Infinity: only then. */
  async wait(milliseconds: number): Promise<void> {
    if (!this.#isDue && milliseconds > 0) {
      let timer: NodeJS.Timeout | undefined;
      await new Promise<void>((resolve) => {
        this.#resolve = resolve;
        if (milliseconds < Infinity) timer = setTimeout(resolve, milliseconds);
      });
      clearTimeout(timer);
      this.#resolve = undefined;
    }
    this.#isDue = false;
  }
}
