/** Which tables on stage are another ledger's. Where the database was lost, the ledger itself says that nothing was ever delivered. */
import { isStoreTrouble } from '@farelake/lake';
import { lostAmong } from '../catalog/lost-ledger.ts';
import type { Workspace } from '../workspace.ts';

/** @returns of a dataset why nothing of it is taken in; null: nothing is known against it */
export async function lostStatus(
  workspace: Pick<Workspace, 'pool' | 'contracts'> & Partial<Pick<Workspace, 'stage' | 'signal'>>,
): Promise<(dataset: string) => string | null> {
  const { pool, contracts, stage, signal } = workspace;
  if (stage === undefined || signal === undefined) return () => null;
  const lost = await lostAmong({ pool, contracts, stage, signal }, contracts.keys()).catch((error: unknown) => {
    // What the ledger knows is told also while the store is away.
    if (isStoreTrouble(error)) return new Map<string, Error>();
    throw error;
  });
  return (dataset) => lost.get(dataset)?.message ?? null;
}
