/** Proves what a person is told of trouble with Glue: which, what to do, and nothing of what AWS said. */
import { UserError } from '@farelake/schema-registry';
import { glueProblem, isGlueTrouble, isConflict, isNotThere } from '../../src/catalogs/glue-errors.ts';

const SAID = 'User: arn:aws:sts::123456789012:assumed-role/secret is not authorized';
const request = {
  action: 'glue:UpdateTable',
  database: 'lake',
  table: 'edw_card',
  endpoint: 'http://glue:4566',
} as const;

const error = (name: string, facts: object = {}): Error => Object.assign(new Error(SAID), { name, ...facts });
const answered = (name: string, httpStatusCode: number): Error => error(name, { $metadata: { httpStatusCode } });

const CASES: readonly (readonly [Error, string, RegExp])[] = [
  [answered('AccessDeniedException', 400), 'glue-denied', /glue:UpdateTable of lake\.edw_card is denied/],
  [answered('Whatever', 403), 'glue-denied', /denied/],
  [answered('ExpiredTokenException', 400), 'bad-credentials', /does not accept/],
  [answered('UnrecognizedClientException', 400), 'bad-credentials', /does not accept/],
  [error('CredentialsProviderError'), 'no-credentials', /no AWS credentials/],
  [answered('ThrottlingException', 400), 'glue-busy', /ThrottlingException, HTTP 400/],
  [answered('OperationTimeoutException', 400), 'glue-busy', /OperationTimeout/],
  [answered('UnknownError', 503), 'glue-busy', /HTTP 503/],
  [answered('ResourceNumberLimitExceededException', 400), 'glue-refused', /ResourceNumberLimit/],
  [answered('InvalidInputException', 400), 'glue-refused', /InvalidInput/],
  [error('Error', { code: 'ECONNREFUSED' }), 'glue-unreachable', /Glue at glue:4566 does not answer.*ECONNREFUSED/],
  [error('TimeoutError'), 'glue-unreachable', /does not answer/],
];

it.each(CASES.map(([cause, code, message]) => ({ name: cause.name, code, cause, message })))(
  '$name: $code',
  ({ code, cause, message }) => {
    const told = glueProblem(cause, request) as UserError;
    expect(told).toBeInstanceOf(UserError);
    expect([told.code, told.cause]).toEqual([code, cause]);
    expect(told.message).toMatch(message);
    expect(told.message).not.toContain('arn:');
    expect(told.remedy).toBeDefined();
  },
);

it('knows a region that is missing by the words of the SDK', () => {
  expect(glueProblem(new Error('Region is missing'), request)).toMatchObject({ code: 'no-region' });
});

it('leaves a bug, and a stop, as they are', () => {
  for (const one of [new TypeError('no function'), error('AbortError')]) expect(glueProblem(one, request)).toBe(one);
});

it('tells conflicts and tables that are not there from everything else', () => {
  expect(isConflict(error('ConcurrentModificationException'))).toBe(true);
  expect(isConflict(error('VersionMismatchException'))).toBe(true);
  expect(isConflict(error('InvalidInputException'))).toBe(false);
  expect(isNotThere(error('EntityNotFoundException'))).toBe(true);
  expect(isNotThere(error('AccessDeniedException'))).toBe(false);
});

it('tells trouble of the catalog as a whole from that of one table', () => {
  expect(isGlueTrouble(glueProblem(error('TimeoutError'), request))).toBe(true);
  expect(isGlueTrouble(glueProblem(answered('ThrottlingException', 400), request))).toBe(false);
  expect(isGlueTrouble(glueProblem(answered('AccessDeniedException', 400), request))).toBe(false);
});
