import { UserError } from '@farelake/schema-registry';
import { readConfig } from '../../src/config/read-config.ts';
import { stackConfig } from '../support/program.ts';

const database = {
  host: 'db.example.com',
  port: 5432,
  name: 'farelake',
  user: 'farelake_register',
  resourceId: 'db-ABC123',
  subnetIds: ['subnet-0a1b2c3d'],
  securityGroupIds: ['sg-0a1b2c3d'],
};
const register = { memoryMb: 512, timeoutSeconds: 60, concurrency: 2, batchSize: 50, batchWindowSeconds: 5 };

/** As Pulumi hands values over. */
const values = (changes: Record<string, unknown> = {}): Record<string, string> => {
  const all: Record<string, unknown> = {
    'farelake:accountId': '111122223333',
    'farelake:region': 'us-east-1',
    'farelake:protectData': 'false',
    'farelake:logRetentionDays': '14',
    'farelake:noncurrentDays': '30',
    'farelake:database': database,
    'farelake:register': register,
    ...changes,
  };
  return Object.fromEntries(
    Object.entries(all)
      .filter(([, value]) => value !== undefined)
      .map(([key, value]) => [key, typeof value === 'string' ? value : JSON.stringify(value)]),
  );
};

const faults = (changes: Record<string, unknown>, stack = 'dev'): unknown => {
  try {
    readConfig(stack, values(changes));
    return [];
  } catch (error) {
    if (error instanceof UserError && error.code === 'bad-config') return error.data['faults'];
    throw error;
  }
};

test('reads values with their types', () => {
  expect(readConfig('staging', values())).toEqual({
    environment: 'staging',
    accountId: '111122223333',
    region: 'us-east-1',
    protectData: false,
    logRetentionDays: 14,
    noncurrentDays: 30,
    database,
    register,
  });
});

test.each(['dev', 'staging', 'prod'])('the committed file of %s is right', async (stack) => {
  expect(readConfig(stack, await stackConfig(stack))).toMatchObject({ environment: stack });
});

test('keys of other namespaces are left alone', () => {
  expect(faults({ 'aws:profile': 'mine' })).toEqual([]);
});

test.each([
  'us-west-2',
  'eu-central-1',
  'ap-southeast-7',
  'sa-east-1',
  'ca-west-1',
  'me-south-1',
  'af-south-1',
  'il-central-1',
  'mx-central-1',
])('takes %s', (region) => {
  expect(readConfig('dev', values({ 'farelake:region': region })).region).toBe(region);
});

test.each(['us-gov-west-1', 'cn-north-1', 'us-iso-east-1', 'eusc-de-east-1', 'us-easter-9', 'us-east-1a'])(
  'refuses %s, where ARNs are others or nothing is',
  (region) => {
    expect(faults({ 'farelake:region': region })).toEqual([
      `farelake:region: found "${region}", allowed is an AWS region, for example us-east-1, of the standard partition: the ARNs of this program begin with arn:aws:.`,
    ]);
  },
);

test.each<[string, Record<string, unknown>, string]>([
  ['missing', { 'farelake:region': undefined }, 'farelake:region: found nothing, allowed is an AWS region'],
  ['misspelt', { 'farelake:regoin': 'us-east-1' }, 'farelake:regoin: found "regoin", allowed is region, accountId'],
  ['an account id that YAML took for a number', { 'farelake:accountId': '1112222333' }, 'twelve digits, in quotes'],
  ['a word for a switch', { 'farelake:protectData': 'yes' }, 'found "yes", allowed is true or false'],
  ['a retention that the service refuses', { 'farelake:logRetentionDays': '15' }, 'found "15", allowed is one of 1, 3'],
  ['a number with a unit', { 'farelake:noncurrentDays': '30d' }, 'a whole number from 1 to 3650'],
  [
    'not an object',
    { 'farelake:database': 'postgres://' },
    'farelake:database: found "postgres://", allowed is an object of host',
  ],
  [
    'a list for an object',
    { 'farelake:register': [] },
    'farelake:register: found "[]", allowed is an object of memoryMb',
  ],
  ['an unknown field', { 'farelake:database': { ...database, hots: 'x' } }, 'farelake:database.hots: found "hots"'],
  [
    'a password',
    { 'farelake:database': { ...database, password: 'p4ss' } },
    'farelake:database.password: found "password"',
  ],
  [
    'an identifier for the resource id',
    { 'farelake:database': { ...database, resourceId: 'mydb' } },
    'not the identifier',
  ],
  ['no subnet', { 'farelake:database': { ...database, subnetIds: [] } }, 'a list of one or more, each subnet-…'],
  ['half a second', { 'farelake:register': { ...register, timeoutSeconds: 7.5 } }, 'a whole number from 5 to 900'],
  [
    'too many instances',
    { 'farelake:register': { ...register, concurrency: 1000 } },
    'farelake:register.concurrency: found 1000',
  ],
])('refuses %s', (_, changes, expected) => {
  const found = faults(changes) as string[];
  expect(found).toHaveLength(1);
  expect(found[0]).toContain(expected);
  // What stands for a key may be shown; a value under an unknown key may be a secret.
  expect(found[0]).not.toContain('p4ss');
});

test('tells every fault at once, and the stack when it is none', () => {
  expect(faults({ 'farelake:region': 'moon', 'farelake:noncurrentDays': '0' }, 'test')).toEqual([
    'stack: found "test", allowed is one of dev, staging, prod.',
    expect.stringContaining('farelake:region: found "moon", allowed is an AWS region, for example us-east-1, '),
    'farelake:noncurrentDays: found "0", allowed is a whole number from 1 to 3650.',
  ]);
});
