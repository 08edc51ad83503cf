import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { datasetOf, DEFAULT_SEED, folderOf, TABLES, writeFeed, writeTaps, type Expectation } from '../src/index.ts';
import { listFiles, readText } from './support/vendor-files.ts';

/** What is committed is what the generator makes; compared decompressed, as zlib's bytes differ between versions. */

const COMMITTED = path.join(import.meta.dirname, '..', '..', '..', 'sample_data');
const scratch = mkdtempSync(path.join(tmpdir(), 'farelake-drift-'));
const REMEDY = 'run: npm run generate -w tools/sample-data';

beforeAll(() => {
  writeFeed(TABLES, DEFAULT_SEED, scratch);
  writeTaps(DEFAULT_SEED, scratch);
});
afterAll(() => {
  rmSync(scratch, { recursive: true });
});

const committed = () =>
  listFiles(COMMITTED).filter((file) => /^(?:cubic\/ods_qlik|taps)\/|^expected\.json$/.test(file));

test('sample_data holds the files of the generator and no others', () => {
  expect([REMEDY, committed()]).toEqual([REMEDY, listFiles(scratch)]);
});

test('each of them is as the generator makes it', () => {
  const differing = listFiles(scratch).filter(
    (file) => readText(path.join(COMMITTED, file)) !== readText(path.join(scratch, file)),
  );
  expect([REMEDY, differing]).toEqual([REMEDY, []]);
});

test('sample_data stays below a megabyte', () => {
  const bytes = listFiles(COMMITTED).reduce((sum, file) => sum + statSync(path.join(COMMITTED, file)).size, 0);
  expect(bytes).toBeLessThan(1_000_000);
});

test('the README names every table with its rows and orphans', () => {
  const readme = readText(path.join(COMMITTED, 'README.md')).replace(/ +/g, ' ');
  const expected = JSON.parse(readText(path.join(COMMITTED, 'expected.json'))) as Record<string, Expectation>;
  for (const table of TABLES) {
    const { rows, orphans } = expected[datasetOf(table)]!;
    expect(readme).toMatch(new RegExp(`\\| \`${folderOf(table)}\` \\|.*\\| ${rows} \\| ${orphans} \\|`));
  }
});
