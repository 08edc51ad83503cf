import { setTimeout as sleep } from 'node:timers/promises';
import type { OnProgress } from '../progress.ts';
import type { Workspace } from '../workspace.ts';
import { pauseFor } from './passing.ts';

/**
 * Runs `work` again while it fails for reasons that pass, with growing pauses and not for ever. It has to be such that
 * running it again does no harm.
 * @param what for the person who watches
 */
export async function patiently<T>(
  { signal, patience }: Pick<Workspace, 'signal' | 'patience'>,
  what: string,
  work: () => Promise<T>,
  onProgress?: OnProgress,
): Promise<T> {
  for (let failed = 1; ; failed += 1) {
    try {
      return await work();
    } catch (error) {
      signal.throwIfAborted();
      const pause = pauseFor(error, failed, patience);
      if (pause === undefined) throw error;
      onProgress?.({ step: 'trying again', what, why: firstLine(error) });
      await sleep(pause, undefined, { signal });
    }
  }
}

export const firstLine = (error: unknown): string =>
  (Error.isError(error) ? error.message : String(error)).split('\n')[0] ?? '';
