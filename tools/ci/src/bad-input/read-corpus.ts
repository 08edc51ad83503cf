import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import type { CorpusCase } from './page.ts';

/** @param repository the root folder */
export function readCorpus(repository: string): CorpusCase[] {
  const corpus = path.join(repository, 'test-corpus');
  return readdirSync(corpus, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => readCase(name, path.join(corpus, name)))
    .sort((a, b) => (a.name < b.name ? -1 : 1));
}

interface Expected {
  readonly exit?: number;
  readonly says: readonly string[];
  readonly notes?: readonly string[];
  readonly status: { readonly state?: string };
  readonly remedy?: string;
  readonly notYet?: string;
}

function readCase(name: string, folder: string): CorpusCase {
  const { what } = read(folder, 'recipe.json') as { what: string };
  const { exit = 0, says, notes = [], status, remedy, notYet } = read(folder, 'expected.json') as Expected;
  const next = path.join(folder, 'then');
  const then = existsSync(next) ? (read(next, 'expected.json') as Expected) : undefined;
  return {
    ...{ name, what, exit, says, notes, remedy },
    notYet: notYet ?? then?.notYet,
    state: status.state ?? 'empty',
    then: then?.status.state,
  };
}

const read = (folder: string, name: string): unknown => JSON.parse(readFileSync(path.join(folder, name), 'utf8'));
