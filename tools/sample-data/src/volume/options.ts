import { DEFAULT_SEED } from '../feed.ts';
import { datasetOf } from '../expected.ts';
import { folderOf } from '../table.ts';
import { DAY, instant } from '../time.ts';
import { UsageError } from '../usage-error.ts';
import type { Mix, Plan, Skew } from './plan.ts';
import type { Recipe } from './recipe.ts';
import { FEED_RECIPES, RECIPES } from './tables/index.ts';

/** What a caller may say about a feed; all but its folder and size has a default. */
export interface FeedOptions {
  /** Folder of the feed; made where it is missing, and empty unless `force` is said. */
  readonly out: string;
  /** Rows of each table's snapshot. */
  readonly rows: number;
  /** Changes of each table (default 0); an update with its before image counts once. */
  readonly changes?: number;
  /** `EDW.CARD`, `CARD` or `edw_card` (default: the tables of the sample feed; `EDW.BENCH_FARE` only by name). */
  readonly tables?: readonly string[];
  /** 0 to 2^32 - 1. */
  readonly seed?: number;
  /** A snapshot file closes with so many rows (default 500,000 where `fileBytes` is not given). */
  readonly fileRows?: number;
  /** A snapshot file closes with so many bytes of csv, before packing. */
  readonly fileBytes?: number;
  /** The changes go to so many files. */
  readonly changeFiles?: number;
  /** A change file closes with so many records (default 50,000 where `changeFiles` is not given). */
  readonly changeFileRows?: number;
  readonly skew?: Skew;
  /** In any unit. */
  readonly mix?: Mix;
  /** Share of changes that come late, come twice or are orphans (default 0, at most 0.5). */
  readonly disorder?: number;
  /** `YYYY-MM-DD`, the day of the snapshots. */
  readonly start?: string;
  /** Of gzip, 1 to 9 (default 2: what a benchmark wants is made quickly). */
  readonly level?: number;
  /** Replace a feed that is there. */
  readonly force?: boolean;
}

export const LARGEST_SEED: number = 2 ** 32 - 1;
const MOST_ROWS = 1_000_000_000;
const MOST_CHANGES = 100_000_000;

export const DEFAULT_FILE_ROWS: number = 500_000;
export const DEFAULT_CHANGE_FILE_ROWS: number = 50_000;
export const DEFAULT_LEVEL: number = 2;
/** Fares change where they are new: settlements, corrections, disputes of the last days. */
export const DEFAULT_SKEW: Skew = { share: 0.9, newest: 0.02 };
export const DEFAULT_MIX: Mix = { insert: 15, update: 79, delete: 5, move: 1 };

const wholeNumber = (name: string, value: number, min: number, max: number): number => {
  if (Number.isSafeInteger(value) && value >= min && value <= max) return value;
  throw new UsageError(`${name} ${value} cannot be`, `give a whole number from ${min} to ${max}`);
};

const share = (name: string, value: number, max = 1): number => {
  if (value >= 0 && value <= max) return value;
  throw new UsageError(`${name} ${value} cannot be`, `give a share from 0 to ${max}`);
};

const mixOf = ({ insert, update, delete: remove, move }: Mix): Mix => {
  const all = [insert, update, remove, move];
  const sum = all.reduce((total, part) => total + part, 0);
  if (!all.every((part) => part >= 0) || !(sum > 0 && sum < Infinity))
    throw new UsageError('mix: the parts cannot be shares', 'give numbers from 0 on, not all of them 0');
  return { insert: insert / sum, update: update / sum, delete: remove / sum, move: move / sum };
};

const skewOf = (skew: Skew): Skew => {
  share('skew', skew.share);
  if (share('skew: newest part', skew.newest) === 0 && skew.share > 0)
    throw new UsageError('skew: the newest part is nothing', 'give a part above 0, as in 0.9:0.02');
  return skew;
};

const dayOf = (start: string): number => {
  const at = /^[0-9]{4}-[0-9]{2}-[0-9]{2}$/.test(start) ? instant(`${start}T00:00:00.000`) : NaN;
  // Days that no month has roll over to the next month in some engines; such are refused as well.
  if (!Number.isNaN(at) && new Date(at).toISOString().startsWith(start) && at >= instant('1990-01-01T00:00:00.000'))
    return at;
  throw new UsageError(`start ${start} is not a day`, 'give YYYY-MM-DD, from 1990 on');
};

const nameOf = ({ table }: Recipe): string => folderOf(table);

/** The recipes that are named, in the feed's own order, each once. */
export const chosenRecipes = (names: readonly string[] | undefined): readonly Recipe[] => {
  if (names === undefined) return FEED_RECIPES;
  const chosen = new Set<Recipe>();
  for (const name of names) {
    const wanted = name.trim().toLowerCase();
    const recipe = RECIPES.find((one) =>
      [nameOf(one).toLowerCase(), one.table.name.toLowerCase(), datasetOf(one.table)].includes(wanted),
    );
    if (recipe === undefined)
      throw new UsageError(
        `tables: there is no table ${JSON.stringify(name)}`,
        `choose from ${RECIPES.map(nameOf).join(', ')}`,
      );
    chosen.add(recipe);
  }
  if (chosen.size === 0) throw new UsageError('tables: none is named', `choose from ${RECIPES.map(nameOf).join(', ')}`);
  return RECIPES.filter((recipe) => chosen.has(recipe));
};

const changeFileOf = ({ changeFiles, changeFileRows }: FeedOptions): Plan['changeFile'] => {
  if (changeFiles !== undefined && changeFileRows !== undefined)
    throw new UsageError('change files are given by number and by rows', 'give one of the two');
  if (changeFiles !== undefined) return { files: wholeNumber('change-files', changeFiles, 1, 1_000_000) };
  return { rows: wholeNumber('change-file-rows', changeFileRows ?? DEFAULT_CHANGE_FILE_ROWS, 1, MOST_ROWS) };
};

const fileOf = ({ fileRows, fileBytes }: FeedOptions): Plan['file'] => {
  const rows = fileRows ?? (fileBytes === undefined ? DEFAULT_FILE_ROWS : undefined);
  return {
    ...(rows === undefined ? {} : { rows: wholeNumber('file-rows', rows, 1, MOST_ROWS) }),
    ...(fileBytes === undefined ? {} : { bytes: wholeNumber('file-bytes', fileBytes, 1, 2 ** 50) }),
  };
};

/**
 * Everything that the rows and files depend on, checked.
 * @throws UsageError naming the option and what is allowed
 */
export const planOf = (options: FeedOptions): Plan => ({
  seed: wholeNumber('seed', options.seed ?? DEFAULT_SEED, 0, LARGEST_SEED),
  rows: wholeNumber('rows', options.rows, 0, MOST_ROWS),
  changes: wholeNumber('changes', options.changes ?? 0, 0, MOST_CHANGES),
  file: fileOf(options),
  changeFile: changeFileOf(options),
  mix: mixOf(options.mix ?? DEFAULT_MIX),
  skew: skewOf(options.skew ?? DEFAULT_SKEW),
  disorder: share('disorder', options.disorder ?? 0, 0.5),
  day: options.start === undefined ? undefined : dayOf(options.start),
});

export const levelOf = (options: FeedOptions): number => wholeNumber('level', options.level ?? DEFAULT_LEVEL, 1, 9);

/** When a table's snapshot starts: at its hour of the day that is given. */
export const startOf = ({ table: { snapshotStart } }: Recipe, { day }: Plan): number =>
  day === undefined ? snapshotStart : day + (snapshotStart % DAY);
