/**
 * What comes from outside, made fit to be shown: every text that a server, a library or the system said passes here before it
 * is part of an error. Kept by `test/canary.test.ts`.
 */
import { printable } from '@farelake/schema-registry';
import type { ApiKey } from './api-key.ts';

/** Characters of a text from outside that are shown. */
const SHOWN = 300;
/** Characters of it that are looked at; a whole page of a server may come. */
const LOOKED_AT = 10_000;

/** Queries of addresses, which is where links are signed; as text, and as an address inside another. */
const QUERY = /(\?|%3F)[^\s"'<>\\]*?(=|%3D)[^\s"'<>]*/gi;
const SIGNATURE = /sig(?:nature)?(?:=|%3D|"\s*:\s*"?)[^\s&"'<>]*/gi;

/** Whether a text holds a key or what may be the signature of a link. */
export const holdsSecret = (text: string, keys: Iterable<ApiKey>): boolean =>
  text.search(SIGNATURE) >= 0 || spellings(keys).some((key) => text.includes(key));

/** The text without keys, queries of addresses, signatures and control characters; not longer than is read. */
export function redact(text: string, keys: Iterable<ApiKey>): string {
  let safe = text.length > LOOKED_AT ? text.slice(0, LOOKED_AT).replace(/\S*$/, '') : text;
  for (const key of spellings(keys)) safe = safe.replaceAll(key, '[key]');
  safe = safe
    .replaceAll(QUERY, '$1…')
    .replaceAll(SIGNATURE, '[signature]')
    .replaceAll(/\p{Cc}+/gu, ' ')
    .trim();
  safe = printable(safe);
  // Cut at the end: half a secret would not be recognised.
  return safe.length > SHOWN ? `${safe.slice(0, SHOWN)}…` : safe;
}

/**
 * An error from outside as one that holds its words and code and nothing else: those of libraries carry addresses, headers and
 * connections. Its own causes are rebuilt too.
 */
export function safeCause(error: unknown, keys: Iterable<ApiKey>): Error {
  return rebuild(error, [...keys], DEEPEST);
}

/** Causes of causes that are kept. */
const DEEPEST = 4;

function rebuild(error: unknown, keys: readonly ApiKey[], depth: number): Error {
  const { message, code, cause } = partsOf(error);
  const inner = cause === undefined || depth === 0 ? {} : { cause: rebuild(cause, keys, depth - 1) };
  const safe = new Error(redact(message, keys), inner);
  return code === undefined ? safe : Object.assign(safe, { code: redact(code, keys) });
}

function partsOf(error: unknown): { message: string; code?: string | undefined; cause?: unknown } {
  if (!Error.isError(error)) return { message: String(error) };
  const { code, errors, cause } = error as Error & { code?: unknown; errors?: unknown };
  // Where each address of a host was tried, the first failure says most.
  const first: unknown = Array.isArray(errors) ? errors[0] : undefined;
  return {
    message: error.message === '' && Error.isError(first) ? first.message : error.message,
    code: typeof code === 'string' ? code : undefined,
    cause: cause ?? first,
  };
}

function spellings(keys: Iterable<ApiKey>): string[] {
  const texts = [...keys].map((key) => key.reveal());
  return [...new Set([...texts, ...texts.map(encodeURIComponent)])];
}
