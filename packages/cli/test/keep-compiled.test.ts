/** Proves that commands keep what Node made of their modules in a folder of the user's, and do without where there is none. */
import { existsSync } from 'node:fs';
import { mkdtemp, readdir, rm, stat } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { runCommand } from './support/command.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'farelake-compiled-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

// The tests' own folder is Node's variable, which goes before.
const help = (variables: NodeJS.ProcessEnv) => runCommand({ NODE_COMPILE_CACHE: undefined, ...variables }, ['--help']);

test.each([
  ['XDG_CACHE_HOME', 'caches/farelake/modules'],
  ['FARELAKE_CACHE', 'own/modules'],
])('below %s, for this user alone', async (variable, place) => {
  const variables = { [variable]: path.join(folder, place.split('/')[0] ?? '') };
  expect(await help(variables)).toMatchObject({ code: 0, err: '' });
  const kept = path.join(folder, place);
  expect((await stat(kept)).mode & 0o022).toBe(0);
  const [version = ''] = await readdir(kept);
  expect((await readdir(path.join(kept, version))).length).toBeGreaterThan(100);
  expect(await help(variables)).toMatchObject({ code: 0, err: '' });
});

test('where no folder can be, nothing is kept and nothing said', async () => {
  const nowhere = path.join(folder, 'nobody');
  for (const variables of [{ HOME: nowhere }, { FARELAKE_CACHE: '/dev/null/x' }, { FARELAKE_CACHE: '/proc/nope/x' }])
    expect(await help(variables)).toMatchObject({ code: 0, err: '' });
  expect(existsSync(nowhere)).toBe(false);
});
