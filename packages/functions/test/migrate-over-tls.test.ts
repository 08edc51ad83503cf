/** The address by which docs/infrastructure.md lets an administrator migrate, on a real server with TLS. */
import { chownSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { ensureLocalPostgres, migrate, openPool } from '@farelake/db';
import { localhostCertificate } from '../../db/test/support/certificate.ts';
import { withHomes } from '../../db/test/support/homes.ts';

const REPOSITORY = path.resolve(import.meta.dirname, '../../..');
const homes = withHomes();

test('the documented address migrates over TLS, and to no server that another authority vouches for', async () => {
  const docs = readFileSync(path.join(REPOSITORY, 'docs/infrastructure.md'), 'utf8');
  const query = /DATABASE_URL='postgresql:[^'?]*\?([^']+)'/.exec(docs)?.[1] ?? '';
  expect(query).toMatch(/sslmode=verify-full/);

  const home = await homes.made();
  const url = new URL((await ensureLocalPostgres(home)).url);
  const admin = openPool(url.href, { max: 1 });
  const { rows } = await admin.query<{ folder: string }>(`SELECT current_setting('data_directory') AS folder`);
  const folder = rows[0]!.folder;
  const { certificate, key } = localhostCertificate();
  for (const [name, text] of Object.entries({ 'server.crt': certificate, 'server.key': key })) {
    writeFileSync(path.join(folder, name), text, { mode: 0o600 });
    // The server reads no key that belongs to somebody else.
    const { uid, gid } = statSync(folder);
    chownSync(path.join(folder, name), uid, gid);
  }
  await admin.query('ALTER SYSTEM SET ssl = on');
  // What `rds.force_ssl` does: nobody comes in without TLS.
  writeFileSync(path.join(folder, 'pg_hba.conf'), 'hostssl all all all scram-sha-256\n');
  await admin.query('SELECT pg_reload_conf()');
  await admin.end();
  const plain = openPool(url.href);
  await expect(plain.query('SELECT 1')).rejects.toThrow(/no encryption/);
  await plain.end();

  // The certificate is for this name.
  url.hostname = 'localhost';
  const authorities = path.join(folder, 'authorities.pem');
  url.search = query.replace(/sslrootcert=[^&]+/, `sslrootcert=${authorities}`);
  writeFileSync(authorities, localhostCertificate().certificate);
  const stranger = openPool(url.href);
  await expect(stranger.query('SELECT 1')).rejects.toThrow(/self-signed certificate|unable to verify/);
  await stranger.end();

  writeFileSync(authorities, certificate);
  process.env['PGPASSWORD'] = decodeURIComponent(url.password);
  url.password = '';
  const pool = openPool(url.href, { max: 1 });
  expect((await migrate(pool, path.join(REPOSITORY, 'migrations'))).applied).not.toEqual([]);
  const { rows: own } = await pool.query('SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()');
  expect(own).toEqual([{ ssl: true }]);
  await pool.end();
  delete process.env['PGPASSWORD'];
});
