import { openDatabase } from '../src/database.ts';

const iam = {
  databaseUrl: 'postgresql://farelake_register@db.example.com:5433/farelake',
  signIn: 'iam',
  incoming: { uri: 's3://a-bucket', bucket: 'a-bucket' },
} as const;

const KEPT = { ...process.env };
afterEach(() => {
  process.env = { ...KEPT };
});

test('a token is for the one server, port and user, for 15 minutes, and made anew each time', async () => {
  Object.assign(process.env, { AWS_REGION: 'us-east-1', AWS_ACCESS_KEY_ID: 'AKIAEXAMPLE', AWS_SECRET_ACCESS_KEY: 'x' });
  const pool = openDatabase(iam);
  const token = await (pool.options.password as () => Promise<string>)();
  const url = new URL(`https://${token}`);
  expect(url.host).toBe('db.example.com:5433');
  expect(Object.fromEntries(url.searchParams)).toMatchObject({
    Action: 'connect',
    DBUser: 'farelake_register',
    'X-Amz-Expires': '900',
  });
  expect(pool.options).toMatchObject({ max: 1, host: 'db.example.com', port: 5433, database: 'farelake' });
  // The roots of RDS, and TLS that is checked.
  expect(pool.options.ssl).toMatchObject({ rejectUnauthorized: true });
  expect((pool.options.ssl as { ca: string[] }).ca.length).toBeGreaterThan(50);
  await pool.end();
});
