/** A server is ours when it works on our data, whatever records, ports and copies say. */
import { cpSync, readFileSync, readdirSync, renameSync, writeFileSync } from 'node:fs';
import { once } from 'node:events';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { ensureLocalPostgres, localPostgresStatus, stopLocalPostgres } from '../../src/index.ts';
import { identify } from '../../src/local/identify.ts';
import { readPassword } from '../../src/local/cluster.ts';
import { ask, withHomes } from '../support/homes.ts';

jest.setTimeout(30_000);
const homes = withHomes();

test('a home copied while its server runs gets a server of its own', async () => {
  const [home, copy] = [await homes.made(), homes.fresh()];
  const original = await ensureLocalPostgres(home);
  await ask(original.url, 'CREATE TABLE mine AS SELECT 1 AS n');
  await ask(original.url, 'CHECKPOINT');
  // Port, password, pid file and system identifier come along.
  cpSync(home, copy, { recursive: true, preserveTimestamps: true });
  expect(await localPostgresStatus(copy)).toEqual({ state: 'stopped' });
  expect(await stopLocalPostgres(copy)).toBe(false);
  const copied = await ensureLocalPostgres(copy);
  expect(copied.url).not.toBe(original.url);
  await ask(copied.url, 'DROP TABLE mine');
  expect(await ask(original.url, 'SELECT n FROM mine')).toBe(1);
  expect(await ensureLocalPostgres(home)).toEqual(original);
});

test('a home moved while its server runs keeps the server', async () => {
  const [home, moved] = [await homes.made(), homes.fresh()];
  const { url } = await ensureLocalPostgres(home);
  renameSync(home, moved);
  expect(await ensureLocalPostgres(moved)).toEqual({ url });
  expect(await localPostgresStatus(home)).toEqual({ state: 'absent' });
  expect(await stopLocalPostgres(moved)).toBe(true);
  await ensureLocalPostgres(moved);
});

test.each([
  ['hangs', (): void => undefined],
  [
    'speaks HTTP',
    (socket: { end: (text: string) => void }): void => {
      socket.end('HTTP/1.1 400 Bad Request\r\n\r\n');
    },
  ],
])('a recorded port whose new owner %s is not mistaken', async (_what, answer) => {
  const home = await homes.made();
  const { url } = await ensureLocalPostgres(home);
  const files = ['postgres/data/postmaster.pid', 'postgres/server.json'].map((file) => path.join(home, file));
  const texts = files.map((file) => readFileSync(file, 'utf8'));
  await stopLocalPostgres(home);
  const stranger = createServer(answer).listen(0, '127.0.0.1');
  await once(stranger, 'listening');
  try {
    const { port } = stranger.address() as AddressInfo;
    files.forEach((file, index) => {
      writeFileSync(file, texts[index]!.replaceAll(new URL(url).port, String(port)));
    });
    const again = await ensureLocalPostgres(home);
    expect(new URL(again.url).port).not.toBe(String(port));
    expect(await ask(again.url, 'SELECT 1')).toBe(1);
  } finally {
    stranger.close();
  }
});

test("another home's server is a stranger, even with the same password", async () => {
  const [home, other] = [await homes.made(), await homes.made()];
  const [mine, theirs] = await Promise.all([ensureLocalPostgres(home), ensureLocalPostgres(other)]);
  const data = path.join(home, 'postgres/data');
  const password = await readPassword(data);
  expect(new URL(theirs.url).password).toBe(password);
  expect(await identify(data, Number(new URL(mine.url).port), password)).toEqual({ who: 'ours', hasDatabase: true });
  expect(await identify(data, Number(new URL(theirs.url).port), password)).toMatchObject({ who: 'stranger' });
  expect(readdirSync(data).filter((name) => name.includes('probe'))).toEqual([]);
});
