import path from 'node:path';
import { parseArgs } from 'node:util';
import { DEFAULT_SEED, TABLES } from '../feed.ts';
import { folderOf } from '../table.ts';
import { UsageError } from '../usage-error.ts';
import {
  DEFAULT_CHANGE_FILE_ROWS,
  DEFAULT_FILE_ROWS,
  DEFAULT_LEVEL,
  LARGEST_SEED,
  type FeedOptions,
} from '../volume/options.ts';
import type { Mix, Skew } from '../volume/plan.ts';

export const DEFAULT_OUT: string = path.join(import.meta.dirname, '..', '..', '..', '..', 'sample_data');

export const HELP: string = `Make a fare feed as the vendor's Qlik task delivers it.

  npx nx run sample-data:generate -- [options]        or: npm run generate -w tools/sample-data -- [options]

Without --rows: the small feed of the repository, with a case of everything that is telling.
  --out DIR             where to write cubic/ods_qlik/ and expected.json (default: the repository's sample_data);
                        table folders of the feed that are there already are replaced
  --seed N              an integer; the same seed gives the same bytes (default: ${DEFAULT_SEED})

With --rows: a feed of any size. Load it in a FARELAKE_HOME of its own: its tables and files are named as those of the
sample feed, so that in one home its changes would be applied to the sample's rows.
  --out DIR             where to write; an empty folder, or --force; not the repository's sample_data
  --force               replace the feed that is in the folder
  --rows N              rows of each table's snapshot
  --changes N           changes of each table after it (default 0)
  --tables A,B          ${TABLES.map(folderOf).join(', ')} (default: these),
                        EDW.BENCH_FARE (20 columns, about 175 bytes of csv a row)
  --seed N              the same arguments and seed give the same feed (default: ${DEFAULT_SEED})
  --file-rows N         a snapshot file closes with so many rows (default ${DEFAULT_FILE_ROWS})
  --file-bytes N        or with so many bytes of csv, before packing
  --change-files N      the changes go to so many files,
  --change-file-rows N  or a change file closes with so many records (default ${DEFAULT_CHANGE_FILE_ROWS})
  --skew S:P            share S of the changes falls on the newest part P of the rows (default 0.9:0.02), or: uniform
  --mix I=15,U=79,D=5,M=1   inserts, updates, deletes, and updates that move the key, in any unit (this is the default)
  --disorder S          share of changes that come late, come twice, or update a row that never was (default 0)
  --start YYYY-MM-DD    day of the snapshots (default 2026-03-01)
  --level 1..9          of gzip (default ${DEFAULT_LEVEL})
  --json                the summary as JSON, with what is expected

  --help                show this

Exit codes: 0 the feed is whole · 1 it could not be written · 2 usage · 130 stopped by Ctrl-C, and no half file is left.`;

const HINT = 'run it with --help to see what there is';

const OPTIONS = {
  out: { type: 'string' },
  seed: { type: 'string' },
  help: { type: 'boolean' },
  rows: { type: 'string' },
  changes: { type: 'string' },
  tables: { type: 'string' },
  'file-rows': { type: 'string' },
  'file-bytes': { type: 'string' },
  'change-files': { type: 'string' },
  'change-file-rows': { type: 'string' },
  skew: { type: 'string' },
  mix: { type: 'string' },
  disorder: { type: 'string' },
  start: { type: 'string' },
  level: { type: 'string' },
  force: { type: 'boolean' },
  json: { type: 'boolean' },
} as const;

const SMALL = new Set(['out', 'seed', 'help']);

/** What is asked for. */
export type Request =
  | { readonly kind: 'help' }
  | { readonly kind: 'small'; readonly out: string; readonly seed: number }
  | { readonly kind: 'volume'; readonly options: FeedOptions; readonly json: boolean };

const parse = (args: readonly string[]) => {
  try {
    return parseArgs({ args: [...args], options: OPTIONS }).values;
  } catch (cause) {
    throw new UsageError(Error.isError(cause) ? cause.message : String(cause), HINT, { cause });
  }
};

const integer = (name: string, text: string | undefined): number | undefined => {
  if (text === undefined) return undefined;
  // People write 1_000_000; everything else that Number takes would surprise them.
  if (!/^\d[\d_]*$/.test(text)) throw new UsageError(`--${name} ${text} cannot be`, 'give a whole number from 0 on');
  return Number(text.replaceAll('_', ''));
};

const decimal = (name: string, text: string): number => {
  if (!/^\d+(\.\d+)?$/.test(text)) throw new UsageError(`--${name} ${text} cannot be`, 'give a number, as in 0.05');
  return Number(text);
};

const skew = (text: string): Skew => {
  if (text === 'uniform') return { share: 0, newest: 1 };
  const [share = '', newest, ...more] = text.split(':');
  if (newest === undefined || more.length > 0)
    throw new UsageError(`--skew ${text} cannot be`, 'give uniform, or two shares as in 0.9:0.02');
  return { share: decimal('skew', share), newest: decimal('skew', newest) };
};

const LETTERS = { I: 'insert', U: 'update', D: 'delete', M: 'move' } as const;

const mix = (text: string): Mix => {
  const parts = { insert: 0, update: 0, delete: 0, move: 0 };
  for (const part of text.split(',')) {
    const [, letter, number] = /^([IUDM])=(\d+(?:\.\d+)?)$/.exec(part.trim()) ?? [];
    if (letter === undefined)
      throw new UsageError(`--mix ${text} cannot be`, 'give shares of I, U, D and M, as in I=15,U=79,D=5,M=1');
    parts[LETTERS[letter as keyof typeof LETTERS]] = Number(number);
  }
  return parts;
};

const seedOf = (text: string | undefined): number => {
  const seed = integer('seed', text) ?? DEFAULT_SEED;
  if (seed > LARGEST_SEED)
    throw new UsageError(`--seed ${seed} cannot be`, `give an integer from 0 to ${LARGEST_SEED}`);
  return seed;
};

/**
 * Where relative folders begin: where the command was given. As scripts, npm and Nx run it in this package's folder.
 */
const startFolder = (): string => {
  const { npm_lifecycle_event: script, NX_WORKSPACE_ROOT: root, INIT_CWD: asked } = process.env;
  return script === 'generate' ? (root ?? asked ?? process.cwd()) : process.cwd();
};

/** Leaves out what nobody said, so that the defaults are named in one place. */
const said = <T extends object>(options: { [K in keyof T]: T[K] | undefined }): T =>
  Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined)) as T;

const volume = (values: ReturnType<typeof parse>, out: string, rows: number): FeedOptions =>
  said<FeedOptions>({
    out,
    rows,
    changes: integer('changes', values.changes),
    tables: values.tables?.split(','),
    seed: seedOf(values.seed),
    fileRows: integer('file-rows', values['file-rows']),
    fileBytes: integer('file-bytes', values['file-bytes']),
    changeFiles: integer('change-files', values['change-files']),
    changeFileRows: integer('change-file-rows', values['change-file-rows']),
    skew: values.skew === undefined ? undefined : skew(values.skew),
    mix: values.mix === undefined ? undefined : mix(values.mix),
    disorder: values.disorder === undefined ? undefined : decimal('disorder', values.disorder),
    start: values.start,
    level: integer('level', values.level),
    force: values.force,
  });

/**
 * Reads the command line.
 * @throws UsageError naming the option and what is allowed
 */
export const readRequest = (args: readonly string[]): Request => {
  const values = parse(args);
  if (values.help === true) return { kind: 'help' };
  const rows = integer('rows', values.rows);
  if (rows === undefined) {
    const stray = Object.keys(values).find((name) => !SMALL.has(name));
    if (stray !== undefined)
      throw new UsageError(`--${stray} belongs to a feed of any size`, 'say with --rows how large it shall be');
    return { kind: 'small', out: path.resolve(startFolder(), values.out ?? DEFAULT_OUT), seed: seedOf(values.seed) };
  }
  if (values.out === undefined) throw new UsageError('--rows needs a folder to write to', 'name one with --out');
  const out = path.resolve(startFolder(), values.out);
  const inside = path.relative(DEFAULT_OUT, out);
  if (!inside.startsWith('..') && !path.isAbsolute(inside))
    throw new UsageError('--out is the folder of the committed sample feed', 'name a folder outside of sample_data');
  return {
    kind: 'volume',
    options: volume(values, out, rows),
    json: values.json ?? false,
  };
};
