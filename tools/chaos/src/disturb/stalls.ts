/**
 * A worker stalls in the middle, another takes its table over and does the work; then the first wakes, and must change
 * nothing.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { lastWords } from '../child.ts';
import { compare } from '../picture/compare.ts';
import { takePicture } from '../picture/take.ts';
import { openTrace } from '../trace.ts';
import type { Target } from './kills.ts';
import { tellDisturbed, type TrialContext, type TrialResult } from './trial.ts';

/** Seconds: short, so that the other need not wait long; a busy machine must still renew it in time. */
const SECONDS = 3;
const LEASE = { FARELAKE_LEASE_SECONDS: String(SECONDS) };

export function stallAt(context: TrialContext, target: Target): Promise<TrialResult> {
  return tellDisturbed(context, async (home, act, index, record) => {
    if (target.act !== index) return;
    const trace = await openTrace(home);
    const { step, time } = target;
    const failpoint = { FARELAKE_FAILPOINT: `${step}:${String(time)}:stop`, ...trace.variables, ...LEASE };
    const stalled = home.start(act.command, failpoint);
    const there = await trace.until((steps) => steps.filter((one) => one === step).length >= time, stalled);
    if (!there) {
      record.problems.push(`act ${index + 1} never came to ${step}, where it was to stall`);
      return;
    }
    record.done.push(`act ${index + 1}: stalled at ${step}:${time}`);
    record.steps.push(step);
    // Maintenance does not wait for a table that somebody works on: until nobody does.
    await sleep(SECONDS * 1000 + 500);
    const other = await home.start(act.command, LEASE).ended;
    if (other.code !== act.exit)
      record.problems.push(`act ${index + 1}: who took over should end with ${act.exit}: ${lastWords(other)}`);
    const before = await takePicture(home);
    stalled.process.kill('SIGCONT');
    const woken = await stalled.ended;
    // What somebody decides is decided by then, and cannot be once more.
    if (woken.code !== act.exit && !(act.done !== undefined && woken.code === 1))
      record.problems.push(`act ${index + 1}: who had stalled should end with ${act.exit}: ${lastWords(woken)}`);
    const { examples } = compare(before, await takePicture(home));
    record.problems.push(...examples.map((text) => `changed by who had stalled: ${text}`));
  });
}
