/** The page of errors for a repository, and what is wrong with it. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { findErrors } from './find-errors.ts';
import { meaningFaults, MEANINGS_FILE, parseMeanings } from './meanings.ts';
import { errorsPage } from './page.ts';
import { readSources } from './sources.ts';
import { usageCodes } from './usage-codes.ts';

export const PAGE = 'docs/errors.md';

export interface Generated {
  readonly page: string;
  /** None of them may be left: codes that cannot be read, without meaning, or used for different things. */
  readonly faults: readonly string[];
}

/** @param repository the root folder */
export function generateErrorsPage(repository: string): Generated {
  const sources = readSources(repository);
  const { places, faults } = findErrors(sources);
  const meanings = parseMeanings(readFileSync(path.join(repository, MEANINGS_FILE), 'utf8'));
  const usage = usageCodes(sources);
  const known = new Set(places.map(({ code }) => code));
  const unknown = usage
    .filter((code) => !known.has(code))
    .map((code) => `${code} is a usage code, but no error has it`);
  return {
    page: errorsPage({ places, meanings, usageCodes: usage }),
    faults: [...faults, ...meaningFaults(places, meanings), ...unknown],
  };
}
