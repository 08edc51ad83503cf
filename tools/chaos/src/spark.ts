/** Stories that Spark has a part in, on machines that have it and on those that have not. */
import type { Step } from '@farelake/ingest';
import { glueEnvironment } from '@farelake/engines';
import type { Scenario } from './scenario.ts';

export interface Stage {
  readonly scenarios: readonly Scenario[];
  /** Interpreter with the packages of the jobs; undefined: no story needs one. */
  readonly python?: string;
  /** Why there is no Spark: stories that need it are left out. */
  readonly without?: string;
}

/** @throws Error in CI, where a story that is left out would look like one that went well */
export async function stageOf(scenarios: readonly Scenario[]): Promise<Stage> {
  if (!scenarios.some(({ spark }) => spark)) return { scenarios };
  const python = await glueEnvironment();
  if (typeof python === 'string') return { scenarios, python };
  if (process.env['CI'] === 'true') throw new Error(`stories with Spark cannot be told: ${python.reason}`);
  return { scenarios: scenarios.filter(({ spark }) => !spark), without: python.reason };
}

/** Reached only where Spark works. */
export const ofSpark = (step: Step): boolean => step.startsWith('run:');
