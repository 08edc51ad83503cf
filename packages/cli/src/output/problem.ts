/** What a person sees of an error: what was wrong and what to do. A bug shows its stack. */
import { DbError } from '@farelake/db';
import { UserError } from '@farelake/schema-registry';

export function describeProblem(error: unknown): string {
  if (error instanceof UserError) return `farelake: ${error.message}`;
  if (error instanceof DbError) return `farelake: ${withCause(error)} ${error.remedy}`;
  const trouble = Error.isError(error) ? troubleOf(error) : undefined;
  if (trouble !== undefined)
    return `farelake: ${sentence(trouble.what)} Run the same command again when ${trouble.when}.`;
  if (Error.isError(error)) return `farelake: ${error.stack ?? error.message}`;
  return `farelake: ${String(error)}`;
}

/** A mistake in what was typed: exit code 2. */
export class UsageError extends UserError {
  override readonly name = 'UsageError';
}

/** Codes of errors that are about what was typed. */
const USAGE_CODES: readonly string[] = [
  'bad-endpoint',
  'bad-key',
  'bad-store-uri',
  'bad-timeout',
  'dmap-bad-base-url',
  'dmap-bad-key',
  'dmap-no-contract',
  'incoming-without-versions',
  'kafka-bad-option',
  'kafka-bad-password',
  'kafka-no-brokers',
  'kafka-no-password',
  'kafka-plain-text',
  'no-key',
  'no-loads-of-topics',
  'no-such-bucket',
  'no-such-version',
  'not-folded',
  'nothing-delivered',
  'registry-no-folder',
  'unclear-version',
  'unknown-key-column',
  'repeated-key-column',
];

export const isUsage = (error: unknown): boolean =>
  error instanceof UsageError || (error instanceof UserError && USAGE_CODES.includes(error.code));

/** Why, in the words of whoever refused: they tell a wrong password, a port nobody listens on and a missing database apart. */
function withCause({ message, data, cause }: Pick<DbError, 'message' | 'data' | 'cause'>): string {
  const why = causeText(cause, data['url']);
  return why === undefined || message.includes(why) ? message : `${message.replace(/\.$/, '')} (${why}).`;
}

function causeText(cause: unknown, url: unknown): string | undefined {
  if (!Error.isError(cause)) return undefined;
  const { code, errors } = cause as { code?: unknown; errors?: unknown };
  // What a parser took for the host or the database may be part of the password, and the cause would repeat it.
  if (typeof url === 'string' && !URL.canParse(url)) return typeof code === 'string' ? code : undefined;
  // A name with several addresses: one error for each, and none of its own.
  const texts =
    cause.message === '' && Array.isArray(errors) ? errors.filter((one: unknown) => Error.isError(one)) : [cause];
  const text = oneLine(texts.map(({ message }) => message).join('; ')).replaceAll(/:\/\/\S*@/g, '://…@');
  return text === '' ? undefined : text.replace(/\.$/, '');
}

/** Trouble with the world, not with the program: what happened, and when the same command will do. */
interface Trouble {
  readonly what: string;
  readonly when: string;
}

/** First that fits. Classes of SQLSTATE that are not here (syntax, constraints, data) are bugs of our statements. */
const POSTGRES: readonly (readonly [RegExp, string])[] = [
  [/^(?:08|57P)/, 'the database is up and takes connections'],
  [/^(?:40|55P03|57)/, 'nothing else holds or stops the work in the database'],
  [/^53100|^58/, 'the disk of the database has room and works'],
  [/^53/, 'the database has memory and connections to spare'],
  [/^(?:28|42501|25006|3D)/, 'the user of DATABASE_URL may read and write that database'],
  [/^XX/, 'the database is mended; its log says more'],
];

const CONNECTION = ['ECONNRESET', 'ECONNREFUSED', 'EPIPE', 'ETIMEDOUT', 'EHOSTUNREACH', 'ENOTFOUND', 'EAI_AGAIN'];

const SYSTEM: readonly (readonly [RegExp, string])[] = [
  [/^(?:ENOSPC|EDQUOT)$/, 'there is room'],
  [/^(?:EACCES|EPERM|EROFS)$/, 'this user may read and write there'],
  [/^(?:ENOENT|ENOTDIR|EISDIR|ELOOP)$/, 'the file or folder is there'],
  [/^(?:EMFILE|ENFILE|ENOMEM|EAGAIN)$/, 'the machine is less busy'],
];

const ENGINE: readonly (readonly [RegExp, string])[] = [
  [/^Out of Memory Error:/, 'more memory is free'],
  [/^IO Error:.*(?:No space left|ENOSPC)/is, 'there is room'],
  [/^IO Error:/, 'the file is there, this user may read and write it, and the disk has room'],
];

const firstOf = (rules: readonly (readonly [RegExp, string])[], text: string): string | undefined =>
  rules.find(([pattern]) => pattern.test(text))?.[1];

function troubleOf(error: Error): Trouble | undefined {
  const { code, severity, syscall } = error as { code?: unknown; severity?: unknown; syscall?: unknown };
  const what = oneLine(error.message);
  if (typeof code === 'string') {
    if (typeof severity === 'string') return trouble(`Postgres says: ${what} (${code})`, firstOf(POSTGRES, code));
    if (CONNECTION.includes(code)) return trouble(lost(what || code), 'the database is up and takes connections');
    if (typeof syscall === 'string') return trouble(what, firstOf(SYSTEM, code) ?? 'the machine can do that again');
  }
  if (/^Connection terminated/.test(what)) return trouble(lost(what), 'the database is up and takes connections');
  return trouble(`DuckDB says: ${what}`, firstOf(ENGINE, error.message));
}

const trouble = (what: string, when: string | undefined): Trouble | undefined =>
  when === undefined ? undefined : { what, when };

const lost = (why: string): string => `The connection to the database is lost (${why})`;

const oneLine = (text: string): string => text.trim().replaceAll(/\s+/g, ' ');

const sentence = (text: string): string => (/[.!?]$/.test(text) ? text : `${text}.`);
