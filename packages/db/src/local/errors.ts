import { DbError } from '../errors.ts';

export type LocalPostgresErrorCode =
  | 'no-package'
  | 'package-broken'
  | 'no-account'
  | 'no-access'
  | 'home-is-a-copy'
  | 'data-missing'
  | 'secret-missing'
  | 'other-major'
  | 'busy'
  | 'create-failed'
  | 'start-failed'
  | 'not-answering'
  | 'stop-failed';

/** The local server cannot be had, started or stopped; `remedy` always ends somewhere without it: DATABASE_URL. */
export class LocalPostgresError extends DbError<LocalPostgresErrorCode> {}

/** The way out that always works. */
export const USE_ANOTHER = 'set DATABASE_URL to a Postgres server of your own';

/** The `code` of an error of Node or Postgres. Asked by shape: `instanceof Error` fails across realms, as in Jest. */
export const errorCode = (error: unknown): string | undefined =>
  typeof error === 'object' && error !== null && 'code' in error && typeof error.code === 'string'
    ? error.code
    : undefined;
