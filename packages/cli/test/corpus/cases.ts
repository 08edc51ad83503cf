/** The cases of `test-corpus`, found by directory. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { contractFromColumns, datasetName, type Contract } from '@farelake/schema-registry';
import { eachColumn, parseRecipe, refuseUnknown, USUAL_COLUMNS, type Recipe } from './recipe.ts';

export const CORPUS = path.resolve(import.meta.dirname, '../../../../test-corpus');

/** What has to be true after an ingest of what was delivered. */
export interface Expected {
  /** Exit code of an ingest of the table alone; of a redelivery, the state says it. */
  readonly exit?: 0 | 1;
  /** Lines of `ingest` about what is not done, as many as there are; each holds these words. Keys are told from the file's name on. */
  readonly says: readonly string[];
  /** Codes of the errors with which files came to the error zone, in order of the alphabet. */
  readonly errors?: readonly string[];
  /** Rows in the error zone: line of the text, column, record as delivered. */
  readonly refused?: readonly (readonly [number, string, string])[];
  /** Words of other lines of `ingest`: files left alone, drift. */
  readonly notes?: readonly string[];
  /** Fields of the table in `status --json`. Of the reason, words it holds; those of the first line above unless given. */
  readonly status: Readonly<Record<string, unknown>>;
  /** The current rows in the order of their first column, as text; or what a statement of its own gives. */
  readonly rows?: readonly (readonly (string | null)[])[];
  readonly sql?: string;
  /** What a person has to do; nothing where all is right. */
  readonly remedy?: string;
  /** This is what should be, and is not yet: why. The test fails as soon as it is, so that the mark goes. */
  readonly notYet?: string;
}

export interface Step {
  readonly folder: string;
  readonly recipe: Recipe;
  readonly expected: Expected;
  /** Folders of files that are committed as they are. */
  readonly delivered: readonly string[];
}

export interface Case {
  readonly name: string;
  readonly table: string;
  readonly dataset: string;
  /** Undefined: nobody wrote one. */
  readonly contract: Contract | undefined;
  /** The bad delivery, and, where it can be healed by another, that one. */
  readonly steps: readonly [Step, Step?];
}

export const readCases = (): Case[] =>
  readdirSync(CORPUS, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => readCase(name))
    .sort((a, b) => (a.name < b.name ? -1 : 1));

function readCase(name: string): Case {
  const folder = path.join(CORPUS, name);
  const first = readStep(folder);
  const then = path.join(folder, 'then');
  const table = first.recipe.table ?? `EDW.${name.toUpperCase().replaceAll('-', '_')}`;
  const [schema = '', ...rest] = table.split('.');
  const source = { schema, table: rest.join('.') };
  return {
    name,
    table,
    dataset: datasetName(source),
    contract: contractOf(first.recipe, source),
    steps: existsSync(then) ? [first, readStep(then, first.recipe)] : [first],
  };
}

const EXPECTED_KEYS = ['exit', 'says', 'errors', 'refused', 'notes', 'status', 'rows', 'sql', 'remedy', 'notYet'];

/** @param before what a redelivery does not say anew, columns above all */
function readStep(folder: string, before?: Recipe): Step {
  const read = (name: string) => readFileSync(path.join(folder, name), 'utf8');
  const file = path.relative(CORPUS, folder);
  const expected = JSON.parse(read('expected.json')) as Expected;
  refuseUnknown(expected, EXPECTED_KEYS, `${file}/expected.json`);
  const entries = readdirSync(folder, { withFileTypes: true });
  const delivered = entries.filter((entry) => entry.isDirectory() && entry.name !== 'then').map(({ name }) => name);
  const recipe = { ...before, ...parseRecipe(read('recipe.json'), `${file}/recipe.json`) };
  return { folder, expected, delivered, recipe };
}

/** What `table add` would draft from right deliveries, with the fields that the recipe sets. */
function contractOf(recipe: Recipe, source: Contract['source']): Contract | undefined {
  if (recipe.contract === null) return undefined;
  const columns = eachColumn(recipe.columns ?? USUAL_COLUMNS).map(
    ({ name, type, precision = 0, scale = 0, key = 0 }) => ({
      ...{ name, type, precision, scale, length: 100, primaryKeyPos: key },
    }),
  );
  return { ...contractFromColumns({ feed: 'qlik', source, columns }), ...recipe.contract };
}
