/** Compares a current table, on an engine of its own, with what its history says; the base of verify and of repair. */
import type { Contract } from '@farelake/schema-registry';
import type { Engine } from '@farelake/lake';
import { inKeyOrder, keyColumns } from '../fold/segments.ts';
import type { OnProgress } from '../progress.ts';
import { withEngine, type Workspace } from '../workspace.ts';
import type { Basis } from './basis.ts';
import { checkHistory } from './check-history.ts';
import { startComparison, type Comparison } from './compare.ts';
import type { Layout } from './places.ts';
import type { Recomputing } from './recompute.ts';

/**
 * Runs `work` with a comparison of the table that has begun. Engine and scratch folder are gone afterwards.
 * @throws UserError `history-damaged`, before `work`
 */
export async function withComparison<T>(
  workspace: Workspace,
  basis: Basis,
  onProgress: OnProgress | undefined,
  work: (recomputing: Recomputing) => Promise<T>,
): Promise<T> {
  const { contract } = basis;
  return withEngine(workspace, async (engine, folder) => {
    await checkHistory(engine, basis);
    const comparison = await begin(engine, contract, basis);
    const onSlice = (part: number, parts: number) => {
      workspace.signal.throwIfAborted();
      onProgress?.({ step: 'comparing', table: contract.dataset, part, parts });
    };
    return work({ basis, engine, folder, comparison, onSlice });
  });
}

async function begin(engine: Engine, contract: Contract, { table }: Basis): Promise<Comparison> {
  const key = keyColumns(contract);
  const layout: Layout = { engine, key, ordered: await inKeyOrder(engine, key, table.files) };
  return startComparison(layout, contract);
}
