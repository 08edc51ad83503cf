/** Writes `docs/errors.md`; with `--check` only says, by its exit code, whether it is as the sources have it. */
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { generateErrorsPage, PAGE } from './generate.ts';

const REPOSITORY = path.resolve(import.meta.dirname, '../../../..');
const target = path.join(REPOSITORY, PAGE);
const { page, faults } = generateErrorsPage(REPOSITORY);

for (const fault of faults) console.error(fault);
if (faults.length > 0) process.exitCode = 1;
if (!process.argv.includes('--check')) writeFileSync(target, page);
else if (readFileSync(target, 'utf8') !== page) {
  console.error(`${PAGE} is not as the sources have it: run npm run docs:errors and commit it`);
  process.exitCode = 1;
}
