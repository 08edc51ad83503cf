/** What decides a fold's mode, from the statistics of files alone. Pure. */
import { foldMode, type Survey } from '../mode.ts';
import type { FoldMode } from '../sql/plan.ts';

/** Of a file of history, as the ledger has it. */
export interface HistoryStatistics {
  readonly [column: string]:
    | {
        readonly min?: string;
        readonly max?: string;
        readonly nulls?: number;
        readonly values?: number;
        readonly listed?: readonly string[];
      }
    | undefined;
}

/**
 * The mode of a fold that is planned by statistics. A T that only may be there makes no `truncate`: after one, what no event touches is gone,
 * so that without a T it would lose rows. `whole` is right either way.
 */
export function plannedMode(watermark: string | undefined, fresh: Survey): FoldMode {
  const mode = foldMode(watermark, fresh);
  return mode === 'truncate' ? 'whole' : mode;
}

/** Never narrower than the truth: what is not known of a file may be anything; and a file has rows of other loads, too. */
export function surveyOfFiles(files: readonly (HistoryStatistics | null)[]): Survey {
  const surveys = files.map(surveyOfFile);
  const lowest = surveys.map((one) => one.lowest).reduce<string | null>(lower, null);
  return {
    lowest,
    highest: surveys.map(({ highest }) => highest).reduce((a, b) => (a > b ? a : b), ''),
    truncates: surveys.some(({ truncates }) => truncates),
    snapshots: surveys.some(({ snapshots }) => snapshots),
  };
}

const lower = (a: string | null, b: string | null): string | null => (a === null ? b : b === null || a < b ? a : b);

function surveyOfFile(columns: HistoryStatistics | null): Survey {
  const { listed } = columns?.['header__change_oper'] ?? {};
  const { min, max, nulls } = columns?.['header__change_seq'] ?? {};
  return {
    // A row without a sequence comes before all others.
    lowest: min === undefined || nulls !== 0 ? '' : min,
    highest: max ?? '',
    truncates: listed?.includes('T') !== false,
    snapshots: listed?.includes('L') !== false,
  };
}
