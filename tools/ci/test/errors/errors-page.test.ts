/** docs/errors.md is as the sources have it: every code has a meaning, and none stands for two things. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { generateErrorsPage, PAGE } from '../../src/errors/generate.ts';

const REPOSITORY = path.resolve(import.meta.dirname, '../../../..');
const { page, faults } = generateErrorsPage(REPOSITORY);

it('every code can be read and has one meaning', () => {
  expect(faults).toEqual([]);
});

it('the page is the generated one (npm run docs:errors)', () => {
  expect(readFileSync(path.join(REPOSITORY, PAGE), 'utf8')).toBe(page);
});

it('codes that other tests decide by are on it', () => {
  for (const code of ['bad-value', 'broken-gzip', 'no-key', 'bad-registry', 'version-conflict', 'newer'])
    expect(page).toContain(`\n### \`${code}\`\n`);
});
