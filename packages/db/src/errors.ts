/** What an error is about, for logs and tests; never a password, never a row's value. */
export type ErrorData = Readonly<Record<string, string | number | readonly string[] | undefined>>;

export interface ErrorDetails {
  readonly data?: ErrorData;
  readonly remedy: string;
  readonly cause?: unknown;
}

/**
 * Every error this package throws on purpose: `code` for programs, `data` for logs, `remedy` for the person.
 * Whatever else comes out (a TypeError, an SQL error of the caller's own statement) is passed on as it is.
 */
export class DbError<Code extends string = string> extends Error {
  readonly code: Code;
  readonly data: ErrorData;
  readonly remedy: string;

  constructor(code: Code, message: string, details: ErrorDetails) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    this.name = new.target.name;
    this.code = code;
    this.data = details.data ?? {};
    this.remedy = details.remedy;
  }
}
