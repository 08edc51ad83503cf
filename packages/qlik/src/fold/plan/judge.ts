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

/** From narrow to wide: a wider mode gives the same table as a narrower one that would do. */
const WIDTH: Readonly<Record<FoldMode, number>> = { append: 0, rebuild: 1, truncate: 2, whole: 3 };

/**
 * @param mode of the plan
 * @param watermark of the table before; undefined: there was none
 * @throws Error when the mode was too narrow for the events that there were: a bug, for it is decided by what is known of their files
 */
export function judgeFold(result: Result, mode: FoldMode, watermark: string | undefined): FoldCounts {
  const fresh = surveyOf(one(result, 'fresh'));
  const needed = foldMode(watermark, fresh);
  if (WIDTH[needed] > WIDTH[mode]) throw new Error(`a fold was planned as ${mode}, and its events need ${needed}`);
  const [after, before] = [
    countsOf(result, ''),
    'counters_before' in result.receipts ? countsOf(result, '_before') : NONE,
  ];
  const highest = [watermark ?? '', fresh.highest, surveyOf(one(result, 'all')).highest];
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
