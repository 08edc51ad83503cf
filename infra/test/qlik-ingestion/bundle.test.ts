import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { bundleFolder } from '../../src/qlik-ingestion/bundle.ts';

const folder = mkdtempSync(path.join(tmpdir(), 'farelake-bundle-'));
afterAll(() => {
  rmSync(folder, { recursive: true });
});

test('a missing bundle is told with the command that makes it', () => {
  mkdirSync(path.join(folder, 'register'));
  expect(() => bundleFolder(folder, 'register')).toThrow(/no bundle.*`npm run bundle -w packages\/functions`/);
});

test('a bundle is its folder', () => {
  mkdirSync(path.join(folder, 'other'));
  writeFileSync(path.join(folder, 'other', 'index.mjs'), '');
  expect(bundleFolder(folder, 'other')).toBe(path.join(folder, 'other'));
});
