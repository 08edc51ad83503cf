/** Something short that a person asks for, done as soon as nobody else works on the table. */
import { setTimeout as sleep } from 'node:timers/promises';
import { LeaseLost } from '@farelake/db';
import type { OnProgress } from '../progress.ts';
import type { TableWorkspace, Workspace } from '../workspace.ts';
import { isPassing } from '../retry/passing.ts';
import { withTable } from './in-table.ts';

/** Milliseconds between two looks at a table that another process works on. */
const PAUSE = 300;

export interface Turn {
  readonly onProgress?: OnProgress | undefined;
  /** False: it is more than one transaction, and not begun again when another process takes the table over in the middle. */
  readonly again?: boolean;
}

/** Times in a row that the database may go away: who takes a table over ends the session of one that had stalled. */
const MOST_BREAKS = 5;

/** @throws LeaseLost, or what the database threw, where it is not done again */
export async function whenFree<T>(
  workspace: Workspace,
  dataset: string,
  work: (own: TableWorkspace) => Promise<T>,
  { onProgress, again = true }: Turn = {},
): Promise<T> {
  for (let breaks = 0; ;) {
    workspace.signal.throwIfAborted();
    try {
      const done = await withTable(workspace, dataset, async (own) => ({ result: await work(own) }));
      if (done !== undefined) return done.result;
      breaks = 0;
    } catch (error) {
      // Taken over by another process before anything was changed: this one waits for its turn again.
      if (isPassing(error)) breaks += 1;
      else if (!(error instanceof LeaseLost)) throw error;
      if (!again || breaks > MOST_BREAKS) throw error;
    }
    onProgress?.({ step: 'waiting for another process', table: dataset });
    await sleep(PAUSE, undefined, { signal: workspace.signal });
  }
}
