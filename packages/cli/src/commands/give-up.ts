import { giveUp, patiently, thisPerson, type Left, type Lost } from '@farelake/ingest';
import { parseLoadId } from '../load-id.ts';
import { UsageError } from '../output/problem.ts';
import { progressLine } from '../output/progress.ts';
import { count, formatTable } from '../output/table.ts';
import type { Terminal } from '../output/terminal.ts';
import { withWorkspace, type Context } from '../session.ts';

export interface GiveUpFlags {
  readonly load: readonly string[];
  readonly why?: string;
  readonly dryRun?: boolean;
  readonly json?: boolean;
}

/** @returns 0 each load that was named is given up; 1 one is not */
export async function giveUpCommand(context: Context, flags: GiveUpFlags): Promise<number> {
  const { terminal } = context;
  const dryRun = flags.dryRun === true;
  const why = flags.why?.trim() ?? '';
  if (why === '' && !dryRun)
    throw new UsageError({
      code: 'no-why',
      problem: 'Giving up what was delivered wants a reason.',
      remedy: 'Say it by --why "…", or look first by --dry-run.',
    });
  const loadIds = [...new Set(flags.load.map(parseLoadId))];
  return withWorkspace(context, async (workspace) => {
    const onProgress = progressLine(terminal);
    const { lost, left } = await patiently(
      workspace,
      'give-up',
      () => giveUp(workspace, { loadIds, why, by: thisPerson(), dryRun }, onProgress),
      onProgress,
    );
    terminal.progress(undefined);
    if (flags.json) terminal.print(JSON.stringify({ dryRun, loads: lost.map(asJson), left }));
    else print(terminal, lost, left, dryRun);
    return left.length > 0 ? 1 : 0;
  });
}

const asJson = ({ id, dataset, objectKey, state, lost, quarantined }: Lost) => ({
  id,
  table: dataset,
  objectKey,
  state,
  lost,
  quarantined,
});

const WHAT: Readonly<Record<Lost['lost'], (load: Lost) => string>> = {
  file: () => 'the file: nothing of it comes into the table',
  replay: () => 'its replay: the rows that it has stay',
  changes: ({ quarantined }) => `${count(quarantined ?? 0)} refused changes: their keys are in doubt no more`,
};

function print(terminal: Terminal, lost: readonly Lost[], left: readonly Left[], dryRun: boolean): void {
  if (lost.length > 0)
    terminal.print(
      formatTable(
        ['load', 'table', 'object', 'state', dryRun ? 'would be given up' : 'given up'],
        lost.map((load) => [String(load.id), load.dataset, load.objectKey, load.state, WHAT[load.lost](load)]),
        [0],
      ),
    );
  for (const { id, reason } of left) terminal.print(`load ${id} is not given up: ${reason}`);
}
