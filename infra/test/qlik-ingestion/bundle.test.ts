import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { bundleFolder } from '../../src/qlik-ingestion/bundle.ts';

const folder = mkdtempSync(path.join(tmpdir(), 'farelake-bundle-'));
afterAll(() => {
  rmSync(folder, { recursive: true });
});

const COMMAND = '`npm run bundle -w packages/functions`';

/** A bundle of one source in a repository of its own. */
function bundled(name: string, source: string): void {
  mkdirSync(path.join(folder, name), { recursive: true });
  writeFileSync(path.join(folder, name, 'index.mjs'), '');
  writeFileSync(path.join(folder, `${name}.ts`), source);
  const hash = createHash('sha256').update(source).digest('hex');
  writeFileSync(path.join(folder, `${name}.inputs.json`), JSON.stringify({ [`${name}.ts`]: hash }));
}

test('a missing bundle is told with the command that makes it', () => {
  mkdirSync(path.join(folder, 'register'));
  expect(() => bundleFolder(folder, 'register', folder)).toThrow(/no bundle/);
  expect(() => bundleFolder(folder, 'register', folder)).toThrow(COMMAND);
});

test('a bundle is its folder', () => {
  bundled('other', 'one');
  expect(bundleFolder(folder, 'other', folder)).toBe(path.join(folder, 'other'));
});

test.each<[string, (name: string) => void]>([
  [
    '.ts',
    (name) => {
      writeFileSync(path.join(folder, `${name}.ts`), 'two');
    },
  ],
  [
    '.ts',
    (name) => {
      rmSync(path.join(folder, `${name}.ts`));
    },
  ],
  [
    '.inputs.json',
    (name) => {
      rmSync(path.join(folder, `${name}.inputs.json`));
    },
  ],
])('a bundle whose %s is no longer what it was made of is refused', (ending, change) => {
  bundled('old', 'one');
  change('old');
  expect(() => bundleFolder(folder, 'old', folder)).toThrow(`older than its sources: old${ending} has changed`);
  expect(() => bundleFolder(folder, 'old', folder)).toThrow(COMMAND);
});
