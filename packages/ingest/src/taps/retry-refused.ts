/**
 * Records in quarantine once more, by the contract as it is now: what is a row by it comes into the table, by one commit with what
 * the ledger says of it; the rest stays. Dies the process in between, a batch is done or as it was.
 */
import { createInterface } from 'node:readline';
import {
  acceptRefused,
  endAppend,
  endAttempt,
  lockAppends,
  refusedBatches,
  startAttempt,
  withTransaction,
  type RefusedBatch,
} from '@farelake/db';
import { decodeRecord } from '@farelake/kafka';
import { locate, sha256Of } from '@farelake/lake';
import { UserError, type Contract } from '@farelake/schema-registry';
import { reach } from '../failpoint.ts';
import { newAttemptId } from '../workspace.ts';
import { addFiles, refuseHeld } from './commit-parts.ts';
import type { TapsWorkspace } from './land-delivery.ts';
import type { ArrivedRecord } from './new-records.ts';
import { openReader, type TapsReader } from './reader.ts';
import { sortRecords, type SortedPart } from './sort-records.ts';
import { writeDays } from './write-parts.ts';

export interface Retried {
  readonly table: string;
  /** Records that were in quarantine. */
  readonly records: number;
  /** Of these, rows now. */
  readonly accepted: number;
}

export interface RetryOptions {
  /** Only tells what would be. */
  readonly dryRun: boolean;
  readonly onProgress?: (done: number) => void;
}

/** @throws UserError `table-held`, `refused-damaged`, and those of stores */
export async function retryRefused(
  workspace: TapsWorkspace,
  contract: Contract,
  options: RetryOptions,
): Promise<Retried> {
  const reader = await openReader(workspace, contract);
  let [records, accepted] = [0, 0];
  for (const batch of await refusedBatches(workspace.pool, contract.dataset)) {
    workspace.signal.throwIfAborted();
    const part = sortRecords(await partOf(batch), reader.read);
    const rows = [...part.rows.values()].reduce((sum, own) => sum + own.length, 0);
    if (rows > 0 && (options.dryRun || (await accept(workspace, contract, reader, batch, part)))) accepted += rows;
    records += batch.offsets.length;
    options.onProgress?.(records);
  }
  return { table: contract.dataset, records, accepted };
}

async function partOf(batch: RefusedBatch): Promise<Parameters<typeof sortRecords>[0]> {
  const { partition, epoch, offsets } = batch;
  const wanted = new Set(offsets);
  const records = (await recordsOf(batch)).filter(({ offset }) => wanted.has(String(offset)));
  return { partition, epoch, topicId: null, begins: false, records };
}

/** The file is proven before anything of it counts. */
async function recordsOf({ uri, sha256 }: RefusedBatch): Promise<ArrivedRecord[]> {
  const { store, path } = locate(uri);
  if ((await sha256Of(await store.read(path))) !== sha256)
    throw new UserError({
      code: 'refused-damaged',
      problem: `${uri} is not what was written: it has another SHA-256.`,
      remedy: 'Restore the file; the records that it has are in the archive as well.',
      data: { uri },
    });
  const records: ArrivedRecord[] = [];
  for await (const line of createInterface({ input: await store.read(path) })) {
    const { record } = JSON.parse(line) as { record: unknown };
    const own = decodeRecord(record, '$.record');
    records.push({ offset: own.offset, sum: 0, record: own });
  }
  return records;
}

/** @returns false: another process was faster with one of them */
async function accept(
  workspace: TapsWorkspace,
  contract: Contract,
  { keyId }: TapsReader,
  batch: RefusedBatch,
  part: SortedPart,
): Promise<boolean> {
  const { pool } = workspace;
  const topic = { dataset: contract.dataset, cluster: batch.cluster, topic: batch.topic };
  const attempt = newAttemptId();
  const writing = { workspace, contract, topic, attempt, keyId };
  await startAttempt(pool, { id: attempt, dataset: contract.dataset, batchId: null });
  try {
    const files = await writeDays(writing, part, part.rows);
    reach('taps:written');
    const offsets = [...part.rows.values()].flat().map(({ record }) => record.offset);
    const isDone = await withTransaction(pool, async (db) => {
      await lockAppends(db, contract.dataset, workspace.leaseSeconds);
      await refuseHeld(db, topic);
      if (!(await acceptRefused(db, batch, offsets))) return false;
      await addFiles(db, writing, files, 'retry');
      await endAppend(db, attempt);
      reach('taps:committing');
      return true;
    });
    if (isDone) reach('taps:committed');
    else await endAttempt(pool, attempt, 'failed');
    return isDone;
  } catch (error) {
    // Only a note; the error is what counts, also when the database is what failed.
    await endAttempt(pool, attempt, 'failed').catch(() => undefined);
    throw error;
  }
}
