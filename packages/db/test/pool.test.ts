import { inspect } from 'node:util';
import { DatabaseError } from 'pg';
import { inTransaction, openPool, redactUrl, withConnection, withTransaction } from '../src/index.ts';
import { withTestDatabase } from './support/postgres.ts';

const database = withTestDatabase();

const one = async (sql: string): Promise<unknown> => {
  const { rows } = await database.pool.query<{ v: unknown }>(`SELECT ${sql} AS v`);
  return rows[0]?.v;
};

test.each([
  [`9007199254740991::bigint`, 9007199254740991],
  [`'{1,-9007199254740991,NULL}'::bigint[]`, [1, -9007199254740991, null]],
  [`12.50::numeric`, '12.50'],
  [`'2024-02-29'::date`, '2024-02-29'],
  [`'2024-02-29 12:34:56.123456'::timestamp`, '2024-02-29 12:34:56.123456'],
  [`'2024-02-29 12:34:56+02'::timestamptz`, new Date('2024-02-29T10:34:56Z')],
  [`'2024-02-29 12:34:56+00'::timestamptz::text`, '2024-02-29 12:34:56+00'],
  [`current_setting('application_name')`, 'farelake'],
])('%s comes back as %p', async (sql, expected) => {
  expect(await one(sql)).toEqual(expected);
});

test.each([`9007199254740992::bigint`, `'{1,-9007199254740992}'::bigint[]`])(
  '%s is refused, not rounded',
  async (sql) => {
    await expect(one(sql)).rejects.toMatchObject({ code: 'unsafe-integer' });
    expect(await one('1')).toBe(1);
  },
);

test('settings in the URL are kept', async () => {
  const url = new URL(database.url);
  url.searchParams.set('options', '-c work_mem=7MB');
  url.searchParams.set('application_name', 'mine');
  const pool = openPool(url.href);
  const { rows } = await pool.query(
    `SELECT current_setting('work_mem') AS mem, current_setting('timezone') AS zone, current_setting('application_name') AS name`,
  );
  await pool.end();
  expect(rows).toEqual([{ mem: '7MB', zone: 'UTC', name: 'mine' }]);
});

describe('withTransaction', () => {
  beforeEach(() =>
    database.pool.query('DROP TABLE IF EXISTS t; CREATE TABLE t (n integer UNIQUE DEFERRABLE INITIALLY DEFERRED)'),
  );
  const count = (): Promise<unknown> => one('(SELECT count(*) FROM t)');

  test('commits what returns', async () => {
    expect(
      await withTransaction(database.pool, async (client) => (await client.query('INSERT INTO t VALUES (1)')).rowCount),
    ).toBe(1);
    expect(await count()).toBe(1);
  });

  test('rolls back what throws, passing the error on as it is', async () => {
    const mine = new Error('mine');
    await expect(
      withTransaction(database.pool, async (client) => {
        await client.query('INSERT INTO t VALUES (1)');
        throw mine;
      }),
    ).rejects.toBe(mine);
    expect(await count()).toBe(0);
  });

  test('fails when the commit does', async () => {
    await expect(
      withTransaction(database.pool, (client) => client.query('INSERT INTO t VALUES (1), (1)')),
    ).rejects.toMatchObject({ code: '23505' });
    expect(await count()).toBe(0);
  });

  test('does not pass for done when the error of a statement was swallowed', async () => {
    await expect(
      withTransaction(database.pool, async (client) => {
        await client.query('INSERT INTO t VALUES (1)');
        await client.query('SELECT nowhere').catch(() => undefined);
      }),
    ).rejects.toMatchObject({ code: 'transaction-aborted' });
    expect(await count()).toBe(0);
  });

  test('keeps the first error when the connection breaks, and does not hand that connection out again', async () => {
    const pool = openPool(database.url, { max: 1 });
    const mine = new Error('mine');
    const broken = withTransaction(pool, async (client) => {
      const { rows } = await client.query<{ pid: number }>('SELECT pg_backend_pid() AS pid');
      const closed = new Promise((resolve) => client.once('end', resolve));
      // While no query of ours runs: the error has nobody to go to but listeners.
      await database.pool.query('SELECT pg_terminate_backend($1)', [rows[0]!.pid]);
      await closed;
      throw mine;
    });
    await expect(broken).rejects.toBe(mine);
    expect(await withTransaction(pool, async (client) => (await client.query('SELECT 1')).rowCount)).toBe(1);
    await pool.end();
  });

  test('on a connection of the caller', async () => {
    await withConnection(database.pool, (client) =>
      inTransaction(client, () => client.query('INSERT INTO t VALUES (1)')),
    );
    expect(await count()).toBe(1);
  });
});

test('an idle connection that breaks is told, and the pool goes on', async () => {
  const told = Promise.withResolvers<Error>();
  const pool = openPool(database.url, { max: 1, onIdleError: told.resolve });
  const { rows } = await pool.query<{ pid: number }>('SELECT pg_backend_pid() AS pid');
  await database.pool.query('SELECT pg_terminate_backend($1)', [rows[0]!.pid]);
  expect(await told.promise).toBeInstanceOf(DatabaseError);
  expect((await pool.query('SELECT 1 AS v')).rows).toEqual([{ v: 1 }]);
  await pool.end();
});

describe('passwords stay out of errors', () => {
  const HIDDEN = '(a database URL that cannot be shown safely)';
  test.each([
    ['postgresql://me:s3cret@db.example:5432/x?sslmode=require', 'postgresql://db.example:5432/x'],
    ['postgres://me:s3cr%40t@db.example', 'postgres://db.example'],
    ['postgresql://[::1]:5432/x', 'postgresql://[::1]:5432/x'],
    ['postgresql://me:s3cret@%2Frun%2Fpg/x', 'postgresql://%2Frun%2Fpg/x'],
    ['postgresql:///x?host=/run/pg', 'postgresql:///x'],
    ['postgresql://me@db.example/x?password=s3cret', 'postgresql://db.example/x'],
    ['postgresql://me@db.example/x?sslpassword=s3cret', 'postgresql://db.example/x'],
    ['postgresql://db.example/x?options=-c%20timezone%3DUTC&application_name=farelake', 'postgresql://db.example/x'],
    ['postgresql://me:p@ss#s3cret@db.example/x', HIDDEN],
    ['postgresql://me:p#s3cret@db.example/x', HIDDEN],
    ['postgresql://me:p@ss/s3cret@db.example/x', HIDDEN],
    ['postgresql://me:12/s3cret@db.example/x', HIDDEN],
    ['postgresql://me:12/s3cret%40db.example/x', HIDDEN],
    ['postgresql://me:1?s3cret@db.example/x', HIDDEN],
    ['postgresql://me:s3 cret@', HIDDEN],
    ['host=db password=s3cret', HIDDEN],
    ['mysql://me:s3cret@db/x', HIDDEN],
  ])('%s is shown as %s', (url, shown) => {
    expect(redactUrl(url)).toBe(shown);
  });

  test.each(['postgresql://me:s3cret@[', 'mysql://me:s3cret@db/x', 's3cret'])('%s is refused', (url) => {
    const refused = catching(() => openPool(url));
    expect(refused).toMatchObject({ code: 'invalid-url' });
    expect(inspect(refused, { depth: 10 })).not.toContain('s3cret');
  });

  test('a server that is not there, or does not let us in', async () => {
    const wrong = new URL(database.url);
    wrong.password = 's3cret';
    for (const url of [wrong.href, 'postgresql://me:s3cret@127.0.0.1:1/x']) {
      const pool = openPool(url);
      const refused = await withTransaction(pool, () => Promise.resolve()).catch((error: unknown) => error);
      expect(refused).toMatchObject({ code: 'unreachable', cause: expect.anything() as unknown });
      expect(inspect(refused, { depth: 10 })).not.toContain('s3cret');
      // Our own session settings are no part of what the person wrote.
      expect((refused as Error).message).not.toMatch(/options|application_name/);
      await pool.end();
    }
  });
});

function catching(work: () => unknown): unknown {
  try {
    return work();
  } catch (error) {
    return error;
  }
}
