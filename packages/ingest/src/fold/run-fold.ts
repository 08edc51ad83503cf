/**
 * Runs a compiled fold on the engine: from relations of history and current rows to new states of keys. It knows
 * neither the ledger nor where files lie; the properties that compare it with the interpreter run exactly this.
 */
import { compileFold, foldMode, surveySql, type FoldMode, type FoldRules, type Relation } from '@farelake/qlik';
import type { Engine } from '@farelake/lake';
import { quoteIdentifier as q } from '@farelake/schema-registry';

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

export interface FoldInputs<Slice extends FoldSlice = FoldSlice> {
  readonly rules: FoldRules;
  /** Every load of the generation that is in history. */
  readonly files: readonly FoldFile[];
  /** SQL of the relation of history rows that holds at least the given loads. */
  readonly history: (loads: readonly FoldFile[]) => string | Promise<string>;
  /** Highest sequence in the current table; undefined: there is no current table yet. */
  readonly watermark: string | undefined;
  /**
   * Cuts the keys, so that no slice needs more memory than there is. In `append` and `rebuild` the changed keys are known
   * by then (relation `@keys`), and slices may leave out keys only in `append`, and only such as have not changed.
   * @param events how many there are: the fresh ones in `append`, else all
   */
  readonly slices: (mode: FoldMode, events: number) => Promise<readonly Slice[]>;
  /**
   * SQL of the current rows of a slice to start from; it may leave out rows of keys that have not changed, and hold rows
   * of other slices.
   */
  readonly current: (slice: Slice) => string | Promise<string>;
  /**
   * Takes the slice's states: the view `@folded`, worked out whenever it is read, which in `append` and `rebuild` says all
   * about the slice's keys in `@keys`. The next slice replaces it.
   */
  readonly settle: (slice: Slice, mode: FoldMode) => Promise<void>;
  /** Up to so many events are read once and kept; the answer is the same. */
  readonly keptEvents?: number;
}

export type FoldResult =
  | { readonly result: 'held'; readonly reason: string }
  | {
      readonly result: 'folded';
      readonly mode: FoldMode;
      readonly watermark: string;
      /** In `append` those of the fresh events, to be added to what was counted before; else of the whole generation. */
      readonly orphans: number;
      readonly conflicts: number;
      readonly movesOntoLive: number;
    };

/** Hands the states of the changed keys to `settle`, slice by slice; nothing of it when the events hold the table. */
export async function runFold<Slice extends FoldSlice>(engine: Engine, inputs: FoldInputs<Slice>): Promise<FoldResult> {
  const fresh = inputs.files.filter((file) => file.fresh);
  await registerFiles(engine, inputs.files);
  await make(engine, { name: '@history', kind: 'view', sql: `SELECT * FROM ${await inputs.history(fresh)} h` });
  const survey = await takeSurvey(engine, 'WHERE fresh');
  const mode = foldMode(inputs.watermark, survey);
  if (mode === 'append') await engine.run(`DELETE FROM "@files" WHERE NOT fresh`);
  else
    await make(engine, {
      name: '@history',
      kind: 'view',
      sql: `SELECT * FROM ${await inputs.history(inputs.files)} h`,
    });
  const all = mode === 'append' || inputs.files.every((file) => file.fresh) ? survey : await takeSurvey(engine, '');

  const fold = compileFold(inputs.rules, mode, { truncates: all.truncates });
  // Looking into the files again for each statement costs more than the few events of a small batch take.
  const few = all.events <= (inputs.keptEvents ?? FEW_EVENTS);
  for (const relation of fold.changes) await make(engine, few ? { ...relation, kind: 'table' } : relation);
  const held = fold.holds === undefined ? [] : await engine.rows(fold.holds);
  if (held.length > 0) return { result: 'held', reason: holdReason(held as unknown as Hold[]) };
  if (fold.keys !== undefined) await make(engine, fold.keys);
  const counts = { orphans: 0, conflicts: 0, movesOntoLive: 0 };
  for (const slice of await inputs.slices(mode, all.events)) {
    const { folded, counters, conflicts } = fold.slice(slice.within);
    if (mode === 'append') await make(engine, { name: '@current', kind: 'view', sql: await inputs.current(slice) });
    for (const relation of folded) await make(engine, relation);
    const [counted] = await engine.rows(counters);
    const [differing] = await engine.rows(conflicts);
    counts.orphans += Number(counted?.['orphans']);
    counts.movesOntoLive += Number(counted?.['moves_onto_live']);
    counts.conflicts += Number(differing?.['conflicts']);
    await inputs.settle(slice, mode);
  }
  const watermark = all.highest > (inputs.watermark ?? '') ? all.highest : (inputs.watermark ?? '');
  return { result: 'folded', mode, watermark, ...counts };
}

async function registerFiles(engine: Engine, files: readonly FoldFile[]): Promise<void> {
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

const make = (engine: Engine, { name, kind, sql }: Relation): Promise<void> =>
  engine.run(`CREATE OR REPLACE TEMP ${kind === 'table' ? 'TABLE' : 'VIEW'} ${q(name)} AS ${sql}`);

interface Hold {
  readonly problem: string;
  readonly sequence: string;
}

const PROBLEMS: Readonly<Record<string, string>> = {
  ambiguous: 'B and U rows of one change sequence change several keys at once and cannot be paired without guessing',
  incomplete:
    'a row moved to another key, but B rows are partial and the U row is no whole image (beforeImage in the contract says what B rows carry)',
};

const holdReason = (holds: readonly Hold[]): string =>
  [...new Set(holds.map(({ problem }) => problem))]
    .map((problem) => {
      const sequences = holds.filter((hold) => hold.problem === problem).map((hold) => hold.sequence);
      const more = sequences.length > 3 ? ` and ${sequences.length - 3} more` : '';
      return `${PROBLEMS[problem] ?? problem}: sequence ${sequences.slice(0, 3).join(', ')}${more}`;
    })
    .join('; ');
