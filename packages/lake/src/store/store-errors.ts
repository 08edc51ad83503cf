/** What stores of every kind say when an object is not what, or not where, it should be. */
import { UserError } from '@farelake/schema-registry';

/** @param place the store as its user knows it: a folder, or `s3://bucket/prefix` */
export const objectGone = (inside: string, place: string, cause?: unknown): UserError =>
  new UserError({
    code: 'object-gone',
    problem: `${inside} cannot be read in ${place}.`,
    remedy: 'Deliver it again, or name the place that holds it.',
    ...(cause === undefined ? {} : { cause }),
  });

/** @param found undefined: the store says only that it is another one */
export const contentChanged = (allowed: string, found?: string): UserError =>
  new UserError({
    code: 'content-changed',
    problem: 'The content is no longer the one that was registered.',
    remedy: 'Ingest again when nothing writes to the file any more.',
    data: { allowed, ...(found === undefined ? {} : { found }) },
  });

/** @param expected and @param found SHA-256 in hex */
export const fileDamaged = (uri: string, expected: string, found: string): UserError =>
  new UserError({
    code: 'file-damaged',
    problem: `${uri} is not what was written: its SHA-256 is ${found}, and was ${expected}.`,
    remedy:
      'Restore it from a backup. Else, of a current table farelake repair writes it anew; of history farelake verify names the loads to replay.',
    data: { uri, expected, found },
  });

export const objectExists = (uri: string): UserError =>
  new UserError({
    code: 'object-exists',
    problem: `${uri} is there already, and is left as it is.`,
    remedy: 'Remove it first if it may be replaced.',
  });

export const cutShort = (inside: string, expected: number, found: number): UserError =>
  new UserError({
    code: 'content-cut-short',
    problem: `${inside} ended after ${found} of ${expected} bytes.`,
    remedy: 'Run the same command again when nothing writes to the file any more.',
    data: { expected, found },
  });
