import { expect, it } from '@jest/globals';
import { chmodSync, existsSync, mkdirSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { Readable } from 'node:stream';
import { folderStore, isStoreTrouble, makeFolder } from '../../src/index.ts';
import { testFolder } from '../support/folder.ts';
import { thrownBy } from '../support/thrown.ts';

const root = testFolder();

it('makes what is missing, and lets be what is there, a link to a folder too', async () => {
  const deep = path.join(root, 'a/b/c');
  await Promise.all([makeFolder(deep), makeFolder(deep), makeFolder(path.join(root, 'a/b/d'))]);
  await makeFolder(deep);
  symlinkSync(deep, path.join(root, 'link'));
  await makeFolder(path.join(root, 'link'));
  await makeFolder(path.join(root, 'link/e'));
  expect(statSync(path.join(deep, 'e')).isDirectory()).toBe(true);
  await makeFolder('/');
});

const isRoot = process.getuid?.() === 0;
const places: readonly (readonly [what: string, place: () => string])[] = [
  ['a file is there', () => file('one')],
  ['a file is on the way', () => path.join(file('two'), 'x/y')],
  ['a link to nothing is on the way', () => path.join(brokenLink(), 'x')],
  ['a name is too long', () => path.join(root, 'x'.repeat(300), 'y')],
  // Node's own recursive mkdir asks for it again and again, for ever.
  ...(existsSync('/proc/self') ? ([['nothing can be made', () => '/proc/nope/archive']] as const) : []),
  ...(isRoot ? [] : ([['it is not allowed', () => path.join(closed(), 'x/y')]] as const)),
];

it.each(places)('says which setting is wrong, and ends, where %s', async (_, place) => {
  const wanted = place();
  const error = await thrownBy(makeFolder(wanted, 'FARELAKE_ARCHIVE'));
  expect(error).toMatchObject({ code: 'folder-not-made', data: { folder: wanted, setting: 'FARELAKE_ARCHIVE' } });
  expect(error).toHaveProperty('message', expect.stringMatching(/^FARELAKE_ARCHIVE: .* \(E[A-Z]+\)\. Set /));
});

it('is what a folder store says of its own place, as trouble of the store', async () => {
  const store = folderStore(path.join(file('three'), 'archive'), { setting: 'FARELAKE_ARCHIVE' });
  const source = Readable.from(['x']);
  const error = await thrownBy(store.put(source, 'a/b'));
  expect(error).toMatchObject({ code: 'folder-not-made', data: { setting: 'FARELAKE_ARCHIVE' } });
  expect(isStoreTrouble(error)).toBe(true);
  expect(source.destroyed).toBe(true);
  expect(await thrownBy(store.adopt(file('four'), 'a/b'))).toMatchObject({ code: 'folder-not-made' });
});

function file(name: string): string {
  writeFileSync(path.join(root, name), '');
  return path.join(root, name);
}

function brokenLink(): string {
  symlinkSync(path.join(root, 'nowhere'), path.join(root, 'broken'));
  return path.join(root, 'broken');
}

function closed(): string {
  mkdirSync(path.join(root, 'closed'));
  chmodSync(path.join(root, 'closed'), 0o500);
  return path.join(root, 'closed');
}
