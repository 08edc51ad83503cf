/** Proves that `psql --url --reader` prints a login that only reads, and on another server what its administrator has to do. */
import { Client } from 'pg';
import { closeHomes, openHome } from './support/command.ts';
import { FEED } from './support/products.ts';

afterAll(closeHomes, 60_000);

it('prints the connection string of a login that sees published tables and not the ledger, the same each time', async () => {
  const home = await openHome({ DATABASE_URL: '' });
  try {
    await home.run('table', 'add', 'EDW.PRODUCT', '--from', FEED, '--yes');
    const first = await home.run('psql', '--url', '--reader');
    expect(first).toMatchObject({
      code: 0,
      out: expect.stringMatching(/^postgresql:\/\/farelake_analyst:\S+@127/) as string,
    });
    expect(await home.run('psql', '--url', '--reader')).toEqual({ code: 0, out: first.out, err: '' });
    const client = new Client(first.out.trim());
    await client.connect();
    try {
      expect((await client.query('SELECT * FROM iceberg_tables WHERE catalog_name IS NULL')).rows).toEqual([]);
      await expect(client.query('SELECT * FROM ledger.versions')).rejects.toMatchObject({ code: '42501' });
    } finally {
      await client.end();
    }
  } finally {
    await home.run('down');
  }
}, 120_000);

it('makes no login where DATABASE_URL names the server: exit 2 with the SQL, which can be run', async () => {
  const home = await openHome();
  await home.run('migrate');
  const { code, out, err } = await home.run('psql', '--url', '--reader');
  expect({ code, out }).toEqual({ code: 2, out: '' });
  const url = new URL(home.databaseUrl);
  expect(err).not.toContain(url.password);
  const sql = err
    .split('\n')
    .filter((line) => line.startsWith('  '))
    .join('\n');
  const name = url.pathname.slice(1);
  expect(sql).toContain(`GRANT CONNECT ON DATABASE "${name}" TO farelake_reader;`);
  const client = new Client(url.href);
  await client.connect();
  try {
    // Roles are the server's, which other tests use: what it makes is taken back.
    await client.query('BEGIN');
    await client.query(sql);
    // Another environment's administrator may have made the login.
    await client.query(sql);
    const { rows } = await client.query<{ role: string }>(
      `SELECT r.rolname AS role FROM pg_auth_members m JOIN pg_roles r ON r.oid = m.roleid WHERE m.member = 'farelake_analyst'::regrole`,
    );
    expect(rows).toEqual([{ role: 'farelake_reader' }]);
  } finally {
    await client.query('ROLLBACK');
    await client.end();
  }
  expect(await home.run('psql', '--url', '--reader')).toMatchObject({ code: 2 });
}, 60_000);
