import { readEnvironment } from '../src/environment.ts';

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
