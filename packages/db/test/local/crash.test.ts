/** What a killed process leaves is repaired by the next call. */
import { cpSync, existsSync, readdirSync, readFileSync, realpathSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { ensureLocalPostgres, localPostgresStatus, stopLocalPostgres } from '../../src/index.ts';
import { serverAccount } from '../../src/local/account.ts';
import { installedTree, runnableTree } from '../../src/local/binaries.ts';
import { localPaths } from '../../src/local/paths.ts';
import { placeOf, SHARED } from '../../src/local/place.ts';
import { startServer } from '../../src/local/start.ts';
import { ask, child, withHomes } from '../support/homes.ts';

jest.setTimeout(30_000);
const homes = withHomes();

const pidOf = async (home: string): Promise<number> => {
  const status = await localPostgresStatus(home);
  if (status.state !== 'running') throw new Error(status.state);
  return status.pid;
};

test.each([
  { step: 'creating', afterMs: 0 },
  { step: 'creating', afterMs: 250 },
  { step: 'starting', afterMs: 0 },
  { step: 'starting', afterMs: 40 },
])('a command killed $afterMs ms into $step', async ({ step, afterMs }) => {
  const home = step === 'creating' ? homes.fresh() : await homes.made();
  const victim = child('ensure', home);
  await victim.told(`step ${step}`);
  await sleep(afterMs);
  victim.process.kill('SIGKILL');
  const { url } = await ensureLocalPostgres(home);
  expect(await ask(url, 'SELECT current_database()')).toBe('farelake');
  expect(readFileSync(path.join(home, 'postgres/server.json'), 'utf8')).toContain(url);
});

test('a server that a killed command had begun, and that is not there to be seen yet, is waited for', async () => {
  const home = await homes.made();
  const paths = localPaths(realpathSync(home));
  const dataFolder = (await placeOf(paths))!;
  const account = await serverAccount(paths.data);
  const tree = await runnableTree(await installedTree(), account, SHARED);
  // As one command finds it whose forerunner has just started the server: nobody works on the data, then somebody does.
  const start = () => startServer(tree, paths, dataFolder, account, 20_000);
  const servers = await Promise.all([start(), start(), start()]);
  expect(new Set(servers.map(({ pid }) => pid)).size).toBe(1);
  const { url } = await ensureLocalPostgres(home);
  expect(await ask(url, 'SELECT 1')).toBe(1);
  expect(await pidOf(home)).toBe(servers[0].pid);
});

test('an empty lock file, left by a server that was killed as it made it, does not stand in the way', async () => {
  const home = await homes.made();
  writeFileSync(path.join(home, 'postgres/data/postmaster.pid'), '');
  const { url } = await ensureLocalPostgres(home);
  expect(await ask(url, 'SELECT 1')).toBe(1);
});

test('Ctrl-C to the command that started it does not reach the server', async () => {
  const home = await homes.made();
  const command = child('ensure-and-stay', home);
  const url = await command.told('url');
  process.kill(-command.process.pid!, 'SIGINT');
  await command.ended;
  expect(await ask(url, 'SELECT 1')).toBe(1);
  expect(await ensureLocalPostgres(home)).toEqual({ url });
});

test('a server killed by -9 is started again, with what was committed', async () => {
  const home = await homes.made();
  const { url } = await ensureLocalPostgres(home);
  await ask(url, 'CREATE TABLE kept AS SELECT 7 AS n');
  process.kill(await pidOf(home), 'SIGKILL');
  const again = await ensureLocalPostgres(home);
  expect(await ask(again.url, 'SELECT n FROM kept')).toBe(7);
});

test('a server killed in the middle of a long statement is started again without waiting for its end', async () => {
  const home = await homes.made();
  const { url } = await ensureLocalPostgres(home);
  const long = ask(url, 'SELECT sum(sqrt(n)) FROM generate_series(1, 1000000000) n').catch(() => 'cut off');
  while (
    (await ask(url, `SELECT count(*)::int FROM pg_stat_activity WHERE query LIKE '%sqrt%' AND state = 'active'`)) !== 2
  )
    await sleep(20);
  process.kill(await pidOf(home), 'SIGKILL');
  const again = await ensureLocalPostgres(home);
  expect(await ask(again.url, 'SELECT 1')).toBe(1);
  expect(await long).toBe('cut off');
});

test('a pid file that names a living stranger does not stand in the way', async () => {
  const [home, other] = [await homes.made(), await homes.made()];
  await Promise.all([ensureLocalPostgres(home), ensureLocalPostgres(other)]);
  const pidFile = path.join(home, 'postgres/data/postmaster.pid');
  const text = readFileSync(pidFile, 'utf8');
  await stopLocalPostgres(home);
  // As after a restart of the machine: the number is another program's of the same account, here another Postgres.
  writeFileSync(pidFile, text.replace(/^\d+/, String(await pidOf(other))));
  expect(await localPostgresStatus(home)).toEqual({ state: 'stopped' });
  expect(await stopLocalPostgres(home)).toBe(false);
  const { url } = await ensureLocalPostgres(home);
  expect(await ask(url, 'SELECT 1')).toBe(1);
  expect((await localPostgresStatus(other)).state).toBe('running');
});

test('left-overs of killed creations are swept', async () => {
  const home = await homes.made();
  const fresh = homes.fresh();
  cpSync(path.join(home, 'postgres'), path.join(fresh, 'postgres/data.new-killed'), { recursive: true });
  await ensureLocalPostgres(fresh);
  expect(readdirSync(path.join(fresh, 'postgres')).toSorted()).toEqual(['data', 'lock', 'postgres.log', 'server.json']);
  expect(existsSync(path.join(fresh, 'postgres/data/PG_VERSION'))).toBe(true);
});
