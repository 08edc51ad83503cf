/** Proves which kills and stalls a scenario gets from the steps that its undisturbed run reached. */
import { firstTimes, laterTimes, stallsAmong, uncovered } from '../src/plan.ts';
import { readOptions } from '../src/options.ts';
import { randomOf } from '../src/random.ts';
import type { Step } from '@farelake/ingest';
import type { Undisturbed } from '../src/undisturbed.ts';

const undisturbed: Undisturbed = {
  picture: new Map(),
  acts: [
    { steps: ['register:done', 'load:started', 'load:committing', 'load:started'], took: 1 },
    { steps: ['register:done', 'fold:committing'], took: 1 },
  ],
};

it('each step of each act once, in the order of the work', () => {
  expect(firstTimes(undisturbed).map(({ act, step, time }) => `${act} ${step} ${time}`)).toEqual([
    '0 register:done 1',
    '0 load:started 1',
    '0 load:committing 1',
    '1 register:done 1',
    '1 fold:committing 1',
  ]);
});

it('later times only of steps that have them', () => {
  expect(laterTimes(undisturbed, randomOf(1))).toEqual([{ act: 0, step: 'load:started', time: 2 }]);
});

it('what is covered already is left out, and what is chosen is covered then', () => {
  const covered = new Set<Step>(['load:started']);
  const chosen = uncovered(firstTimes(undisturbed), covered);
  expect(chosen.map(({ step }) => step)).toEqual(['register:done', 'load:committing', 'fold:committing']);
  expect(uncovered(firstTimes(undisturbed), covered)).toEqual([]);
});

it('stalls are where work is done and not committed', () => {
  expect(stallsAmong(firstTimes(undisturbed)).map(({ step }) => step)).toEqual(['load:committing', 'fold:committing']);
});

it('the same seed chooses the same, and parts of the work choose by themselves', () => {
  const draw = (seed: number, name: string) => Array.from({ length: 5 }, () => randomOf(seed).of(name).below(1000))[0];
  expect(draw(7, 'a')).toBe(draw(7, 'a'));
  expect(new Set([draw(7, 'a'), draw(7, 'b'), draw(8, 'a')]).size).toBe(3);
});

it.each([['--kills', '0'], ['--scenario', 'nowhere'], ['--seed', 'x'], ['--more'], ['--minutes', '-1']])(
  'refused: %s %s',
  (...args) => {
    expect(readOptions(args.filter((arg) => typeof arg === 'string'))).toBeUndefined();
  },
);

it('only a run of everything has to reach every step', () => {
  expect(readOptions([])).toMatchObject({ whole: true, kills: Infinity });
  expect(readOptions(['--quick', '--seed', '3'])).toMatchObject({ whole: true, quick: true, seed: 3 });
  expect(readOptions(['--kills', '5'])).toMatchObject({ whole: false, kills: 5 });
  expect(readOptions(['--scenario', 'stream'])?.scenarios.map(({ name }) => name)).toEqual(['stream']);
});
