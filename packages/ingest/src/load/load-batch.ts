/** A batch of files with a `.dfm`, from what the ledger has of it. */
import { dfmTexts, loadsOf, type Batch } from '@farelake/db';
import type { HmacKey } from '@farelake/lake';
import { parseDfm } from '@farelake/qlik';
import { driftOf, type Contract } from '@farelake/schema-registry';
import { objectOf } from '../plan/table-plan.ts';
import type { TableWorkspace } from '../workspace.ts';
import { releaseBatch, type BatchEnd } from './attempt-batch.ts';
import type { BatchMember } from './attempt.ts';
import { runBatch } from './run-batch.ts';

export async function loadFileBatch(
  workspace: TableWorkspace,
  contract: Contract,
  batch: Batch,
  key: HmacKey | undefined,
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
  return runBatch(workspace, { contract, batch, members, key });
}

/** The ledger notes how its columns differ from the contract; a note of another contract has to be made anew. */
function isPlannedOtherwise(contract: Contract, { load, dfm }: BatchMember): boolean {
  const { verdict, differences } = driftOf(contract, dfm.columns);
  return verdict === 'incompatible' || JSON.stringify(differences) !== JSON.stringify(load.drift ?? []);
}
