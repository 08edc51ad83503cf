import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { copyObject } from '../../src/store/copy-object.ts';
import { folderStore } from '../../src/store/folder-store.ts';
import type { ObjectStore } from '../../src/store/object-store.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'farelake-copy-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

it.each([0, 50])('refuses a source that holds other content by now, %i ms before the target listens', async (delay) => {
  await writeFile(path.join(folder, 'source'), 'other content');
  const target = folderStore(path.join(folder, 'target'));
  // A small source has been read to its end, and has failed there, before a slow store takes it.
  const slow: ObjectStore = {
    ...target,
    put: async (...args) => {
      await sleep(delay);
      return target.put(...args);
    },
  };
  const source = { store: folderStore(folder), path: 'source', tag: '0'.repeat(64), size: 13 };
  await expect(copyObject(source, slow, 'copy')).rejects.toMatchObject({ code: 'content-changed' });
  expect(await target.stat('copy')).toBeUndefined();
});
