/** Which disturbances a scenario gets: chosen from what its undisturbed run reached. */
import type { Step } from '@farelake/ingest';
import type { Target } from './disturb/kills.ts';
import type { Random } from './random.ts';
import { countSteps } from './trace.ts';
import type { Undisturbed } from './undisturbed.ts';

/** Each step of each act, in the order in which it is first reached, for the first time it is. */
export const firstTimes = ({ acts }: Undisturbed): Target[] =>
  acts.flatMap(({ steps }, act) => [...countSteps(steps).keys()].map((step) => ({ act, step, time: 1 })));

/** Each step that an act reaches more than once, at a later time. */
export const laterTimes = ({ acts }: Undisturbed, random: Random): Target[] =>
  acts.flatMap(({ steps }, act) =>
    [...countSteps(steps)].flatMap(([step, count]) =>
      count === 1 ? [] : [{ act, step, time: 2 + random.below(count - 1) }],
    ),
  );

/** Of these, one for each step that is not among `covered` yet, which they then are. */
export function uncovered(targets: readonly Target[], covered: Set<Step>): Target[] {
  return targets.filter(({ step }) => {
    const fresh = !covered.has(step);
    covered.add(step);
    return fresh;
  });
}

/** Work is finished there and not yet committed, or about to be: who stalls there would spoil the most. */
const BEFORE_COMMIT = /[:-](committing|compacting|merging|written|adopted|copied)$/;

export const stallsAmong = (targets: readonly Target[]): Target[] =>
  targets.filter(({ step }) => BEFORE_COMMIT.test(step));
