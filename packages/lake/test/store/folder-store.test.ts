/** A folder as an object store: what every store keeps, and what only a folder can get wrong. */
import { describe, expect, it } from '@jest/globals';
import { existsSync, statSync } from 'node:fs';
import { execFileSync } from 'node:child_process';
import { chmod, mkdir, mkdtemp, readdir, rm, symlink, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { buffer } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { folderStore, type SkippedEntry } from '../../src/index.ts';
import { testFolder } from '../support/folder.ts';
import { thrownBy } from '../support/thrown.ts';
import { describeObjectStore, listed } from './describe-object-store.ts';

const parent = testFolder();

describeObjectStore('a folder', async () => {
  const root = path.join(await mkdtemp(path.join(parent, 'store-')), 'not yet there');
  return {
    store: folderStore(root),
    put: async (inside, content) => {
      await mkdir(path.dirname(path.join(root, inside)), { recursive: true });
      await writeFile(path.join(root, inside), content);
    },
    unfinished: async () =>
      (await readdir(root, { recursive: true }).catch(() => [])).filter((name) => name.endsWith('.part')),
    knowsConditions: true,
    close: () => rm(root, { recursive: true, force: true }),
  };
});

const fresh = async () => {
  const root = await mkdtemp(path.join(parent, 'folder-'));
  return { root, store: folderStore(root) };
};

/** Root may read everything: there, as an account without rights. */
async function asNobody<T>(work: () => Promise<T>): Promise<T> {
  if (process.geteuid?.() !== 0) return work();
  process.seteuid?.(65534);
  try {
    return await work();
  } finally {
    process.seteuid?.(0);
  }
}

describe('a folder store', () => {
  it('lists in the order of names, so that runs repeat', async () => {
    const { root, store } = await fresh();
    await mkdir(path.join(root, 'B'));
    for (const name of ['c', 'a', 'B/z', 'B/y', 'é', 'Z']) await writeFile(path.join(root, name), '');
    expect((await listed(store)).map((file) => file.path)).toEqual(['B/y', 'B/z', 'Z', 'a', 'c', 'é']);
  });

  it('follows no links: they are neither listed nor read', async () => {
    const { root, store } = await fresh();
    await writeFile(path.join(parent, 'secret.txt'), 'outside');
    await writeFile(path.join(root, 'own.txt'), 'x');
    await symlink(path.join(parent, 'secret.txt'), path.join(root, 'link.txt'));
    await symlink(parent, path.join(root, 'folder-link'));
    await symlink(root, path.join(root, 'circle'));
    await symlink(path.join(parent, 'nowhere'), path.join(root, 'dangling'));
    const skipped: SkippedEntry[] = [];
    expect(await listed(store, (one) => skipped.push(one))).toEqual([{ path: 'own.txt', size: 1 }]);
    const reason = 'a link; links are not followed: name the folder it points at';
    expect(skipped).toEqual(['circle', 'dangling', 'folder-link', 'link.txt'].map((name) => ({ path: name, reason })));
    expect((await thrownBy(store.read('link.txt'))).code).toBe('object-gone');
    expect((await thrownBy(store.read('dangling'))).code).toBe('object-gone');
  });

  it('tells of pipes, and waits for nobody at their other end', async () => {
    const { root, store } = await fresh();
    await writeFile(path.join(root, 'own.txt'), 'x');
    execFileSync('mkfifo', [path.join(root, 'pipe.csv.gz')]);
    const skipped: SkippedEntry[] = [];
    expect(await listed(store, (one) => skipped.push(one))).toEqual([{ path: 'own.txt', size: 1 }]);
    expect(skipped).toEqual([{ path: 'pipe.csv.gz', reason: 'a named pipe, and no file', special: true }]);
    expect(await store.stat('pipe.csv.gz')).toBeUndefined();
    expect((await thrownBy(store.read('pipe.csv.gz'))).code).toBe('object-gone');
  });

  it('may itself be named by a link', async () => {
    const { root } = await fresh();
    await writeFile(path.join(root, 'x'), '1');
    await symlink(root, path.join(parent, 'named'));
    expect(await listed(folderStore(path.join(parent, 'named')))).toEqual([{ path: 'x', size: 1 }]);
  });

  it('goes on when files go while it lists', async () => {
    const { root, store } = await fresh();
    await mkdir(path.join(root, 'f'));
    for (const name of ['a', 'b', 'c', 'f/x', 'g']) await writeFile(path.join(root, name), '');
    const seen: string[] = [];
    for await (const file of store.list()) {
      seen.push(file.path);
      await rm(path.join(root, 'b'), { force: true });
      await rm(path.join(root, 'f'), { recursive: true, force: true });
    }
    expect(seen).toEqual(['a', 'c', 'g']);
  });

  it('goes on past a folder that this user may not read, and names it', async () => {
    const { root, store } = await fresh();
    for (const name of ['a', 'closed', 'names-only', 'z']) {
      await mkdir(path.join(root, name));
      await writeFile(path.join(root, name, 'x'), '');
    }
    await chmod(parent, 0o755);
    await chmod(root, 0o755);
    await chmod(path.join(root, 'closed'), 0);
    await chmod(path.join(root, 'names-only'), 0o444);
    const skipped: SkippedEntry[] = [];
    const found = await asNobody(() => listed(store, (one) => skipped.push(one)));
    await chmod(path.join(root, 'closed'), 0o755);
    await chmod(path.join(root, 'names-only'), 0o755);
    expect(found.map((file) => file.path)).toEqual(['a/x', 'z/x']);
    expect(skipped).toEqual([
      { path: 'closed', reason: 'cannot be read (EACCES)' },
      { path: 'names-only/x', reason: 'cannot be read (EACCES)' },
    ]);
  });

  it('says when its folder is none', async () => {
    const file = path.join(parent, 'a-file');
    await writeFile(file, '');
    await expect(listed(folderStore(file))).rejects.toMatchObject({ code: 'ENOTDIR' });
  });

  it('can be the root of all folders', async () => {
    const name = path.relative('/', path.join(parent, 'of-root.txt'));
    await writeFile(path.join(parent, 'of-root.txt'), 'x');
    expect((await buffer(await folderStore('/').read(name))).toString()).toBe('x');
  });

  it('names files by URIs that lead back to them, whatever their names', async () => {
    const { root, store } = await fresh();
    for (const name of ['a b', 'é🔥', '100%', '#1', 'what?', '[x]*'])
      expect(fileURLToPath(store.uriOf(`${name}/${name}`))).toBe(path.join(root, name, name));
  });
});

/** Another file system than the temporary folder's; not every machine has one. */
const SHARED = '/dev/shm';
const hasOther = existsSync(SHARED) && statSync(SHARED).dev !== statSync(os.tmpdir()).dev;
const acrossFileSystems = hasOther ? describe : describe.skip;

acrossFileSystems(`adopting from another file system (${SHARED})`, () => {
  it('shows no part of the file, and leaves nothing beside it', async () => {
    const { root, store } = await fresh();
    const from = await mkdtemp(path.join(SHARED, 'farelake-'));
    try {
      const size = 64 << 20;
      await writeFile(path.join(from, 'x'), Buffer.alloc(size, 'x'));
      const seen = new Set<string>();
      const state = { done: false };
      const adopting = store.adopt(path.join(from, 'x'), 'deep/x').finally(() => {
        state.done = true;
      });
      let unfinished = false;
      while (!state.done) {
        for (const file of await listed(store)) seen.add(`${file.path} ${file.size}`);
        unfinished ||= (await readdir(path.join(root, 'deep')).catch((): string[] => [])).includes('.x.part');
        await new Promise((resolve) => setImmediate(resolve));
      }
      await adopting;
      // Else nothing was copied, and the test proves nothing.
      expect(unfinished).toBe(true);
      expect([...seen].filter((file) => file !== `deep/x ${size}`)).toEqual([]);
      expect(await listed(store)).toEqual([{ path: 'deep/x', size }]);
      expect(await readdir(path.join(root, 'deep'))).toEqual(['x']);
      expect(await readdir(from)).toEqual([]);
    } finally {
      await rm(from, { recursive: true });
    }
  });
});
