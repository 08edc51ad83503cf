/** What was asked for on the command line. */
import { parseArgs } from 'node:util';
import { SCENARIOS } from './scenarios/index.ts';
import type { Scenario } from './scenario.ts';

export const USAGE = `Usage: npm run chaos [-- options]
  --kills N          ends after so many kills
  --minutes M        begins nothing new after so many minutes
  --seed S           repeats the choices of a run; every run prints its own
  --scenario a,b     only these: ${SCENARIOS.map(({ name }) => name).join(', ')}
  --quick            each step of the work once, and one of each other disturbance
  --json             the result as JSON on standard output`;

export interface Options {
  readonly kills: number;
  readonly minutes: number;
  readonly seed: number;
  readonly scenarios: readonly Scenario[];
  readonly quick: boolean;
  readonly json: boolean;
  /** Everything is told: then each step of the work has to be reached. */
  readonly whole: boolean;
}

/** @returns undefined: it cannot be understood */
export function readOptions(args: readonly string[]): Options | undefined {
  try {
    const { values } = parseArgs({
      args: [...args],
      options: {
        kills: { type: 'string' },
        minutes: { type: 'string' },
        seed: { type: 'string' },
        scenario: { type: 'string' },
        quick: { type: 'boolean', default: false },
        json: { type: 'boolean', default: false },
      },
    });
    const names = values.scenario?.split(',');
    const scenarios = names === undefined ? SCENARIOS : SCENARIOS.filter(({ name }) => names.includes(name));
    const kills = values.kills === undefined ? Infinity : Number(values.kills);
    const minutes = values.minutes === undefined ? Infinity : Number(values.minutes);
    const seed = values.seed === undefined ? Math.floor(Math.random() * 2 ** 31) : Number(values.seed);
    const known = names === undefined || scenarios.length === new Set(names).size;
    if (!known || !(kills > 0) || !(minutes > 0) || !Number.isSafeInteger(seed)) return undefined;
    const whole = names === undefined && kills === Infinity && minutes === Infinity;
    return { kills, minutes, seed, scenarios, quick: values.quick, json: values.json, whole };
  } catch {
    return undefined;
  }
}
