/**
 * The commit of new records: their rows become part of the table, their offsets are taken, the refused ones are in quarantine, all
 * by one transaction. What two processes brought at once counts for the one that commits first; the other cuts anew.
 */
import {
  endAppend,
  lockAppends,
  readHold,
  readVersion,
  takeBatch,
  withTransaction,
  type KafkaTopic,
  type ManifestFile,
  type Queryable,
} from '@farelake/db';
import { runsOf } from '@farelake/kafka';
import { UserError } from '@farelake/schema-registry';
import { commitTable } from '../catalog/commit-table.ts';
import { reach } from '../failpoint.ts';
import { describeHold } from '../hold/hold-table.ts';
import type { Workspace } from '../workspace.ts';
import { isSame, type Novelty } from './new-records.ts';
import type { Writing, WrittenPart } from './write-parts.ts';

/**
 * @param cutAgain what is new of the same records, as of the transaction
 * @returns false: somebody has taken some of them meanwhile, and nothing was changed
 * @throws UserError `table-held`
 */
export async function commitParts(
  { pool, leaseSeconds }: Pick<Workspace, 'pool' | 'leaseSeconds'>,
  writing: Writing,
  cutBefore: Novelty,
  parts: readonly WrittenPart[],
  cutAgain: (db: Queryable) => Promise<Novelty>,
): Promise<boolean> {
  const { contract, topic, attempt } = writing;
  const done = await withTransaction(pool, async (db) => {
    await lockAppends(db, contract.dataset, leaseSeconds);
    await refuseHeld(db, topic);
    if (!isSame(cutBefore, await cutAgain(db))) return false;
    for (const part of parts) await takeBatch(db, topic, attempt, batchOf(part));
    await addFiles(
      db,
      writing,
      parts.flatMap(({ files }) => files),
      'records',
    );
    await endAppend(db, attempt);
    reach('taps:committing');
    return true;
  });
  if (done) reach('taps:committed');
  return done;
}

/** Records of a table that is on hold stay in Kafka: whoever brings them is told so and brings them again. */
export async function refuseHeld(db: Queryable, { dataset, topic }: KafkaTopic): Promise<void> {
  const hold = await readHold(db, dataset);
  if (hold === undefined) return;
  throw new UserError({
    code: 'table-held',
    problem: `${dataset} is held: ${describeHold(hold)}. Records of ${topic} stay in Kafka.`,
    remedy: `farelake table release ${dataset} lets them in; nothing is lost as long as the topic keeps them.`,
    data: { table: dataset },
  });
}

/** Under the append lock, in the transaction of a commit. */
export async function addFiles(
  db: Queryable,
  { workspace, contract, attempt }: Pick<Writing, 'workspace' | 'contract' | 'attempt'>,
  add: readonly ManifestFile[],
  cameOf: 'records' | 'retry',
): Promise<void> {
  if (add.length === 0) return;
  // Under the lock nobody else makes a version.
  const { version, rows } = await readVersion(db, contract.dataset);
  await commitTable(workspace, db, contract, {
    tableName: contract.dataset,
    baseVersion: version,
    attemptId: attempt,
    contractVersion: contract.version,
    add,
    remove: [],
    rows: rows + add.reduce((sum, file) => sum + file.rows, 0),
    fold: null,
    cameOf,
  });
}

function batchOf(part: WrittenPart): Parameters<typeof takeBatch>[3] {
  const { partition, epoch, topicId, records, refused, tombstones, archive, refusedFile } = part;
  // Of rows: what is refused may bear any time.
  const times = [...part.rows.values()].flat().map(({ record }) => record.timestamp);
  const bound = (better: (a: bigint, b: bigint) => boolean) =>
    times.reduce<bigint | null>((best, time) => (best === null || better(time, best) ? time : best), null);
  return {
    partition,
    epoch,
    topicId,
    runs: runsOf(records),
    records: records.length,
    written: records.length - refused.length - tombstones,
    tombstones,
    refused: refused.map(({ arrived: { offset, record }, reason, detail }) => ({
      offset,
      reason,
      detail,
      size: record.value?.length ?? 0,
    })),
    firstTimestamp: bound((a, b) => a < b),
    lastTimestamp: bound((a, b) => a > b),
    archive,
    rows: refusedFile,
  };
}
