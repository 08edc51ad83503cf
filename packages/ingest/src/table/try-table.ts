/**
 * One turn at a table, and what comes of it. Trouble that passes is tried again, a limited number of times; what is left
 * of it counts as one failure of the run, and too many of these in a row hold the table.
 */
import {
  LeaseLost,
  placeHold,
  readHold,
  recordFailure,
  recordNextTry,
  recordSuccess,
  recordTrouble,
  type Queryable,
} from '@farelake/db';
import type { Contract } from '@farelake/schema-registry';
import { reach } from '../failpoint.ts';
import { MOST_FAILURES } from '../hold/hold-table.ts';
import type { OnProgress } from '../progress.ts';
import { isOutage, pauseFor } from '../retry/passing.ts';
import { firstLine } from '../retry/patiently.ts';
import { minutesAfter } from '../retry/pause.ts';
import { thisProcess } from '../who.ts';
import type { Workspace } from '../workspace.ts';
import { discreet } from './discreet.ts';
import { inTable, withTable } from './in-table.ts';
import { newTally, newTried, workTable, type TableDone, type TableWork, type Tally, type Tried } from './work-table.ts';

/** A table that this run is to work on. */
export interface TableJob {
  readonly workspace: Workspace;
  readonly dataset: string;
  readonly contract: Contract | undefined;
  readonly onProgress: OnProgress | undefined;
  /** As in `IngestOptions`. */
  readonly quietTime?: number | undefined;
  /** What this run has done so far; turns add to it. */
  readonly tally: Tally;
  readonly tried: Tried;
  /** Turns in a row that failed and got nothing done. */
  failed: number;
}

export const newJob = (
  given: Pick<TableJob, 'workspace' | 'dataset' | 'contract' | 'onProgress' | 'quietTime'>,
): TableJob => ({
  ...given,
  tally: newTally(),
  tried: newTried(),
  failed: 0,
});

export type Turn =
  | { readonly result: 'done'; readonly done: TableDone }
  | { readonly result: 'failed'; readonly error: unknown }
  /** @property pause milliseconds */
  | { readonly result: 'later'; readonly pause: number };

/** Milliseconds after which to look again whether another process has finished with a table. */
const LOOK_AGAIN = 300;

/** @throws only when the person stops the command */
export async function tryTable(job: TableJob): Promise<Turn> {
  const { workspace, dataset, tally, onProgress } = job;
  workspace.signal.throwIfAborted();
  const before = progressOf(tally);
  try {
    const done = await withTable(workspace, dataset, (own) => recorded({ ...job, workspace: own }, job));
    if (done !== undefined) return { result: 'done', done };
    onProgress?.({ step: 'waiting for another process', table: dataset });
    return { result: 'later', pause: LOOK_AGAIN };
  } catch (error) {
    workspace.signal.throwIfAborted();
    // Taken over by another process: this one goes on where that ends.
    if (error instanceof LeaseLost) return { result: 'later', pause: LOOK_AGAIN };
    if (progressOf(tally) > before) job.failed = 0;
    job.failed += 1;
    const pause = pauseFor(error, job.failed, workspace.patience);
    if (pause === undefined) return { result: 'failed', error };
    onProgress?.({ step: 'trying again', what: dataset, why: firstLine(error) });
    return { result: 'later', pause };
  }
}

const progressOf = ({ loaded, applied, archived }: Tally): number => loaded + applied + archived;

/** What the work of the table came to stands in the ledger, for everybody to see, until it goes well again. */
async function recorded(work: TableWork, job: TableJob): Promise<TableDone> {
  const { workspace, dataset, tally } = work;
  const before = progressOf(tally);
  // Its work is not ours to do; status says why.
  if ((await readHold(workspace.pool, dataset)) !== undefined) return { ...tally, trouble: null };
  try {
    const done = await workTable(work);
    await inTable(workspace, (db) => recordSuccess(db, dataset, done.trouble));
    reach('table:recorded');
    return done;
  } catch (raw) {
    const error = discreet(work.contract, raw);
    const failed = progressOf(tally) > before ? 1 : job.failed + 1;
    const last = pauseFor(error, failed, workspace.patience) === undefined;
    // The database may be what failed; then the error itself is all there is to tell.
    if (last && !workspace.signal.aborted)
      await inTable(workspace, (db) => recordFailed(db, dataset, error)).catch(() => undefined);
    throw error;
  }
}

async function recordFailed(db: Queryable, dataset: string, error: unknown): Promise<void> {
  const trouble = Error.isError(error) ? error.message : String(error);
  // Not the table's fault: it neither counts nor holds the table, which goes on by itself when the outage is over.
  if (isOutage(error)) {
    await recordTrouble(db, dataset, trouble);
    return recordNextTry(db, dataset, minutesAfter(1));
  }
  const failures = await recordFailure(db, dataset, trouble);
  await recordNextTry(db, dataset, minutesAfter(failures));
  if (failures >= MOST_FAILURES) await placeHold(db, { dataset, kind: 'failures', why: trouble, by: thisProcess() });
}
