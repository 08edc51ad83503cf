/**
 * The whole run. Briefly first: each scenario told undisturbed, each step killed at once in one of them, each other
 * disturbance once; so that few kills go far. Then at length: each scenario with all of them.
 */
import os from 'node:os';
import { STEPS, type Step } from '@farelake/ingest';
import { openBench, type Bench } from './bench.ts';
import { withBrokenStore, withoutPostgres } from './disturb/faults.ts';
import { killAtAnyTime, killAtSteps, type Target } from './disturb/kills.ts';
import { stallAt } from './disturb/stalls.ts';
import type { TrialContext, TrialResult } from './disturb/trial.ts';
import { workTogether } from './disturb/workers.ts';
import type { Options } from './options.ts';
import { firstTimes, laterTimes, stallsAmong, uncovered } from './plan.ts';
import { prepare } from './prepare.ts';
import { randomOf, type Random } from './random.ts';
import type { Scenario } from './scenario.ts';
import { tellUndisturbed } from './undisturbed.ts';

export interface Told extends TrialResult {
  readonly scenario: string;
  readonly disturbance: string;
  readonly seconds: number;
}

export interface RunResult {
  readonly told: readonly Told[];
  /** Steps of the work that no scenario reached. */
  readonly unreached: readonly Step[];
}

interface Run {
  readonly options: Options;
  readonly bench: Bench;
  readonly random: Random;
  readonly onTold: (told: Told) => void;
  readonly told: Told[];
  readonly reached: Set<Step>;
  readonly killedAt: Set<Step>;
  readonly stalledAt: Set<Step>;
  /** False: time is up, or there are enough kills. */
  readonly mayGoOn: () => boolean;
  kills: number;
}

/** @param options with the interpreter that Spark works in, for stories that need it */
export async function runChaos(
  options: Options & { readonly python?: string | undefined },
  onTold: (told: Told) => void,
): Promise<RunResult> {
  const bench = await openBench(options.python);
  const stop = () => {
    void bench.close().finally(() => process.exit(130));
  };
  process.once('SIGINT', stop).once('SIGTERM', stop);
  try {
    const until = Date.now() + options.minutes * 60_000;
    const run: Run = {
      ...{ options, bench, onTold, random: randomOf(options.seed), told: [], kills: 0 },
      ...{ reached: new Set(), killedAt: new Set(), stalledAt: new Set() },
      mayGoOn: () => Date.now() < until && run.kills < options.kills,
    };
    const opened = new Map<Scenario, TrialContext>();
    await inLanes(run, options.scenarios, async (scenario) => {
      const context = await open(run, scenario);
      opened.set(scenario, context);
      await tellBriefly(run, context, scenario === options.scenarios[0]);
    });
    // In the order of the list, whichever came to its end first.
    const contexts = options.scenarios.flatMap((scenario) => opened.get(scenario) ?? []);
    await alone(run, contexts.slice(0, 1), contexts);
    if (!options.quick) {
      await inLanes(run, contexts, (context) => tellAtLength(run, context));
      await alone(run, contexts, contexts);
    }
    return { told: run.told, unreached: STEPS.filter((step) => !run.reached.has(step)) };
  } finally {
    process.off('SIGINT', stop).off('SIGTERM', stop);
    await bench.close();
  }
}

/** As many at once as there are processors, so that a stalled or waiting command leaves none idle. */
async function inLanes<T>(run: Run, list: readonly T[], work: (one: T) => Promise<void>): Promise<void> {
  const queue = list.values();
  const lane = async () => {
    for (const one of queue) if (run.mayGoOn()) await work(one);
  };
  await Promise.all(Array.from({ length: Math.min(os.availableParallelism(), 4) }, lane));
}

async function open(run: Run, scenario: Scenario): Promise<TrialContext> {
  const { bench } = run;
  const prepared = await prepare(bench, scenario, run.random);
  const undisturbed = await tellUndisturbed(bench, prepared);
  for (const { steps } of undisturbed.acts) for (const step of steps) run.reached.add(step);
  const random = run.random.of(`${scenario.name} disturbed`);
  return { bench, prepared, undisturbed, random, mayKill: run.mayGoOn, onKill: () => (run.kills += 1) };
}

/** Every step of the work once, over all scenarios; of the other disturbances each once. */
async function tellBriefly(run: Run, context: TrialContext, first: boolean): Promise<void> {
  const targets = firstTimes(context.undisturbed);
  const fresh = uncovered(targets, run.killedAt);
  if (fresh.length > 0) await tell(run, context, 'killed at each step', () => killAtSteps(context, fresh));
  if (!first) return;
  await tell(run, context, 'killed at any time', () => killAtAnyTime(context, 2));
  await tell(run, context, 'two workers, killed', () => workTogether(context, 2, 2));
  await stalls(run, context, stallsAmong(targets).slice(0, 1));
}

async function tellAtLength(run: Run, context: TrialContext): Promise<void> {
  const { undisturbed, random } = context;
  const targets = firstTimes(undisturbed);
  await tell(run, context, 'killed at each step of each act', () => killAtSteps(context, targets));
  await tell(run, context, 'killed at steps later on', () => killAtSteps(context, laterTimes(undisturbed, random)));
  await tell(run, context, 'killed at any time', () => killAtAnyTime(context, 6));
  await tell(run, context, 'two workers, killed', () => workTogether(context, 2, 2));
  await tell(run, context, 'ten workers, killed', () => workTogether(context, 10, 5));
  await stalls(run, context, stallsAmong(targets));
}

async function stalls(run: Run, context: TrialContext, targets: readonly Target[]): Promise<void> {
  for (const target of uncovered(targets, run.stalledAt))
    await tell(run, context, `stalled at ${target.step}`, () => stallAt(context, target));
}

/** What others lean on fails: with nothing else at its side. */
async function alone(run: Run, all: readonly TrialContext[], stores: readonly TrialContext[]): Promise<void> {
  for (const context of all) await tell(run, context, 'Postgres away', () => withoutPostgres(context));
  for (const context of stores)
    if (context.prepared.scenario.zones === 'bucket')
      await tell(run, context, 'a broken store', () => withBrokenStore(context, 25));
}

async function tell(
  run: Run,
  context: TrialContext,
  disturbance: string,
  work: () => Promise<TrialResult | TrialResult[]>,
): Promise<void> {
  if (!run.mayGoOn()) return;
  const begun = performance.now();
  const results = [await work()].flat();
  const told: Told = {
    scenario: context.prepared.scenario.name,
    disturbance,
    seconds: (performance.now() - begun) / 1000,
    done: results.flatMap(({ done }) => done),
    steps: results.flatMap(({ steps }) => steps),
    problems: results.flatMap(({ problems }) => problems),
    kills: sum(results, 'kills'),
    lost: sum(results, 'lost'),
    repeated: sum(results, 'repeated'),
  };
  run.told.push(told);
  run.onTold(told);
}

/** Of all trials together. */
export const sum = (results: readonly TrialResult[], of: 'kills' | 'lost' | 'repeated'): number =>
  results.reduce((total, result) => total + result[of], 0);
