import { rejectGeneration, thisPerson } from '@farelake/ingest';
import { sourceName } from '@farelake/qlik';
import { findContract } from '../find-contract.ts';
import { withWorkspace, type Context } from '../session.ts';

export interface RejectFlags {
  readonly generation?: string;
  readonly why?: string;
  readonly json?: boolean;
}

/** @returns 0 rejected, 1 nothing was held */
export async function tableRejectCommand(context: Context, table: string, flags: RejectFlags): Promise<number> {
  const { terminal } = context;
  return withWorkspace(context, async (workspace) => {
    const contract = findContract(workspace, table);
    const { dataset, source } = contract;
    const decision = { workspace, contract, by: thisPerson(), why: flags.why?.trim() || undefined };
    const rejected = await rejectGeneration(decision, { name: flags.generation });
    if (flags.json === true) terminal.print(JSON.stringify({ table: dataset, rejected: rejected ?? null }));
    if (rejected === undefined) {
      terminal.note(`farelake: no snapshot of ${dataset} is held; to go back from one that is shown: table rollback.`);
      return 1;
    }
    if (flags.json !== true)
      terminal.print(
        `Snapshot ${rejected} of ${dataset} is rejected; farelake table release ${sourceName(source)} --generation ${rejected} lets it come back.`,
      );
    return 0;
  });
}
