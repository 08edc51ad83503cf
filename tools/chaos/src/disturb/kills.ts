/** The command is killed: at named steps, and at any time. After each kill the same command goes on where it was. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Step } from '@farelake/ingest';
import type { Home } from '../home.ts';
import type { PreparedAct } from '../prepare.ts';
import { openTrace } from '../trace.ts';
import { lookAfterKill } from './after-kill.ts';
import { tellDisturbed, type Record, type TrialContext, type TrialResult } from './trial.ts';

/** Where a command is to be killed: when the act's command reaches the step for that time. */
export interface Target {
  readonly act: number;
  readonly step: Step;
  readonly time: number;
}

/**
 * Kills at all targets. Within one act one kill follows another, each further on in the work; what a command no longer
 * reaches, because earlier ones have done it, is left for the next home.
 */
export async function killAtSteps(context: TrialContext, targets: readonly Target[]): Promise<TrialResult[]> {
  const results: TrialResult[] = [];
  let left = [...targets];
  while (left.length > 0) {
    const open = new Set(left);
    // The first of each act has its whole command before it: if that does not reach it, no other will.
    const firsts = new Set(left.filter(({ act }, index) => left.findIndex((one) => one.act === act) === index));
    const result = await tellDisturbed(context, async (home, act, index, record) => {
      for (const target of left.filter((one) => one.act === index)) {
        if ((await act.done?.(home)) === true) break;
        if (!context.mayKill()) return;
        const over = await killAt(home, act, target, record);
        if (over === 'killed' || firsts.has(target)) open.delete(target);
      }
    });
    results.push(result);
    if (!context.mayKill()) break;
    left = left.filter((target) => open.has(target));
  }
  return results;
}

async function killAt(home: Home, act: PreparedAct, { act: index, step, time }: Target, record: Record) {
  const { ended } = home.start(act.command, { FARELAKE_FAILPOINT: `${step}:${String(time)}` });
  const { signal } = await ended;
  if (signal !== 'SIGKILL') return 'ended';
  record.killed(`act ${index + 1}: ${step}:${time}`, step);
  await lookAfterKill(home, record);
  return 'killed';
}

/** Each act's command is killed `times` times, each time some milliseconds after some step, or in between. */
export function killAtAnyTime(context: TrialContext, times: number): Promise<TrialResult> {
  const { random, undisturbed } = context;
  return tellDisturbed(context, async (home, act, index, record) => {
    const { steps = [], took = 0 } = undisturbed.acts[index] ?? {};
    for (let n = 0; n < times; n += 1) {
      if ((await act.done?.(home)) === true || !context.mayKill()) return;
      const trace = await openTrace(home);
      const child = home.start(act.command, trace.variables);
      const after = random.below(steps.length + 1);
      // Without a step to wait for: anywhere, also while the program is still being read.
      const wait = after === 0 ? random.below(took) : random.below(60);
      await trace.until((reached) => reached.length >= after, child);
      await Promise.race([sleep(wait), child.ended]);
      child.process.kill('SIGKILL');
      const { signal } = await child.ended;
      const reached = await trace.steps();
      if (signal !== 'SIGKILL') continue;
      record.killed(`act ${index + 1}: ${wait} ms after ${reached.at(-1) ?? 'the start'}`);
      await lookAfterKill(home, record);
    }
  });
}
