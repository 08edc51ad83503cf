/** A mistake of whoever asked for a feed: what is wrong and what to do about it, for people. */
export class UsageError extends Error {
  readonly problem: string;
  readonly remedy: string;

  constructor(problem: string, remedy: string, options?: ErrorOptions) {
    super(`${problem}; ${remedy}`, options);
    this.name = 'UsageError';
    this.problem = problem;
    this.remedy = remedy;
  }
}
