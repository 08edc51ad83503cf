/** Proves which errors are told in one line with a remedy, and that a bug keeps its stack. */
import { inspect } from 'node:util';
import { openPool, redactUrl, withConnection } from '@farelake/db';
import { withTestDatabase } from '../../../db/test/support/postgres.ts';
import { describeProblem } from '../../src/output/problem.ts';

const error = (message: string, fields: object = {}): Error => Object.assign(new Error(message), fields);

it.each([
  [
    error('disk full', { severity: 'ERROR', code: '53100' }),
    /^farelake: Postgres says: disk full \(53100\)\. Run .*room/,
  ],
  [error('shutting down', { severity: 'FATAL', code: '57P01' }), /shutting down \(57P01\)\. Run .*is up/],
  [error('permission denied', { severity: 'ERROR', code: '42501' }), /denied \(42501\)\. Run .*DATABASE_URL/],
  [error('deadlock', { severity: 'ERROR', code: '40P01' }), /deadlock \(40P01\)\. Run the same command again/],
  [error('Connection terminated unexpectedly'), /connection to the database is lost \(Connection terminated/],
  [error('read ECONNRESET', { code: 'ECONNRESET', syscall: 'read' }), /is lost \(read ECONNRESET\)\. Run/],
  [error('', { code: 'ECONNREFUSED', errors: [] }), /is lost \(ECONNREFUSED\)\. Run/],
  [
    error('ENOSPC: no space left on device, write', { code: 'ENOSPC', syscall: 'write' }),
    /write\. Run .*there is room/,
  ],
  [error("EACCES: no, open '/x'", { code: 'EACCES', syscall: 'open' }), /'\/x'\. Run .*may read and write there/],
  [error("ENOTDIR: no, scandir '/x'", { code: 'ENOTDIR', syscall: 'scandir' }), /Run .*folder is there/],
  [error('EIO: i/o error, read', { code: 'EIO', syscall: 'read' }), /read\. Run the same command again when/],
  [error('IO Error: Could not write file "x":\nNo space left on device'), /No space left on device\. Run .*room/],
  [error('IO Error: No files found\n\nLINE 1: x'), /DuckDB says: IO Error: No files found LINE 1: x\. Run/],
  [error('Out of Memory Error: could not allocate'), /could not allocate\. Run .*more memory/],
])('%s is one line with a remedy', (one, line) => {
  const told = describeProblem(one);
  expect(told).toMatch(line);
  expect(told).not.toMatch(/\n/);
});

it.each([
  error('undefined is not a function'),
  error('syntax error', { severity: 'ERROR', code: '42601' }),
  error('bad argument', { code: 'ERR_INVALID_ARG_TYPE' }),
  error('INTERNAL Error: x'),
])('%s is a bug: its stack is shown', (bug) => {
  expect(describeProblem(bug)).toContain(bug.stack);
});

async function refusal(url: string): Promise<string> {
  const pool = openPool(url);
  const refused = await withConnection(pool, () => Promise.resolve()).catch((cause: unknown) => cause);
  await pool.end();
  const told = describeProblem(refused);
  expect(inspect(refused)).toContain('unreachable');
  expect(told).not.toMatch(/\n|s3cret|options|application_name/);
  return told;
}

describe('a database that cannot be reached', () => {
  const database = withTestDatabase();

  it('tells a wrong password from a missing database', async () => {
    const [wrong, missing] = [new URL(database.url), new URL(database.url)];
    wrong.password = 's3cret';
    missing.pathname = '/nowhere';
    expect(await refusal(wrong.href)).toMatch(/\(password authentication failed for user "\w+"\)\. Check/);
    expect(await refusal(missing.href)).toMatch(/\(database "nowhere" does not exist\)\. Check/);
  });

  it('tells a refused port from an unknown host', async () => {
    expect(await refusal('postgresql://me:s3cret@127.0.0.1:1/x')).toMatch(
      /^farelake: No connection to postgresql:\/\/127\.0\.0\.1:1\/x \(connect ECONNREFUSED 127\.0\.0\.1:1\)\. Check/,
    );
    expect(await refusal('postgresql://me:s3cret@nowhere.invalid/x')).toMatch(/\(getaddrinfo E\w+ nowhere\.invalid\)/);
  });

  it('repeats nothing of a password that a parser took for host or database', async () => {
    const url = 'postgresql://me:1/s3cret@127.0.0.1/x';
    expect(redactUrl(url)).toMatch(/cannot be shown/);
    expect(await refusal(url)).toMatch(/cannot be shown safely\) \(E\w+\)\. Check/);
    expect(await refusal('postgresql://me:p@s3cret.invalid#word@h/x')).toMatch(/cannot be shown safely\) \(E\w+\)/);
  });
});
