/**
 * Runs of the offset ledger are merged, in small transactions under the append lock: a delivery in between cuts by what it finds,
 * which says the same before and after.
 */
import {
  lockAppends,
  partitionsWithRuns,
  replaceRuns,
  storedRuns,
  withTransaction,
  type KeptSums,
  type Queryable,
} from '@farelake/db';
import { LONGEST_RUN, mergeRuns } from '@farelake/kafka';
import { reach } from '../../failpoint.ts';
import { patiently } from '../../retry/patiently.ts';
import type { Workspace } from '../../workspace.ts';

/**
 * Checksums tell a record that comes again from another one at its offset. After 30 days Kafka has the records of most topics no
 * more, so that none comes again; and where the topic's id is known, that tells a topic that was made anew. Where it is not known
 * nothing else would: its checksums stay. So do those of the lowest offsets, with which a topic that is made anew begins.
 */
export const KEPT_SUMS: KeptSums = { seconds: 30 * 24 * 3600, fromBegin: LONGEST_RUN };

/** Runs looked at by one transaction: commits wait for it. */
const AT_ONCE = 1000;

/** Rows of the offset ledger. */
export interface MergedRuns {
  readonly before: number;
  readonly after: number;
}

type RunsWorkspace = Pick<Workspace, 'pool' | 'leaseSeconds' | 'patience' | 'signal'>;

export async function mergeAllRuns(workspace: RunsWorkspace, dryRun: boolean): Promise<MergedRuns> {
  const sum = { before: 0, after: 0 };
  const partitions = await patiently(workspace, 'the offset ledger', () => partitionsWithRuns(workspace.pool));
  for (const { dataset, id } of partitions) {
    let from: bigint | undefined = 0n;
    while (from !== undefined) {
      workspace.signal.throwIfAborted();
      const start: bigint = from;
      const done: Merged = await patiently(workspace, dataset, () =>
        dryRun ? mergeSome(workspace.pool, id, start, dryRun) : mergeSafely(workspace, dataset, id, start),
      );
      sum.before += done.before;
      sum.after += done.after;
      from = done.next;
    }
  }
  return sum;
}

async function mergeSafely(
  { pool, leaseSeconds }: RunsWorkspace,
  dataset: string,
  id: number,
  from: bigint,
): Promise<Merged> {
  const done = await withTransaction(pool, async (db) => {
    await lockAppends(db, dataset, leaseSeconds);
    const some = await mergeSome(db, id, from, false);
    reach('taps:runs-merging');
    return some;
  });
  reach('taps:runs-merged');
  return done;
}

interface Merged extends MergedRuns {
  /** Where the next ones begin; undefined: these were the last. */
  readonly next: bigint | undefined;
}

async function mergeSome(db: Queryable, id: number, from: bigint, dryRun: boolean): Promise<Merged> {
  const runs = await storedRuns(db, id, from, KEPT_SUMS, AT_ONCE);
  const merged = mergeRuns(runs);
  const had = new Set(runs.filter(({ has }) => has).map(({ first }) => first));
  const changed = merged.filter(({ first, keeps, of }) => of > 1 || (!keeps && had.has(first)));
  if (!dryRun && changed.length > 0) await replaceRuns(db, id, changed);
  const last = runs.length < AT_ONCE ? undefined : merged.at(-1);
  if (last === undefined) return { before: runs.length, after: merged.length, next: undefined };
  // The last one may go on: it is looked at again, and counted then.
  const again = !dryRun || last.of === 1 ? 1 : 0;
  const next = again === 1 ? last.first : last.last + 1n;
  return { before: runs.length - again, after: merged.length - again, next };
}
