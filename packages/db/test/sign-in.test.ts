/** Signing in by tokens, to a real server with and without TLS. */
import { chownSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { ensureLocalPostgres, openPool } from '../src/index.ts';
import { localhostCertificate } from './support/certificate.ts';
import { withHomes } from './support/homes.ts';
import { withTestDatabase } from './support/postgres.ts';

const plain = withTestDatabase();
const homes = withHomes();
const { certificate, key } = localhostCertificate();

/** A server with TLS, its certificate for `localhost` only; the URL has no password. */
async function serverWithTls(): Promise<{ url: string; password: string }> {
  const { url } = await ensureLocalPostgres(await homes.made());
  const admin = openPool(url, { max: 1 });
  const { rows } = await admin.query<{ folder: string }>(`SELECT current_setting('data_directory') AS folder`);
  const folder = rows[0]?.folder ?? '';
  const { uid, gid } = statSync(folder);
  for (const [name, text] of Object.entries({ 'server.crt': certificate, 'server.key': key })) {
    writeFileSync(path.join(folder, name), text, { mode: 0o600 });
    // The server reads no key that belongs to somebody else.
    chownSync(path.join(folder, name), uid, gid);
  }
  await admin.query('ALTER SYSTEM SET ssl = on');
  await admin.query('SELECT pg_reload_conf()');
  await admin.end();
  const without = new URL(url);
  const password = decodeURIComponent(without.password);
  without.hostname = 'localhost';
  without.password = '';
  return { url: without.href, password };
}

test('each connection gets a token of its own, over TLS, in the session that every pool has', async () => {
  const { url, password } = await serverWithTls();
  let asked = 0;
  const token = () => {
    asked += 1;
    return Promise.resolve(password);
  };
  const pool = openPool(url, { max: 2, signIn: { token, ca: [certificate] } });
  expect(asked).toBe(0);
  const sql = `SELECT s.ssl, current_setting('timezone') AS zone, current_setting('application_name') AS name, pg_sleep(0.2)::text
               FROM pg_stat_ssl s WHERE s.pid = pg_backend_pid()`;
  const results = await Promise.all([pool.query(sql), pool.query(sql)]);
  for (const { rows } of results) expect(rows).toMatchObject([{ ssl: true, zone: 'UTC', name: 'farelake' }]);
  await pool.query('SELECT 1');
  expect(asked).toBe(2);
  await pool.end();

  // A server that others vouch for gets no token.
  const stranger = openPool(url, { signIn: { token, ca: [localhostCertificate().certificate] } });
  await expect(stranger.query('SELECT 1')).rejects.toThrow(/self-signed certificate|unable to verify/);
  // Nor does one under another name.
  const elsewhere = openPool(url.replace('localhost', '127.0.0.1'), { signIn: { token, ca: [certificate] } });
  await expect(elsewhere.query('SELECT 1')).rejects.toThrow(/does not match certificate/);
  expect(asked).toBe(2);
  await Promise.all([stranger.end(), elsewhere.end()]);
});

test('a server without TLS gets no token', async () => {
  let asked = 0;
  const token = () => {
    asked += 1;
    return Promise.resolve('token');
  };
  const pool = openPool(plain.url, { signIn: { token, ca: [certificate] } });
  await expect(pool.query('SELECT 1')).rejects.toThrow('The server does not support SSL connections');
  expect(asked).toBe(0);
  await pool.end();
});
