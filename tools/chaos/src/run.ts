/** The whole run: each scenario told undisturbed, then disturbed in every way, several side by side. */
import os from 'node:os';
import { STEPS, type Step } from '@farelake/ingest';
import { openBench, type Bench } from './bench.ts';
import { withBrokenStore, withoutPostgres } from './disturb/faults.ts';
import { killAtAnyTime, killAtSteps } from './disturb/kills.ts';
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
  mayGoOn(): boolean;
  kills: number;
}

/** What needs no other at its side, kept for the end. */
interface Alone {
  readonly context: TrialContext;
  readonly name: string;
  readonly tell: (context: TrialContext) => Promise<TrialResult>;
}

export async function runChaos(options: Options, onTold: (told: Told) => void): Promise<RunResult> {
  const bench = await openBench();
  const stop = () => {
    void bench.close().finally(() => process.exit(130));
  };
  process.once('SIGINT', stop).once('SIGTERM', stop);
  try {
    const until = Date.now() + options.minutes * 60_000;
    const told: Told[] = [];
    const run: Run = {
      ...{ options, bench, told, onTold, random: randomOf(options.seed) },
      ...{ reached: new Set(), killedAt: new Set(), stalledAt: new Set() },
      mayGoOn: () => Date.now() < until,
      kills: 0,
    };
    const alone: Alone[] = [];
    const queue = options.scenarios.values();
    const lanes = Math.min(os.availableParallelism(), 4);
    const lane = async () => {
      for (const scenario of queue) if (run.mayGoOn()) alone.push(...(await tellScenario(run, scenario)));
    };
    await Promise.all(Array.from({ length: lanes }, lane));
    for (const { context, name, tell } of alone) if (run.mayGoOn()) await tellOne(run, context, name, tell);
    return { told, unreached: STEPS.filter((step) => !run.reached.has(step)) };
  } finally {
    process.off('SIGINT', stop).off('SIGTERM', stop);
    await bench.close();
  }
}

async function tellScenario(run: Run, scenario: Scenario): Promise<Alone[]> {
  const { bench, options } = run;
  const prepared = await prepare(bench, scenario, run.random);
  const undisturbed = await tellUndisturbed(bench, prepared);
  for (const { steps } of undisturbed.acts) for (const step of steps) run.reached.add(step);
  const random = run.random.of(`${scenario.name} disturbed`);
  const mayKill = () => run.mayGoOn() && run.kills < options.kills;
  const context: TrialContext = { bench, prepared, undisturbed, random, mayKill, onKill: () => (run.kills += 1) };
  const targets = firstTimes(undisturbed);
  const first = options.scenarios[0] === scenario;
  const steps = options.quick ? uncovered(targets, run.killedAt) : targets;
  const tell = (name: string, work: (context: TrialContext) => Promise<TrialResult | TrialResult[]>) =>
    run.mayGoOn() ? tellOne(run, context, name, work) : Promise.resolve();

  await tell('killed at each step', () => killAtSteps(context, steps));
  if (!options.quick)
    await tell('killed at steps later on', () => killAtSteps(context, laterTimes(undisturbed, random)));
  if (!options.quick || first) await tell('killed at any time', () => killAtAnyTime(context, options.quick ? 2 : 6));
  if (!options.quick || first) await tell('two workers, killed', () => workTogether(context, 2, 2));
  if (!options.quick) await tell('ten workers, killed', () => workTogether(context, 10, 5));
  const stalls = uncovered(stallsAmong(targets), run.stalledAt);
  for (const target of options.quick ? stalls.slice(0, first ? 1 : 0) : stalls)
    await tell(`stalled at ${target.step}`, () => stallAt(context, target));
  return [
    ...(options.quick && !first ? [] : [{ context, name: 'Postgres away', tell: withoutPostgres }]),
    ...(scenario.zones === 'bucket'
      ? [{ context, name: 'a broken store', tell: (given: TrialContext) => withBrokenStore(given, 25) }]
      : []),
  ];
}

async function tellOne(
  run: Run,
  context: TrialContext,
  disturbance: string,
  tell: (context: TrialContext) => Promise<TrialResult | TrialResult[]>,
): Promise<void> {
  const begun = performance.now();
  const results = [await tell(context)].flat();
  const seconds = (performance.now() - begun) / 1000;
  const told: Told = {
    scenario: context.prepared.scenario.name,
    disturbance,
    seconds,
    done: results.flatMap(({ done }) => done),
    steps: results.flatMap(({ steps }) => steps),
    problems: results.flatMap(({ problems }) => problems),
    kills: results.reduce((sum, { kills }) => sum + kills, 0),
    lost: results.reduce((sum, { lost }) => sum + lost, 0),
    repeated: results.reduce((sum, { repeated }) => sum + repeated, 0),
  };
  run.told.push(told);
  run.onTold(told);
}
