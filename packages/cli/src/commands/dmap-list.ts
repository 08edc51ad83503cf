import { lookAtSets, type SeenSet } from '@farelake/ingest';
import { printable } from '@farelake/schema-registry';
import { progressLine } from '../output/progress.ts';
import { issuedText, periodText, standingText } from '../output/results.ts';
import { count, formatTable } from '../output/table.ts';
import type { Terminal } from '../output/terminal.ts';
import { parseSince } from '../parse-since.ts';
import { withWorkspace, type Context } from '../session.ts';
import { withVendor } from '../vendor.ts';

export interface ListFlags {
  readonly set?: readonly string[];
  /** `YYYY-MM-DD`. */
  readonly since?: string;
  readonly json?: boolean;
}

/** @returns 0 every listing is whole, 1 one could not be read */
export async function dmapListCommand(context: Context, flags: ListFlags): Promise<number> {
  const { terminal } = context;
  const since = parseSince(flags.since);
  return withVendor(context, (vendor) =>
    withWorkspace(context, async (workspace) => {
      const onProgress = progressLine(terminal);
      const sets = await lookAtSets(workspace, vendor, { sets: flags.set, since, onProgress });
      terminal.progress(undefined);
      if (flags.json === true) terminal.print(JSON.stringify(sets));
      else for (const set of sets) tell(terminal, set);
      return sets.some(({ trouble }) => trouble !== null) ? 1 : 0;
    }),
  );
}

function tell(terminal: Terminal, { set, results, skipped, trouble }: SeenSet): void {
  if (skipped !== null) {
    terminal.note(`passed over: ${set}: ${skipped}`);
    return;
  }
  terminal.print(`${set}: ${count(results.length)} listed`);
  if (results.length > 0)
    terminal.print(
      formatTable(
        ['dataset', 'period', 'issued', 'here'],
        results.map(({ datasetId, startDate, endDate, lastUpdated, known }) => [
          printable(datasetId),
          periodText(startDate, endDate),
          issuedText(lastUpdated),
          standingText(known),
        ]),
      ),
    );
  if (trouble !== null) terminal.print(printable(`trouble: ${set}: ${trouble}`));
}
