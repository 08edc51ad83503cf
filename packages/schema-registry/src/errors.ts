/**
 * Errors of two classes: a user's mistake is a `UserError`, shown without a stack and with what to do about it;
 * a bug is a plain `Error`. Every package throws the first kind through this class or a subclass of it.
 */

export interface UserErrorParts {
  /** Stable name of the mistake in kebab case, for example `unknown-qlik-type`; tests and callers decide by it. */
  readonly code: string;
  /** What was wrong, where (file, path, line, column), and what would be allowed. One sentence or a few lines. */
  readonly problem: string;
  /** What to do about it. */
  readonly remedy?: string;
  /** What the message speaks of, for logs and callers. Never a secret, a signed link or a value of a personal column. */
  readonly data?: Readonly<Record<string, unknown>>;
  readonly cause?: unknown;
}

/**
 * A mistake of the person or of the delivered data, not of the program.
 * `message` is the problem followed by the remedy, so that whoever prints only the message says enough.
 */
export class UserError extends Error {
  override readonly name: string = 'UserError';
  readonly code: string;
  readonly problem: string;
  readonly remedy: string | undefined;
  readonly data: Readonly<Record<string, unknown>>;

  constructor({ code, problem, remedy, data = {}, cause }: UserErrorParts) {
    super(remedy === undefined ? problem : `${problem} ${remedy}`, cause === undefined ? {} : { cause });
    this.code = code;
    this.problem = problem;
    this.remedy = remedy;
    this.data = data;
  }
}
