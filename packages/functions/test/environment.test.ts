import { readEnvironment, readTapsEnvironment } from '../src/environment.ts';

const right = { DATABASE_URL: 'postgresql://u:s3cret@h/d', FARELAKE_INCOMING: 's3://a-bucket' };

test('reads what the program sets', () => {
  expect(readEnvironment({ ...right, FARELAKE_SIGN_IN: 'iam' })).toEqual({
    databaseUrl: right.DATABASE_URL,
    signIn: 'iam',
    incoming: { uri: 's3://a-bucket', bucket: 'a-bucket' },
  });
  expect(readEnvironment(right).signIn).toBe('url');
});

test.each([
  ['DATABASE_URL', { ...right, DATABASE_URL: undefined }],
  ['FARELAKE_INCOMING', { ...right, FARELAKE_INCOMING: undefined }],
  // A prefix would make part of a key the store's, and the events name whole keys.
  ['FARELAKE_INCOMING', { ...right, FARELAKE_INCOMING: 's3://a-bucket/prefix' }],
  ['FARELAKE_INCOMING', { ...right, FARELAKE_INCOMING: '/folder' }],
  ['FARELAKE_SIGN_IN', { ...right, FARELAKE_SIGN_IN: 'password' }],
])('a wrong %s is named, and no value shown', (name, variables) => {
  expect(() => readEnvironment(variables)).toThrow(`${name} is missing or wrong`);
  expect(() => readEnvironment(variables)).not.toThrow(/s3cret/);
});

test('two names of environments never share a namespace: what would be told apart by - and _ alone is refused', () => {
  const zones = { FARELAKE_STAGE: 's3://lake/stage', FARELAKE_ARCHIVE: 's3://lake/a', FARELAKE_ERROR: 's3://lake/e' };
  const nameOf = (name?: string) =>
    readTapsEnvironment({ DATABASE_URL: right.DATABASE_URL, ...zones, FARELAKE_ENVIRONMENT: name }).name;
  expect([nameOf('dev-two'), nameOf(''), nameOf()]).toEqual(['dev-two', undefined, undefined]);
  for (const wrong of ['dev_two', 'dev--two', 'dev-', 'Dev', '1dev'])
    expect(() => nameOf(wrong)).toThrow('FARELAKE_ENVIRONMENT is missing or wrong');
});
