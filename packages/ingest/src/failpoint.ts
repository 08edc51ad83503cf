/**
 * Places at which a process can be made to die or to stall, for `npm run chaos`: wherever work is half done, and before and
 * after each commit. Without the variables below a place costs a comparison.
 *
 * `FARELAKE_FAILPOINT=<step>[:<n>]`: SIGKILL to itself when the step is reached for the n-th time (the first, unless given).
 * `FARELAKE_FAILPOINT=<step>[:<n>]:stop`: SIGSTOP instead; SIGCONT lets it go on.
 * `FARELAKE_FAILPOINT_LOG=<file>`: each step reached is a line of that file, written before anything of the above is done.
 */
import { appendFileSync } from 'node:fs';
import { UserError } from '@farelake/schema-registry';

/** By use case, in the order in which one run reaches them. */
export const STEPS = [
  // Registration: some objects are in the ledger, others not; then all of them.
  'register:group',
  'register:done',
  // The right to work on a table is taken; what its work came to stands in the ledger.
  'table:taken',
  'table:recorded',
  // DMAP: a page of a listing is registered; the listing has ended; a dataset is in scratch; in Incoming; in the ledger, not yet
  // committed; committed.
  'dmap:listed-page',
  'dmap:listed',
  'dmap:fetched',
  'dmap:put',
  'dmap:registering',
  'dmap:registered',
  // Planning: verdicts and new batches are written and not yet committed; committed.
  'plan:committing',
  'plan:committed',
  // A batch: fixed attempt; texts unpacked; Parquet files made; refused rows of a load in the error zone; history without the
  // rows that are replaced; each file moved to stage; the commit, begun and done.
  'load:started',
  'load:unpacked',
  'load:written',
  'load:rows-kept',
  'load:rewritten',
  'load:adopted',
  'load:committing',
  'load:committed',
  // A run on another engine: in the ledger; its plan is on stage; it has ended.
  'run:noted',
  'run:planned',
  'run:ended',
  // A batch that a load spoiled: closed, not yet committed; committed.
  'close:committing',
  'close:committed',
  // A fold: attempt; a slice's segments are on stage; all are; the commit, begun and done.
  'fold:started',
  'fold:settled',
  'fold:written',
  'fold:committing',
  'fold:committed',
  // Generations: one is built beside the live one; compared with it; held for a person. One is exchanged for the other, not yet
  // committed; committed. A person's decision about one is written, not yet committed.
  'generation:built',
  'generation:compared',
  'generation:held',
  'swap:committing',
  'swap:committed',
  'release:committing',
  'reject:committing',
  // Taps: attempt; the files of new records are in their zones; the commit, begun and done.
  'taps:started',
  'taps:written',
  'taps:committing',
  'taps:committed',
  // Compaction of a service date: attempt; the merged files are on stage; the commit, begun and done.
  'taps:compaction-started',
  'taps:compaction-written',
  'taps:compacting',
  'taps:compacted',
  // Some runs of the offset ledger are merged, not yet committed; committed.
  'taps:runs-merging',
  'taps:runs-merged',
  // Publication: before; its rows are written and not recorded; recorded and not committed; committed.
  'publish:before',
  'publish:written',
  'publish:committing',
  'publish:committed',
  // Refused files: one is copied to the error zone and not recorded.
  'refuse:copied',
  // Replay: loads are sent back, not yet committed.
  'replay:committing',
  // Archive: one object is copied; a group of copies is recorded; loads are told so, not yet committed; committed.
  'archive:copied',
  'archive:recorded',
  'archive:committing',
  'archive:committed',
  // Maintenance: the ledger says that files are given up, and they are still there; one of them is removed.
  'maintain:given-up',
  'maintain:removed',
  // Any commit that readers see: manifests, their list and journals are on stage, the metadata that names them is not; it is, and the
  // catalog does not point at it yet.
  'catalog:prepared',
  'catalog:written',
  // Repair: attempt; the segments are on stage; the commit, begun and done.
  'repair:started',
  'repair:written',
  'repair:committing',
  'repair:committed',
  // Restore: all of a dataset is in the ledger again, not yet committed; committed.
  'restore:committing',
  'restore:committed',
] as const;

export type Step = (typeof STEPS)[number];

export interface Failpoint {
  readonly step: Step;
  /** At which time it is reached, from 1. */
  readonly time: number;
  readonly signal: 'SIGKILL' | 'SIGSTOP';
}

const isStep = (text: string): text is Step => (STEPS as readonly string[]).includes(text);

/**
 * @param text `load:unpacked`, `load:unpacked:3`, `load:unpacked:stop`, `load:unpacked:3:stop`
 * @throws UserError `no-such-step`: taken for none, it would let every trial of a crash pass
 */
export function parseFailpoint(text: string): Failpoint {
  const [, step = '', time = '1', stop] = /^([a-z]+:[a-z-]+)(?::(\d+))?(:stop)?$/.exec(text) ?? [];
  if (!isStep(step) || Number(time) < 1)
    throw new UserError({
      code: 'no-such-step',
      problem: `FARELAKE_FAILPOINT names no step: ${JSON.stringify(text)}.`,
      remedy: 'Unset it; it is there to test crashes (docs/chaos.md).',
    });
  return { step, time: Number(time), signal: stop === undefined ? 'SIGKILL' : 'SIGSTOP' };
}

const wanted = process.env['FARELAKE_FAILPOINT'] || undefined;
const log = process.env['FARELAKE_FAILPOINT_LOG'] || undefined;
let failpoint: Failpoint | undefined;
let times = 0;

/** Marks a place in the work. Synchronous: nothing else of this process happens between here and its end. */
export function reach(step: Step): void {
  if (wanted === undefined && log === undefined) return;
  if (log !== undefined) appendFileSync(log, `${step}\n`);
  if (wanted === undefined) return;
  failpoint ??= parseFailpoint(wanted);
  if (failpoint.step !== step) return;
  times += 1;
  if (times === failpoint.time) process.kill(process.pid, failpoint.signal);
}
