/** A batch of datasets, from what the ledger has of it. */
import { loadsOf, type Batch } from '@farelake/db';
import type { HmacKey } from '@farelake/lake';
import type { Contract } from '@farelake/schema-registry';
import { releaseBatch, type BatchEnd } from '../load/attempt-batch.ts';
import type { TableWorkspace } from '../workspace.ts';
import { datasetLoads } from './dataset-load.ts';
import { isOf } from './judge-datasets.ts';
import { runDatasets } from './load-datasets.ts';

export async function loadDatasetBatch(
  workspace: TableWorkspace,
  contract: Contract,
  batch: Batch,
  key: HmacKey | undefined,
): Promise<BatchEnd> {
  // Without those that another batch has taken the place of since this one was fixed.
  const members = datasetLoads(await loadsOf(workspace.pool, batch.dataset, batch.id));
  // The contract may be another one than then.
  if (members.length === 0 || members.some((member) => !isOf(contract, member.key)))
    return releaseBatch(workspace, batch, members);
  return runDatasets(workspace, { contract, batch, members, key });
}
