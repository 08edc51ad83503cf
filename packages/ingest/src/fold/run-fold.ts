/**
 * Runs a compiled fold on the engine: from relations of history and current rows to new states of keys. It knows
 * neither the ledger nor where files lie; the properties that compare it with the interpreter run exactly this.
 */
import {
  compileFold,
  foldMode,
  foldsAgain,
  surveySql,
  type FoldMode,
  type FoldRules,
  type FoldSql,
  type SliceSql,
} from '@farelake/qlik';
import type { Engine } from '@farelake/lake';
import { gatherTouched, make, type Wanted } from './gather.ts';

export interface FoldFile {
  readonly loadId: number;
  /** Rank among all files of the generation. */
  readonly rank: number;
  /** Not yet in the current table. */
  readonly fresh: boolean;
}

/** A part of the keys: those of which a predicate over the key columns is true. */
export interface FoldSlice {
  readonly within: string;
}

/** Events that are read once and kept, rather than looked up again: some megabytes. */
const FEW_EVENTS = 10_000;

/** Keys of a rebuild whose events are read once and kept: some 300 MB of fare facts, which spill where memory is short. */
const KEPT_KEYS = 500_000;

export interface FoldInputs<Slice extends FoldSlice = FoldSlice> {
  readonly rules: FoldRules;
  /** Every load of the generation that is in history. */
  readonly files: readonly FoldFile[];
  /** SQL of the relation of history rows that holds at least what is wanted of the given loads. */
  readonly history: (loads: readonly FoldFile[], wanted: Wanted) => string | Promise<string>;
  /** Highest sequence in the current table; undefined: there is no current table yet. */
  readonly watermark: string | undefined;
  /**
   * Cuts the keys, so that no slice needs more memory than there is. But in `whole` the changed keys are known by then
   * (relation `@keys`), and slices may leave out keys that have not changed.
   * @param events how many are in `@history`: in `append` the fresh ones, in `whole` all, else those of the touched keys
   */
  readonly slices: (mode: FoldMode, events: number) => Promise<readonly Slice[]>;
  /**
   * SQL of the current rows of a slice to start from; it may leave out rows of keys that have not changed, and hold rows
   * of other slices.
   */
  readonly current: (slice: Slice) => string | Promise<string>;
  /**
   * Takes the slice's states: the view `@folded`, worked out whenever it is read, which in `append` and `rebuild` says all
   * about the slice's keys in `@keys`, else all about the slice. The next slice replaces it.
   */
  readonly settle: (slice: Slice, mode: FoldMode) => Promise<void>;
  /** Up to so many events, and events of so many keys, are read once and kept; the answer is the same. */
  readonly keptEvents?: number;
}

export type FoldResult =
  | { readonly result: 'held'; readonly reason: string }
  | {
      readonly result: 'folded';
      readonly mode: FoldMode;
      readonly watermark: string;
      /** In `whole` of the whole generation; else to be added to what was counted before, and then perhaps negative. */
      readonly orphans: number;
      readonly conflicts: number;
      readonly movesOntoLive: number;
    };

/** Hands the states of the changed keys to `settle`, slice by slice; nothing of it when the events hold the table. */
export async function runFold<Slice extends FoldSlice>(engine: Engine, inputs: FoldInputs<Slice>): Promise<FoldResult> {
  const { rules, files } = inputs;
  const fresh = files.filter((file) => file.fresh);
  await registerFiles(engine, files);
  await give(engine, await inputs.history(fresh, { what: 'all' }));
  const survey = await takeSurvey(engine, 'WHERE fresh');
  const mode = foldMode(inputs.watermark, survey);
  const again = foldsAgain(mode);
  if (mode === 'append') await engine.run(`DELETE FROM "@files" WHERE NOT fresh`);
  if (mode === 'whole') await give(engine, await inputs.history(files, { what: 'all' }));
  const history = (wanted: Wanted) => inputs.history(files, wanted);
  if (again) await gatherTouched(engine, { rules, mode, history, keptKeys: inputs.keptEvents ?? KEPT_KEYS });
  const all = mode === 'append' || files.length === fresh.length ? survey : await takeSurvey(engine, '');

  // Looking into the files again for each statement costs more than the few events of a small batch take.
  const few = all.events <= (inputs.keptEvents ?? FEW_EVENTS);
  const compile = (before: boolean) => compileFold(rules, mode, { truncates: all.truncates, before });
  const makeChanges = async ({ changes }: FoldSql) => {
    for (const relation of changes) await make(engine, few ? { ...relation, kind: 'table' } : relation);
  };
  const fold = compile(false);
  await makeChanges(fold);
  const held = fold.holds === undefined ? [] : await engine.rows(fold.holds);
  if (held.length > 0) return { result: 'held', reason: holdReason(held as unknown as Hold[]) };
  if (fold.keys !== undefined) await make(engine, fold.keys);
  const slices = await inputs.slices(mode, all.events);
  let counts = NO_COUNTS;
  for (const slice of slices) {
    if (mode === 'append') await make(engine, { name: '@current', kind: 'view', sql: await inputs.current(slice) });
    counts = sum(counts, 1, await foldSlice(engine, fold.slice(slice.within)));
    await inputs.settle(slice, mode);
  }
  if (again) {
    const before = compile(true);
    await makeChanges(before);
    for (const { within } of slices) counts = sum(counts, -1, await foldSlice(engine, before.slice(within)));
  }
  // What a rebuild gathers leaves out a new B that the contract ignores; the watermark counts it.
  const watermark = [inputs.watermark ?? '', survey.highest, all.highest].reduce((a, b) => (a > b ? a : b));
  return { result: 'folded', mode, watermark, ...counts };
}

/** Gives the rows of a relation the name `@history`. */
const give = (engine: Engine, relation: string): Promise<void> =>
  make(engine, { name: '@history', kind: 'view', sql: `SELECT * FROM ${relation} h` });

interface Counts {
  readonly orphans: number;
  readonly conflicts: number;
  readonly movesOntoLive: number;
}

const NO_COUNTS: Counts = { orphans: 0, conflicts: 0, movesOntoLive: 0 };

const sum = (a: Counts, sign: 1 | -1, b: Counts): Counts => ({
  orphans: a.orphans + sign * b.orphans,
  conflicts: a.conflicts + sign * b.conflicts,
  movesOntoLive: a.movesOntoLive + sign * b.movesOntoLive,
});

/** Makes the slice's relations; `@folded` is then its states. */
async function foldSlice(engine: Engine, { folded, counters, conflicts }: SliceSql): Promise<Counts> {
  for (const relation of folded) await make(engine, relation);
  const [counted] = await engine.rows(counters);
  const [differing] = await engine.rows(conflicts);
  return {
    orphans: Number(counted?.['orphans']),
    conflicts: Number(differing?.['conflicts']),
    movesOntoLive: Number(counted?.['moves_onto_live']),
  };
}

/** Makes the relation `@files`: which loads' rows count, and in which order. */
export async function registerFiles(engine: Engine, files: readonly FoldFile[]): Promise<void> {
  const rows = files.map(({ loadId, rank, fresh }) => `(${loadId}, ${rank}, ${fresh})`);
  await engine.run(`CREATE OR REPLACE TEMP TABLE "@files" AS
    SELECT CAST(load_id AS BIGINT) AS load_id, CAST(file AS INTEGER) AS file, fresh
    FROM (VALUES ${rows.join(', ')}) f(load_id, file, fresh)`);
}

async function takeSurvey(engine: Engine, which: string) {
  const rows = await engine.rows(
    surveySql(`(SELECT h.* FROM "@history" h WHERE h."_load_id" IN (SELECT load_id FROM "@files" ${which}))`),
  );
  const { lowest, highest, truncates, snapshots, events } = rows[0] ?? {};
  return {
    lowest: lowest === null || lowest === undefined ? null : String(lowest),
    highest: String(highest),
    truncates: Number(truncates) === 1,
    snapshots: Number(snapshots) === 1,
    events: Number(events),
  };
}

export interface Hold {
  readonly problem: string;
  readonly sequence: string;
}

const ANEW =
  'have the source table loaded anew: a snapshot that begins after this change takes the place of this one by itself';

const PROBLEMS: Readonly<Record<string, { readonly what: string; readonly remedy: string }>> = {
  ambiguous: {
    what: 'B and U rows of one change sequence change several keys at once and cannot be paired without guessing',
    remedy: `Nothing that was delivered says which row became which: ${ANEW}; or let the contract say cdc.beforeImage none, then no row changes its key, and such rows stay where they were until the next snapshot`,
  },
  incomplete: {
    what: 'a row moved to another key, but B rows are partial and the U row is no whole image',
    remedy: `If B rows carry every column, let the contract say cdc.beforeImage full; else ${ANEW}`,
  },
};

export const holdReason = (holds: readonly Hold[]): string =>
  [...new Set(holds.map(({ problem }) => problem))]
    .map((problem) => {
      const sequences = holds.filter((hold) => hold.problem === problem).map((hold) => hold.sequence);
      const more = sequences.length > 3 ? ` and ${sequences.length - 3} more` : '';
      const { what, remedy } = PROBLEMS[problem] ?? { what: problem, remedy: ANEW };
      return `${what}: sequence ${sequences.slice(0, 3).join(', ')}${more}. ${remedy}`;
    })
    .join('. ');
