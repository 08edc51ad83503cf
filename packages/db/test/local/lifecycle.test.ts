import { readFileSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { Client } from 'pg';
import { ensureLocalPostgres, localPostgresStatus, stopLocalPostgres } from '../../src/index.ts';
import { ask, child, withHomes } from '../support/homes.ts';

jest.setTimeout(30_000);
const homes = withHomes();

test('the first call makes and starts, later ones find, down stops, and the data stays', async () => {
  const home = homes.fresh();
  expect(await localPostgresStatus(home)).toEqual({ state: 'absent' });
  expect(await stopLocalPostgres(home)).toBe(false);
  const steps: string[] = [];
  const first = await ensureLocalPostgres(home, { onProgress: (step) => steps.push(step) });
  expect(steps).toEqual(['creating', 'starting']);
  await ask(first.url, 'CREATE TABLE kept AS SELECT 42 AS n');

  const again = await ensureLocalPostgres(home, { onProgress: (step) => steps.push(step) });
  expect(again).toEqual(first);
  expect(steps).toHaveLength(2);
  expect(await localPostgresStatus(home)).toMatchObject({ state: 'running', url: first.url });

  expect(await stopLocalPostgres(home)).toBe(true);
  expect(await localPostgresStatus(home)).toEqual({ state: 'stopped' });
  expect(await stopLocalPostgres(home)).toBe(false);
  const { url } = await ensureLocalPostgres(home);
  expect(await ask(url, 'SELECT n FROM kept')).toBe(42);
});

test('the server is private, durable and speaks UTC', async () => {
  const home = await homes.made();
  const { url } = await ensureLocalPostgres(home);
  const settings = [
    'listen_addresses',
    'unix_socket_directories',
    'password_encryption',
    'fsync',
    'TimeZone',
    'server_encoding',
  ];
  expect(
    await ask(url, `SELECT array(SELECT current_setting(name) FROM unnest('{${settings.join()}}'::text[]) name)`),
  ).toEqual(['127.0.0.1', '', 'scram-sha-256', 'on', 'UTC', 'UTF8']);
  expect(await ask(url, `SELECT datcollate FROM pg_database WHERE datname = 'farelake'`)).toBe('C');
  expect(await ask(url, `SELECT DISTINCT auth_method FROM pg_hba_file_rules`)).toBe('scram-sha-256');

  const mode = (file: string): number => statSync(path.join(home, 'postgres', file)).mode & 0o777;
  expect([mode('server.json'), mode('data'), mode('postgres.log'), mode('data/farelake.json')]).toEqual([
    0o600, 0o700, 0o600, 0o600,
  ]);
  expect(JSON.parse(readFileSync(path.join(home, 'postgres/server.json'), 'utf8'))).toMatchObject({
    url,
    host: '127.0.0.1',
  });

  const wrong = new URL(url);
  wrong.password = 'guess';
  await expect(new Client(wrong.href).connect()).rejects.toThrow('password authentication failed');
});

test('a connection record that was deleted or changed is written anew', async () => {
  const home = await homes.made();
  const { url } = await ensureLocalPostgres(home);
  const record = path.join(home, 'postgres/server.json');
  writeFileSync(record, '{"port": 1}');
  expect(await ensureLocalPostgres(home)).toEqual({ url });
  expect(JSON.parse(readFileSync(record, 'utf8'))).toMatchObject({ url });
});

test('many commands at once on a fresh home share one server', async () => {
  const home = homes.fresh();
  const children = Array.from({ length: 5 }, () => child('ensure', home));
  const inProcess = [ensureLocalPostgres(home), ensureLocalPostgres(home)];
  const urls = await Promise.all([
    ...children.map(({ told }) => told('url')),
    ...inProcess.map(async (one) => (await one).url),
  ]);
  expect(new Set(urls).size).toBe(1);
  const log = readFileSync(path.join(home, 'postgres/postgres.log'), 'utf8');
  expect(log.match(/ready to accept connections/g)).toHaveLength(1);
});

test('two homes have a server each, and stopping one leaves the other', async () => {
  const [one, two] = [await homes.made(), await homes.made()];
  const [first, second] = await Promise.all([ensureLocalPostgres(one), ensureLocalPostgres(two)]);
  expect(first.url).not.toBe(second.url);
  await stopLocalPostgres(one);
  expect(await ask(second.url, 'SELECT 1')).toBe(1);
});
