/** A batch of files with a `.dfm`, from what the ledger has of it. */
import { dfmTexts, loadsOf, type Batch } from '@farelake/db';
import type { HmacKey } from '@farelake/lake';
import { parseDfm } from '@farelake/qlik';
import { driftOf, type Contract } from '@farelake/schema-registry';
import { objectOf } from '../plan/table-plan.ts';
import type { TableWorkspace } from '../workspace.ts';
import { sparkFor } from '../large/choose-engine.ts';
import { runBatchOnSpark } from '../large/load-on-spark.ts';
import { HandedOver } from '../large/run-elsewhere.ts';
import type { OnProgress } from '../progress.ts';
import { releaseBatch, type BatchEnd } from './attempt-batch.ts';
import type { BatchMember } from './attempt.ts';
import { runBatch } from './run-batch.ts';

export async function loadFileBatch(
  workspace: TableWorkspace,
  contract: Contract,
  batch: Batch,
  key: HmacKey | undefined,
  onProgress?: OnProgress,
): Promise<BatchEnd> {
  const loads = await loadsOf(workspace.pool, batch.dataset, batch.id);
  const texts = await dfmTexts(
    workspace.pool,
    loads.flatMap((load) => load.dfmObjectId ?? []),
  );
  const members: BatchMember[] = loads.map((load) => {
    const object = objectOf(load);
    return { load, dfm: parseDfm(texts.get(load.dfmObjectId ?? 0) ?? '', `${object.stem}.dfm`, object) };
  });
  // The contract may be another one than when the batch was fixed, by a process that died since.
  if (members.some((member) => isPlannedOtherwise(contract, member))) return releaseBatch(workspace, batch, members);
  const work = { contract, batch, members, key };
  const spark = sparkFor(workspace, compressedBytes(members));
  if (spark === undefined) return runBatch(workspace, work);
  try {
    return await runBatchOnSpark(workspace, spark, work, onProgress);
  } catch (error) {
    if (!(error instanceof HandedOver)) throw error;
    onProgress?.({
      step: 'on Spark',
      table: contract.dataset,
      job: 'qlik_load',
      what: `${error.message}; DuckDB looks at it`,
    });
    // Its loads have moved on since: everything of it is read anew.
    return loadFileBatch({ ...workspace, engine: 'duckdb' }, contract, batch, key);
  }
}

/** The ledger notes how its columns differ from the contract; a note of another contract has to be made anew. */
function isPlannedOtherwise(contract: Contract, { load, dfm }: BatchMember): boolean {
  const { verdict, differences } = driftOf(contract, dfm.columns);
  return verdict === 'incompatible' || JSON.stringify(differences) !== JSON.stringify(load.drift ?? []);
}

const compressedBytes = (members: readonly BatchMember[]): number =>
  members.reduce((sum, { load }) => sum + load.size, 0);
