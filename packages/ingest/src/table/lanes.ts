/** Work side by side: a job that waits, fails or takes long leaves the lanes to the others. */
import { setTimeout as sleep } from 'node:timers/promises';

/**
 * Gives each job its turns, those first in the list first, at most `lanes` at once, until none wants another.
 * @param turn milliseconds after which the job wants its next turn; undefined: it is over
 * @throws the first error of a turn, once no turn is under way any more; no other turn begins
 */
export async function inLanes<Job>(
  jobs: readonly Job[],
  lanes: number,
  turn: (job: Job) => Promise<number | undefined>,
  signal: AbortSignal,
): Promise<void> {
  const waiting = jobs.map((job, place) => ({ job, place, notBefore: 0 }));
  const broken = new AbortController();
  const stopped = AbortSignal.any([signal, broken.signal]);
  const lane = async () => {
    for (;;) {
      stopped.throwIfAborted();
      const next = waiting.find(({ notBefore }) => notBefore <= performance.now());
      if (next === undefined) {
        // What others have in hand comes back to them.
        if (waiting.length === 0) return;
        const soonest = Math.min(...waiting.map(({ notBefore }) => notBefore));
        await sleep(Math.max(1, soonest - performance.now()), undefined, { signal: stopped });
        continue;
      }
      waiting.splice(waiting.indexOf(next), 1);
      const pause = await turn(next.job);
      if (pause === undefined) continue;
      waiting.push({ ...next, notBefore: performance.now() + pause });
      waiting.sort((a, b) => a.place - b.place);
    }
  };
  const ended = await Promise.allSettled(
    Array.from({ length: Math.min(lanes, jobs.length) }, () =>
      lane().catch((error: unknown) => {
        broken.abort(error);
        throw error;
      }),
    ),
  );
  signal.throwIfAborted();
  if (broken.signal.aborted) throw broken.signal.reason;
  for (const one of ended) if (one.status === 'rejected') throw one.reason;
}
