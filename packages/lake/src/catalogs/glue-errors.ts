/**
 * What went wrong at Glue, and what to do about it. Messages are made here from names and codes: what AWS says holds
 * account numbers and names of roles, and may hold text of the request.
 */
import { UserError } from '@farelake/schema-registry';

export interface GlueRequest {
  readonly action: 'glue:GetTable' | 'glue:UpdateTable';
  readonly database: string;
  readonly table: string;
  readonly endpoint: string | undefined;
}

interface Trouble {
  readonly name: string;
  readonly code?: string;
  readonly $metadata?: { readonly httpStatusCode?: number };
  /** There where the answer could not be understood. */
  readonly $response?: { readonly statusCode?: number };
}

/** Another one has changed the table since it was read (AWS Glue API reference, UpdateTable, "Errors"). */
export const isConflict = (error: unknown): boolean =>
  Error.isError(error) && ['ConcurrentModificationException', 'VersionMismatchException'].includes(error.name);

export const isNotThere = (error: unknown): boolean => Error.isError(error) && error.name === 'EntityNotFoundException';

/** It concerns the catalog as a whole: the next table would fail the same way. */
export const isGlueTrouble = (error: unknown): boolean =>
  error instanceof UserError &&
  ['glue-unreachable', 'no-region', 'no-credentials', 'bad-credentials', 'bad-endpoint'].includes(error.code);

/** The error as its user should see it; what is no trouble of Glue comes back as it is. */
export function glueProblem(error: unknown, request: GlueRequest): unknown {
  if (!Error.isError(error) || error instanceof UserError || error.name === 'AbortError') return error;
  const { $metadata, $response } = error as Trouble;
  const status = $metadata?.httpStatusCode ?? $response?.statusCode;
  const found = PROBLEMS.find(({ names }) => names.test(error.name));
  if (found !== undefined) return problem(found, request, error);
  if (/^Region is missing/.test(error.message)) return problem(NO_REGION, request, error);
  if (status === undefined) return isOutage(error) ? unreachable(request, error) : error;
  if (BUSY.test(error.name) || status === 429 || status === 408 || status >= 500) return busy(request, error, status);
  if (status === 401 || status === 403) return problem(DENIED, request, error);
  return new UserError({
    code: 'glue-refused',
    problem: `Glue refuses ${request.action} of ${nameOf(request)} (${error.name}, HTTP ${status}).`,
    remedy: 'See what the name means in the errors of the AWS Glue API.',
    cause: error,
  });
}

interface Kind {
  readonly code: string;
  readonly names: RegExp;
  readonly say: (request: GlueRequest) => string;
  readonly remedy: string;
}

const nameOf = ({ database, table }: Pick<GlueRequest, 'database' | 'table'>): string => `${database}.${table}`;

const NO_REGION: Kind = {
  code: 'no-region',
  names: /^$/,
  say: () => 'Glue cannot be reached: no AWS region is set.',
  remedy: 'Set AWS_REGION, or a region in the AWS profile.',
};

const DENIED: Kind = {
  code: 'glue-denied',
  names: /^AccessDenied(?:Exception)?$/,
  say: (request) => `${request.action} of ${nameOf(request)} is denied.`,
  remedy:
    'The credentials need glue:GetTable and glue:UpdateTable on the catalog, the database and the table, and where Lake Formation governs the database, DESCRIBE and ALTER of the table.',
};

const PROBLEMS: readonly Kind[] = [
  {
    code: 'no-credentials',
    names: /^(?:CredentialsProviderError|TokenProviderError)$/,
    say: () => 'Glue cannot be reached: no AWS credentials are found, or they cannot be loaded.',
    remedy: 'Sign in (aws sso login), set AWS_PROFILE, or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY.',
  },
  {
    code: 'bad-credentials',
    names:
      /^(?:UnrecognizedClientException|InvalidClientTokenId|InvalidSignatureException|IncompleteSignature(?:Exception)?|ExpiredToken(?:Exception)?|MissingAuthenticationToken(?:Exception)?|RequestExpired|SignatureDoesNotMatch)$/,
    say: () => "Glue does not accept the AWS credentials: they are wrong, have expired, or this machine's clock is.",
    remedy: 'Sign in again, or set credentials that are valid.',
  },
  DENIED,
];

/** Over when it is tried again, said with a status that says otherwise. */
const BUSY =
  /^(?:Throttl\w+|TooManyRequestsException|RequestLimitExceeded|OperationTimeoutException|ResourceNotReadyException|InternalServiceException|InternalFailure|ServiceUnavailable\w*)$/;

const problem = ({ code, say, remedy }: Kind, request: GlueRequest, cause: Error): UserError =>
  new UserError({ code, problem: say(request), remedy, cause });

const NETWORK =
  /^(?:E(?:CONN[A-Z]+|PIPE|TIMEDOUT|HOSTUNREACH|NET[A-Z]+|NOTFOUND|AI_[A-Z]+|PROTO)|ERR_(?:SSL|TLS)_.*|UNABLE_TO_.*|.*CERT.*)$/;

/** What the SDK makes of an error of Node's own that comes from another realm, as all do in tests. */
const FOREIGN = /^AWS SDK error wrapper for \w*Error: (?:socket hang up|connect|read|write|aborted|getaddrinfo)\b/;

const isOutage = (error: Error & Trouble): boolean =>
  error.name === 'TimeoutError' || FOREIGN.test(error.message) || NETWORK.test(error.code ?? '');

const unreachable = ({ endpoint }: GlueRequest, cause: Error): UserError =>
  new UserError({
    code: 'glue-unreachable',
    problem: `Glue${endpoint === undefined ? '' : ` at ${new URL(endpoint).host}`} does not answer, also after several tries (${(cause as Trouble).code ?? cause.name}).`,
    remedy: 'farelake catalog publish, or the next ingest, tries again.',
    cause,
  });

const busy = (request: GlueRequest, cause: Error, status: number): UserError =>
  new UserError({
    code: 'glue-busy',
    problem: `Glue could not do ${request.action} of ${nameOf(request)}, also after several tries (${cause.name}, HTTP ${status}).`,
    remedy: 'farelake catalog publish, or the next ingest, tries again.',
    cause,
  });
