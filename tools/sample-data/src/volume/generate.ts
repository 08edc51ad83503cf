import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { datasetOf } from '../expected.ts';
import { folderOf } from '../table.ts';
import { SECOND } from '../time.ts';
import { disorderlyChanges, writeChanges } from './change-files.ts';
import type { Size, Target } from './data-writer.ts';
import { allRows, allRowsFile, volumeExpectation, type VolumeExpectation } from './expected.ts';
import { openLife, settle, type Operations } from './life.ts';
import { chosenRecipes, levelOf, planOf, startOf, type FeedOptions } from './options.ts';
import { EXPECTED, EXPECTED_ROWS, prepareFolder } from './out-folder.ts';
import { writeWhole } from './part-file.ts';
import type { Mix, Plan } from './plan.ts';
import { openRows, type Recipe } from './recipe.ts';
import { writeSnapshot } from './snapshot.ts';
import { openTally } from './tally.ts';

export interface TableSummary {
  readonly table: string;
  readonly dataset: string;
  readonly snapshot: Size;
  readonly changes: Size & { readonly operations: Operations };
  /** Rows in the end, and whether each of them is in `expected-rows`. */
  readonly rows: number;
  readonly allRows: boolean;
}

export interface FeedSummary {
  readonly out: string;
  readonly seed: number;
  readonly tables: readonly TableSummary[];
  /** What a pipeline must show, by dataset: the content of `expected.json`. */
  readonly expected: Readonly<Record<string, VolumeExpectation>>;
}

export interface Progress {
  readonly table: string;
  readonly part: 'snapshot' | 'changes';
  /** Records so far, and about how many there will be. */
  readonly done: number;
  readonly total: number;
}

export interface Watching {
  /** Aborted: the file that is being written goes, whole ones stay, and there is no `expected.json`. */
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: Progress) => void;
  readonly onTable?: (summary: TableSummary) => void;
}

/** Moves among the updates of a table that can write them. */
const movesOf = ({ table }: Recipe, { move, update }: Mix): number =>
  table.beforeImage === 'none' || move === 0 ? 0 : move / (move + update);

const targetOf = (out: string, level: number, watching: Watching, progress: Omit<Progress, 'done'>): Target => {
  let done = 0;
  return {
    out,
    level,
    signal: watching.signal ?? new AbortController().signal,
    onRecords: (added) => {
      done += added;
      watching.onProgress?.({ ...progress, done });
    },
  };
};

const generateTable = async (
  recipe: Recipe,
  plan: Plan,
  out: string,
  level: number,
  watching: Watching,
): Promise<{ summary: TableSummary; expected: VolumeExpectation }> => {
  const { table } = recipe;
  const name = folderOf(table);
  const start = startOf(recipe, plan);
  const rows = openRows(recipe, plan, start, movesOf(recipe, plan.mix));
  const tally = openTally(table);
  const ofSnapshot = targetOf(out, level, watching, { table: name, part: 'snapshot', total: plan.rows });
  const snapshot = await writeSnapshot(rows, plan.rows, start, recipe.stem, plan.file, ofSnapshot, tally);
  const life = openLife(rows, plan, snapshot.end + SECOND, disorderlyChanges(plan), tally);
  const records = table.beforeImage === 'none' ? 1 : 1 + plan.mix.update + plan.mix.move;
  const total = Math.round(plan.changes * records);
  const ofChanges = targetOf(out, level, watching, { table: name, part: 'changes', total });
  const changes = await writeChanges(life, plan, snapshot.end, ofChanges);
  settle(life, tally);
  const expected = volumeExpectation(life, tally.figures());
  const all = allRows(life, expected.rows);
  if (all !== undefined) {
    await mkdir(path.join(out, EXPECTED_ROWS), { recursive: true });
    await writeWhole(path.join(out, allRowsFile(table)), all);
  }
  const summary = {
    table: name,
    dataset: datasetOf(table),
    snapshot: snapshot.size,
    changes: { ...changes, operations: life.operations },
    rows: expected.rows,
    allRows: all !== undefined,
  };
  return { summary, expected };
};

/**
 * Write a feed of any size: snapshots and changes below `out/cubic/ods_qlik`, and last of all `out/expected.json`, so that
 * a feed that has one is whole. Equal options give equal files (packed ones under equal versions of zlib). Memory
 * grows with `changes`, by 24 bytes each at most, not with `rows`.
 * @throws UsageError if an option cannot be or the folder is not empty; the signal's reason when it is aborted
 */
export const generateFeed = async (options: FeedOptions, watching: Watching = {}): Promise<FeedSummary> => {
  const plan = planOf(options);
  const recipes = chosenRecipes(options.tables);
  const level = levelOf(options);
  const out = path.resolve(options.out);
  await prepareFolder(out, options.force ?? false);
  const tables: TableSummary[] = [];
  const expected: Record<string, VolumeExpectation> = {};
  for (const recipe of recipes) {
    const made = await generateTable(recipe, plan, out, level, watching);
    tables.push(made.summary);
    expected[made.summary.dataset] = made.expected;
    watching.onTable?.(made.summary);
  }
  watching.signal?.throwIfAborted();
  await writeWhole(path.join(out, EXPECTED), `${JSON.stringify(expected, null, 2)}\n`);
  return { out, seed: plan.seed, tables, expected };
};
