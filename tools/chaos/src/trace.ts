/** What a command reached, by the log of its steps: one line each, written before anything else happens there. */
import { readFile, rm } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Step } from '@farelake/ingest';
import type { Child } from './child.ts';
import type { Home } from './home.ts';

export interface Trace {
  /** Variables for the command. */
  readonly variables: NodeJS.ProcessEnv;
  /** Steps so far, in order. */
  steps(): Promise<Step[]>;
  /** Waits until so many steps were reached. @returns false: the command ended before */
  until(count: (steps: readonly Step[]) => boolean, child: Child): Promise<boolean>;
}

let traces = 0;

export async function openTrace(home: Home): Promise<Trace> {
  const file = path.join(home.folder, `steps-${String((traces += 1))}`);
  await rm(file, { force: true });
  const steps = async (): Promise<Step[]> => {
    const text = await readFile(file, 'utf8').catch(() => '');
    // A line that is being written has no end yet.
    return text.split('\n').slice(0, -1) as Step[];
  };
  return {
    variables: { FARELAKE_FAILPOINT_LOG: file },
    steps,
    until: async (enough, child) => {
      const over = child.ended.then(() => true);
      while (!enough(await steps())) if (await Promise.race([over, sleep(5, false)])) return enough(await steps());
      return true;
    },
  };
}

/** How often each step was reached, in the order of the first times. */
export function countSteps(steps: readonly Step[]): Map<Step, number> {
  const counts = new Map<Step, number>();
  for (const step of steps) counts.set(step, (counts.get(step) ?? 0) + 1);
  return counts;
}
