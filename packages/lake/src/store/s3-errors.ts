/**
 * What went wrong at S3, and what to do about it. Messages are made here from names and codes: what a server or the SDK
 * says may hold signed addresses, access keys or text of the request.
 */
import { UserError } from '@farelake/schema-registry';
import { contentChanged, objectGone } from './store-errors.ts';
import type { S3Location } from './s3-uri.ts';
import { storeUri } from './s3-uri.ts';

export interface S3Request {
  readonly location: S3Location;
  /** Path of the object that the request is about; undefined: the bucket. */
  readonly inside?: string;
  /** Content that the request asks for. */
  readonly tag?: string | undefined;
  readonly endpoint: string | undefined;
}

interface Trouble {
  readonly name: string;
  readonly code?: string;
  readonly $metadata?: { readonly httpStatusCode?: number };
  /** There where the answer could not be understood. */
  readonly $response?: { readonly statusCode?: number };
}

const statusOf = ({ $metadata, $response }: Trouble): number | undefined =>
  $metadata?.httpStatusCode ?? $response?.statusCode;
export const nameOf = (error: unknown): string => (Error.isError(error) ? error.name : '');

/** The error as its user should see it; what is no trouble of the store comes back as it is. */
export function s3Problem(error: unknown, request: S3Request): unknown {
  if (!Error.isError(error) || error instanceof UserError || error.name === 'AbortError') return error;
  const { location, inside, tag, endpoint } = request;
  const uri = inside === undefined ? storeUri(location) : `${storeUri(location)}/${inside}`;
  const status = statusOf(error);
  const { name } = error;
  if (inside !== undefined && (name === 'NoSuchKey' || name === 'NotFound'))
    return objectGone(inside, storeUri(location), error);
  if (status === 412 && tag !== undefined) return contentChanged(tag);
  const found = PROBLEMS.find(({ names, statuses }) => names.includes(name) || statuses?.includes(status ?? 0));
  if (found !== undefined) return problem(found, uri, location, error);
  if (/^Region is missing/.test(error.message)) return problem(NO_REGION, uri, location, error);
  if (isOutage(error, status)) return outage(uri, endpoint, error);
  if (status === undefined) return error;
  return new UserError({
    code: 'store-refused',
    problem: `S3 refuses ${uri} (${name}, HTTP ${status}).`,
    remedy: 'See what the name means in the list of error responses of the Amazon S3 API.',
    cause: error,
  });
}

interface Kind {
  readonly code: string;
  readonly names: readonly string[];
  readonly statuses?: readonly number[];
  readonly say: (uri: string, bucket: string) => string;
  readonly remedy: string;
}

const NO_REGION: Kind = {
  code: 'no-region',
  names: [],
  say: (uri) => `${uri} cannot be reached: no AWS region is set.`,
  remedy: 'Set AWS_REGION, or a region in the AWS profile.',
};

/** It concerns the store as a whole: the next object would fail the same way. */
export const isStoreTrouble = (error: unknown): boolean =>
  error instanceof UserError && WHOLE_STORE.includes(error.code);

const WHOLE_STORE = [
  'no-such-bucket',
  'no-region',
  'wrong-region',
  'no-credentials',
  'bad-credentials',
  'store-unreachable',
  'bad-endpoint',
  'bad-timeout',
  'folder-not-made',
];

const PROBLEMS: readonly Kind[] = [
  {
    code: 'no-such-bucket',
    names: ['NoSuchBucket'],
    say: (_, bucket) => `There is no bucket ${bucket}.`,
    remedy: 'Check its name, the account, and AWS_ENDPOINT_URL_S3 if it is set.',
  },
  {
    code: 'no-credentials',
    names: ['CredentialsProviderError', 'TokenProviderError'],
    say: (uri) => `${uri} cannot be reached: no AWS credentials are found, or they cannot be loaded.`,
    remedy: 'Sign in (aws sso login), set AWS_PROFILE, or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY.',
  },
  {
    code: 'bad-credentials',
    names: [
      'InvalidAccessKeyId',
      'SignatureDoesNotMatch',
      'ExpiredToken',
      'InvalidToken',
      'TokenRefreshRequired',
      'RequestTimeTooSkewed',
    ],
    say: (uri) => `${uri} cannot be reached: the AWS credentials are wrong, have expired, or this machine's clock is.`,
    remedy: 'Sign in again, or set credentials that are valid for this store.',
  },
  {
    code: 'wrong-region',
    names: ['PermanentRedirect', 'AuthorizationHeaderMalformed', 'IllegalLocationConstraintException'],
    statuses: [301],
    say: (_, bucket) => `The bucket ${bucket} lies in another region or under another address.`,
    remedy:
      'Set AWS_REGION to the region of the bucket, and AWS_ENDPOINT_URL_S3 only for another server than Amazon S3.',
  },
  {
    code: 'object-asleep',
    names: ['InvalidObjectState'],
    say: (uri) => `${uri} is in cold storage (Glacier) and cannot be read.`,
    remedy: 'Restore it first.',
  },
  {
    code: 'access-denied',
    names: ['AccessDenied', 'AllAccessDisabled', 'Forbidden'],
    statuses: [401, 403],
    say: (uri) => `Access to ${uri} is denied.`,
    remedy:
      'The credentials need s3:ListBucket on the bucket, s3:GetObject to read, s3:PutObject and s3:DeleteObject to write.',
  },
];

const problem = ({ code, say, remedy }: Kind, uri: string, { bucket }: S3Location, cause: Error): UserError =>
  new UserError({ code, problem: say(uri, bucket), remedy, cause });

/** Not those of local files, which may be what is uploaded. */
const NETWORK =
  /^(?:E(?:CONN[A-Z]+|PIPE|TIMEDOUT|HOSTUNREACH|NET[A-Z]+|NOTFOUND|AI_[A-Z]+|PROTO)|ERR_(?:SSL|TLS)_.*|UNABLE_TO_.*|.*CERT.*)$/;

/** What the SDK makes of an error of Node's own that comes from another realm, as all do in tests. */
const FOREIGN = /^AWS SDK error wrapper for \w*Error: (?:socket hang up|connect|read|write|aborted|getaddrinfo)\b/;

const isOutage = (error: Error & Trouble, status: number | undefined): boolean =>
  (status !== undefined && (status >= 500 || status === 429 || status === 408)) ||
  error.name === 'TimeoutError' ||
  FOREIGN.test(error.message) ||
  NETWORK.test(error.code ?? '');

/** @param cause of which only name and code are told */
export function outage(uri: string, endpoint: string | undefined, cause: Error): UserError {
  const status = statusOf(cause);
  const { code } = cause as Trouble;
  const why = [code ?? cause.name, ...(status === undefined ? [] : [`HTTP ${status}`])].join(', ');
  const where = endpoint === undefined ? '' : ` at ${new URL(endpoint).host}`;
  return new UserError({
    code: 'store-unreachable',
    problem: `The store${where} does not answer for ${uri}, also after several tries (${why}).`,
    remedy: 'Run the same command again when it does.',
    cause,
  });
}
