/** Proves where secrets come from, against a small server that speaks Secrets Manager's GetSecretValue. */
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { hmacKeyFor, readSecret, type SecretPlace } from '../../src/index.ts';
import { contractFromColumns, type Contract } from '@farelake/schema-registry';

const PLACE: SecretPlace = { what: 'key of the test', variable: 'TEST_KEY', reference: 'TEST_SECRET' };
const LONG = '0123456789abcdef0123456789abcdef';

/** What the server knows, by id; what it answers to anything else is what the service says. */
const SECRETS: Record<string, object> = {
  'farelake/text': { SecretString: LONG },
  'farelake/binary': { SecretBinary: Buffer.from([0, 255, 10, 32]).toString('base64') },
  'farelake/newline': { SecretString: `${LONG}\n` },
  'arn:aws:secretsmanager:eu-west-1:123456789012:secret:farelake-AbCdEf': { SecretString: `${LONG}-arn` },
};

let server: Server;
let asked: { id: string; region: string | undefined }[] = [];
/** Answers to give before the right one. */
let failures: number[] = [];
const before = { ...process.env };

beforeAll(async () => {
  server = createServer((request, response) => {
    let body = '';
    request.on('data', (chunk: Buffer) => (body += chunk.toString()));
    request.on('end', () => {
      const { SecretId: id } = JSON.parse(body) as { SecretId: string };
      const scope = /Credential=[^/]+\/\d+\/([^/]+)\/secretsmanager/.exec(request.headers.authorization ?? '');
      asked.push({ id, region: scope?.[1] });
      const failure = failures.shift();
      const secret = SECRETS[id];
      const known = request.headers['x-amz-target'] === 'secretsmanager.GetSecretValue' && secret !== undefined;
      const status = failure ?? (known ? 200 : 400);
      const error = {
        __type: 'ResourceNotFoundException',
        message: "Secrets Manager can't find the specified secret.",
      };
      response.writeHead(status, { 'content-type': 'application/x-amz-json-1.1' });
      response.end(JSON.stringify(status === 200 ? { Name: id, ...secret } : error));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  Object.assign(process.env, {
    AWS_ENDPOINT_URL_SECRETS_MANAGER: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    AWS_REGION: 'us-east-1',
    AWS_ACCESS_KEY_ID: 'test',
    AWS_SECRET_ACCESS_KEY: 'test',
  });
});
afterAll(async () => {
  process.env = before;
  await new Promise((resolve) => server.close(resolve));
});
beforeEach(() => {
  asked = [];
  failures = [];
});

const text = async (environment: Record<string, string>) =>
  Buffer.from(await readSecret(PLACE, environment)).toString('utf8');

it('an environment variable is the secret, as it stands', async () => {
  expect(await text({ TEST_KEY: 'sécret' })).toBe('sécret');
  expect(asked).toEqual([]);
});

it('Secrets Manager gives text or bytes, and is asked but once', async () => {
  expect(await text({ TEST_SECRET: 'farelake/text' })).toBe(LONG);
  expect(await text({ TEST_SECRET: 'farelake/text' })).toBe(LONG);
  expect([...(await readSecret(PLACE, { TEST_SECRET: 'farelake/binary' }))]).toEqual([0, 255, 10, 32]);
  expect(asked.map(({ id }) => id)).toEqual(['farelake/text', 'farelake/binary']);
});

it('an ARN names its region', async () => {
  const arn = Object.keys(SECRETS).find((id) => id.startsWith('arn:'))!;
  expect(await text({ TEST_SECRET: arn })).toBe(`${LONG}-arn`);
  expect(asked).toEqual([{ id: arn, region: 'eu-west-1' }]);
});

it('a failure that passes is tried again, within limits; one that stays is told and not kept', async () => {
  failures = [500];
  SECRETS['farelake/slow'] = { SecretString: 'slow' };
  expect(await text({ TEST_SECRET: 'farelake/slow' })).toBe('slow');
  expect(asked).toHaveLength(2);
  const missing = text({ TEST_SECRET: 'farelake/late' });
  await expect(missing).rejects.toMatchObject({
    code: 'secret-unreachable',
    problem: expect.stringMatching(/the secret farelake\/late \(ResourceNotFoundException/) as string,
  });
  SECRETS['farelake/late'] = { SecretString: 'late' };
  expect(await text({ TEST_SECRET: 'farelake/late' })).toBe('late');
});

it.each([
  ['nothing set', {}, 'secret-missing'],
  ['empty variables', { TEST_KEY: '', TEST_SECRET: '' }, 'secret-missing'],
  ['both set', { TEST_KEY: LONG, TEST_SECRET: 'farelake/text' }, 'secret-ambiguous'],
  ['a line break behind', { TEST_KEY: `${LONG}\n` }, 'secret-blank'],
  ['a line break behind, in the store', { TEST_SECRET: 'farelake/newline' }, 'secret-blank'],
])('%s', async (_, environment, code) => {
  const error: unknown = await text(environment as Record<string, string>).catch((caught: unknown) => caught);
  expect(error).toMatchObject({ code, remedy: expect.any(String) as string });
  expect(JSON.stringify(error) + String(error)).not.toContain(LONG);
});

describe('the key of hashes', () => {
  const plain = contractFromColumns({
    feed: 'qlik',
    source: { schema: 'EDW', table: 'X' },
    columns: [{ name: 'A', type: 'STRING', length: 1, precision: 0, scale: 0, primaryKeyPos: 1 }],
  });
  const hashing: Contract = { ...plain, columns: plain.columns.map((column) => ({ ...column, treatment: 'hmac' })) };
  afterEach(() => {
    delete process.env['FARELAKE_HMAC_KEY'];
    delete process.env['FARELAKE_HMAC_SECRET'];
  });

  it('is asked for by no contract that hashes nothing', async () => {
    process.env['FARELAKE_HMAC_SECRET'] = 'farelake/nothing';
    expect(await hmacKeyFor(plain)).toBeUndefined();
    expect(asked).toEqual([]);
  });

  it('is one key, wherever it lies', async () => {
    process.env['FARELAKE_HMAC_KEY'] = LONG;
    const own = await hmacKeyFor(hashing);
    delete process.env['FARELAKE_HMAC_KEY'];
    process.env['FARELAKE_HMAC_SECRET'] = 'farelake/text';
    expect((await hmacKeyFor(hashing))?.id).toBe(own?.id);
  });

  it.each([
    ['too short', LONG.slice(1), 'hmac-key-too-short', /has 31 bytes, and needs 32/],
    ['JSON', JSON.stringify({ key: LONG }), 'hmac-key-json', /looks like JSON/],
  ])('%s', async (_, key, code, problem) => {
    process.env['FARELAKE_HMAC_KEY'] = key;
    await expect(hmacKeyFor(hashing)).rejects.toMatchObject({
      code,
      problem: expect.stringMatching(problem) as string,
    });
  });
});
