/** Writes `docs/bad-input.md`. */
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { badInputPage } from './page.ts';
import { readCorpus } from './read-corpus.ts';

const REPOSITORY = path.resolve(import.meta.dirname, '../../../..');
writeFileSync(path.join(REPOSITORY, 'docs/bad-input.md'), badInputPage(readCorpus(REPOSITORY)));
