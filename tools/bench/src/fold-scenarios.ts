/** What the fold's benchmark measures: tables, and the folds of each in order. */
import type { ChangeSpec } from './fold-data.ts';

export interface FoldStep {
  readonly name: string;
  readonly changes: number;
  readonly newest: number;
  readonly anywhere: number;
  /** Folds of this kind, one upon the other; the median is reported. */
  readonly times: number;
  /** Is the same change also made by hand, and by the peers there are, for comparison? */
  readonly beside?: true;
}

export interface FoldScenario {
  readonly rows: number;
  readonly scattered: boolean;
  readonly steps: readonly FoldStep[];
}

const M = 1_000_000;

/** 50000 → `50 k`, 20000000 → `20 M`. */
export const words = (count: number): string => (count >= M ? `${count / M} M` : `${count / 1000} k`);

const newest = (times: number, changes = 50_000): FoldStep => ({
  name: `${words(changes)} changes on the newest 2 % of keys`,
  changes,
  newest: 0.02,
  anywhere: 0,
  times,
});
const mixed = (times: number, changes = 50_000): FoldStep => ({
  name: `${words(changes)} changes, 10 % of them anywhere`,
  changes,
  newest: 0.02,
  anywhere: 0.1,
  times,
});
const uniform = (changes: number, times: number): FoldStep => ({
  name: `${words(changes)} changes anywhere`,
  changes,
  newest: 1,
  anywhere: 0,
  times,
  beside: true,
});

export const FULL: readonly FoldScenario[] = [
  { rows: M, scattered: false, steps: [newest(3), mixed(1)] },
  { rows: 5 * M, scattered: false, steps: [uniform(M, 3), newest(3), mixed(3)] },
  { rows: 5 * M, scattered: true, steps: [] },
  { rows: 20 * M, scattered: false, steps: [newest(3), mixed(1)] },
];

/** Every path of the benchmark once, in less than a minute. */
export const QUICK: readonly FoldScenario[] = [
  { rows: 100_000, scattered: false, steps: [newest(1, 5_000)] },
  { rows: 600_000, scattered: false, steps: [uniform(60_000, 1), newest(1, 5_000), mixed(1, 5_000)] },
  { rows: 600_000, scattered: true, steps: [] },
];

export const specOf = (
  scenario: FoldScenario,
  { changes, newest: part, anywhere }: FoldStep,
  round: number,
): ChangeSpec => ({
  changes,
  rows: scenario.rows,
  newest: part,
  anywhere,
  round,
});
