/** How new events are brought into a table: the decision, apart from the doing. */
import type { FoldMode } from './sql/plan.ts';

export interface Survey {
  /** Lowest sequence, '' being a snapshot row's; null: there are no events. */
  readonly lowest: string | null;
  /** Highest sequence; '' when there is none. */
  readonly highest: string;
  readonly truncates: boolean;
  readonly snapshots: boolean;
}

/**
 * @param watermark highest sequence applied to the live current table; undefined: there is none yet
 * @param fresh survey of the events not yet applied
 */
export function foldMode(watermark: string | undefined, fresh: Survey): FoldMode {
  if (watermark === undefined) return 'whole';
  if (fresh.truncates) return 'truncate';
  if (fresh.lowest !== null && (fresh.snapshots || fresh.lowest <= watermark)) return 'rebuild';
  return 'append';
}
