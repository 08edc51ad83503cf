import { rollBack, thisPerson } from '@farelake/ingest';
import { sourceName } from '@farelake/qlik';
import { findContract } from '../find-contract.ts';
import { describeProgress } from '../output/progress.ts';
import { count } from '../output/table.ts';
import { withWorkspace, type Context } from '../session.ts';

export interface RollbackFlags {
  readonly why?: string;
  readonly json?: boolean;
}

/** @returns 0 the table shows its former snapshot, 1 it does, and its copy in Postgres does not */
export async function tableRollbackCommand(context: Context, table: string, flags: RollbackFlags): Promise<number> {
  const { terminal } = context;
  return withWorkspace(context, async (workspace) => {
    const contract = findContract(workspace, table);
    const done = await rollBack({
      workspace,
      contract,
      by: thisPerson(),
      why: flags.why,
      onProgress: (progress) => {
        terminal.progress(describeProgress(progress));
      },
    });
    terminal.progress(undefined);
    const { dataset } = contract;
    if (flags.json === true) terminal.print(JSON.stringify({ table: dataset, ...done }));
    else {
      const missed =
        done.missed === 0 ? 'nothing was missed meanwhile' : `${count(done.missed)} files it had missed are in it`;
      terminal.print(
        `${dataset} shows snapshot ${done.to} again: version ${done.version}, ${count(done.rows)} rows; ${missed}.`,
      );
      terminal.print(
        `Snapshot ${done.from} is rejected; farelake table release ${sourceName(contract.source)} --generation ${done.from} lets it come back.`,
      );
    }
    if (done.published) return 0;
    terminal.note(
      `farelake: the copy of ${dataset} in Postgres still shows snapshot ${done.from}; farelake status says why, and the next ingest tries again.`,
    );
    return 1;
  });
}
