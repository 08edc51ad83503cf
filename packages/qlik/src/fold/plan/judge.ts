/** What a run of a fold's plan comes to. Pure. */
import type { ReceiptRow, Result } from '@farelake/plan';
import { foldMode, type Survey } from '../mode.ts';
import type { FoldMode } from '../sql/plan.ts';

export interface FoldCounts {
  readonly watermark: string;
  /** In `whole` of the whole generation; else to be added to what was counted before, and then perhaps negative. */
  readonly orphans: number;
  readonly conflicts: number;
  readonly movesOntoLive: number;
}

/** What was decided before the run. */
export interface PlannedAs {
  readonly mode: FoldMode;
  /** Of the table before; undefined: there was none. */
  readonly watermark: string | undefined;
  /** T events were reckoned with. */
  readonly truncates: boolean;
}

/**
 * In which modes events come out right that need a certain one. `truncate` stands in for no other: it leaves nothing of what no event
 * touches, and would do so without a T.
 */
const RIGHT: Readonly<Record<FoldMode, readonly FoldMode[]>> = {
  append: ['append', 'rebuild', 'whole'],
  rebuild: ['rebuild', 'whole'],
  truncate: ['truncate', 'whole'],
  whole: ['whole'],
};

/** @throws Error when the plan was not one for the events that there were: a bug, for it is made by what is known of their files */
export function judgeFold(result: Result, { mode, watermark, truncates }: PlannedAs): FoldCounts {
  const [fresh, all] = [surveyOf(one(result, 'fresh')), surveyOf(one(result, 'all'))];
  const needed = foldMode(watermark, fresh);
  if (!RIGHT[needed].includes(mode)) throw new Error(`a fold was planned as ${mode}, and its events need ${needed}`);
  if (all.truncates && !truncates) throw new Error('a fold was planned without truncations, and its events have some');
  const [after, before] = [
    countsOf(result, ''),
    'counters_before' in result.receipts ? countsOf(result, '_before') : NONE,
  ];
  const highest = [watermark ?? '', fresh.highest, all.highest];
  return {
    watermark: highest.reduce((a, b) => (a > b ? a : b)),
    orphans: after.orphans - before.orphans,
    conflicts: after.conflicts - before.conflicts,
    movesOntoLive: after.movesOntoLive - before.movesOntoLive,
  };
}

const NONE = { orphans: 0, conflicts: 0, movesOntoLive: 0 };

function countsOf(result: Result, suffix: string): typeof NONE {
  const { orphans, moves_onto_live: movesOntoLive } = one(result, `counters${suffix}`);
  const { conflicts } = one(result, `conflicts${suffix}`);
  return { orphans: Number(orphans), conflicts: Number(conflicts), movesOntoLive: Number(movesOntoLive) };
}

const surveyOf = ({ lowest, highest, truncates, snapshots }: ReceiptRow): Survey => ({
  lowest: lowest === null || lowest === undefined ? null : String(lowest),
  highest: String(highest),
  truncates: Number(truncates) === 1,
  snapshots: Number(snapshots) === 1,
});

function one({ receipts, attempt }: Result, name: string): ReceiptRow {
  const [row] = receipts[name] ?? [];
  if (row === undefined) throw new Error(`the result of attempt ${attempt} has no receipt ${name}`);
  return row;
}
