import { status, troublesOf } from '@farelake/ingest';
import { findTable } from '../find-contract.ts';
import { describedAnewLines } from '../output/described-anew.ts';
import { driftLines } from '../output/drift.ts';
import { laneLines } from '../output/lanes.ts';
import { quarantinedLines } from '../output/quarantined.ts';
import { count, formatTable } from '../output/table.ts';
import { withWorkspace, type Context } from '../session.ts';
import { troubleLines } from './ingest.ts';

export async function statusCommand(
  context: Context,
  flags: { readonly table?: string; readonly json?: boolean },
): Promise<number> {
  return withWorkspace(context, async (workspace) => {
    const only = flags.table === undefined ? undefined : (await findTable(workspace, flags.table)).dataset;
    const mine = ({ table }: { table: string }) => only === undefined || table === only;
    const everyTrouble = await troublesOf(workspace.pool);
    const tables = (await status(workspace, everyTrouble)).filter(mine);
    if (flags.json) {
      context.terminal.print(JSON.stringify(tables));
      return 0;
    }
    if (tables.length === 0)
      context.terminal.print('No contract and nothing delivered yet. farelake table add EDW.X --from <folder> begins.');
    else
      context.terminal.print(
        formatTable(
          ['table', 'state', 'rows', 'version', 'generation', 'loads', 'orphans', 'conflicts', 'moves onto live'],
          tables.map((one) => [
            one.table,
            one.state,
            count(one.rows),
            String(one.version),
            one.generation ?? '',
            Object.entries(one.loads)
              .map(([state, n]) => `${n} ${state}`)
              .join(', '),
            count(one.orphans),
            count(one.conflicts),
            count(one.movesOntoLive),
          ]),
          [2, 3, 6, 7, 8],
        ),
      );
    for (const line of troubleLines(
      tables.filter((one) => one.state !== 'empty'),
      everyTrouble.filter(mine),
    ))
      context.terminal.print(line);
    for (const line of laneLines(tables)) context.terminal.print(line);
    for (const line of quarantinedLines(tables)) context.terminal.print(line);
    for (const line of describedAnewLines(tables)) context.terminal.print(line);
    for (const line of driftLines(tables)) context.terminal.print(line);
    return 0;
  });
}
