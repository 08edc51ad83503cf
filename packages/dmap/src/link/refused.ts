/** What came in place of a dataset, as errors that name it and show nothing of its text. */
import { UserError } from '@farelake/schema-registry';
import type { Answer } from '../http/transport.ts';
import { isGzip, kindOfContent } from './content-kind.ts';

/** @returns what begins so, in words, if it is no dataset: a file under gzip, and not announced as something else */
export const strangeContent = (start: Uint8Array, answer: Answer): string | undefined =>
  isGzip(start) ? packedPage(answer) : kindOf(start, answer);

/** What begins as a dataset does, and is announced as something else that was packed. */
function packedPage(answer: Answer): string | undefined {
  const encoding = answer.header('content-encoding')?.trim().toLowerCase() ?? '';
  // A blob that is kept under gzip is often announced so, and comes as it is kept. In any other coding it is not what was kept.
  if (!['', 'identity', 'gzip', 'x-gzip'].includes(encoding))
    return 'something that was packed on its way (Content-Encoding)';
  const type = typeOf(answer);
  return PAGE.test(type) ? `something packed, announced as ${type},` : undefined;
}

const PAGE =
  /^(?:text\/html|application\/xhtml\+xml|(?:text|application)\/(?:xml|json)|application\/problem\+(?:xml|json))$/;

function kindOf(start: Uint8Array, answer: Answer): string {
  const type = typeOf(answer);
  const isPlain = /^[\w.+-]{1,60}\/[\w.+-]{1,60}$/.test(type);
  return `${kindOfContent(start)}${isPlain ? `, announced as ${type}` : ''}`;
}

/** Without parameters; empty: none is told. */
const typeOf = (answer: Answer): string =>
  (answer.header('content-type') ?? '').replace(/;.*$/, '').trim().toLowerCase();

/** The error of an answer whose status is that of no dataset. */
export function refused(place: string, answer: Answer): UserError {
  const { status } = answer;
  // Azure's own name of the reason; the page that comes with it is not shown.
  const reason = answer.header('x-ms-error-code') ?? '';
  const told = `status ${status}${/^[A-Za-z]{1,60}$/.test(reason) ? `, ${reason}` : ''}`;
  const data = { place, status };
  if (status === 403)
    return new UserError({
      code: 'link-expired',
      problem: `The link to ${place} is refused: ${told}.`,
      remedy: 'A link lives about an hour; another listing gives a new one.',
      data,
    });
  if (status === 404 || status === 410)
    return new UserError({
      code: 'link-gone',
      problem: `There is nothing at ${place}: ${told}.`,
      remedy: 'The vendor listed a dataset that is not there; the next sync tries again.',
      data,
    });
  const redirect = status >= 300 && status < 400 && status !== 304 ? '; redirects are not followed' : '';
  return noDataset(place, `an answer of ${told}${redirect}`);
}

export const noDataset = (place: string, found: string): UserError =>
  new UserError({
    code: 'no-dataset',
    problem: `${place} gives no dataset: a file under gzip was expected, and ${found} came.`,
    remedy: 'The next sync tries again; if it stays so, the vendor has to issue the dataset again.',
    data: { place },
  });
