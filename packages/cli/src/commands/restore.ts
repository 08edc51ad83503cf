import { restore, thisPerson, type Restored, type RestoreOptions, type Workspace } from '@farelake/ingest';
import { ask, requireSomebody } from '../ask.ts';
import { findContract } from '../find-contract.ts';
import { describeProgress } from '../output/progress.ts';
import { counted, formatTable, count } from '../output/table.ts';
import { withWorkspace, type Context } from '../session.ts';

export interface RestoreFlags {
  readonly table?: readonly string[];
  readonly dryRun?: boolean;
  readonly yes?: boolean;
  readonly json?: boolean;
}

/** @returns 0 all that was asked for is restored, or could be · 1 a table was left out, or the person said no */
export async function restoreCommand(context: Context, flags: RestoreFlags): Promise<number> {
  const dryRun = flags.dryRun === true;
  // Asked before anything is opened: nothing would come of it.
  if (!dryRun && flags.yes !== true)
    requireSomebody(
      'Restore the ledger from stage? Nobody is there to answer.',
      'Look by --dry-run first; then add --yes.',
    );
  return withWorkspace(context, async (workspace) => {
    const options = optionsOf(context, workspace, flags);
    if (!dryRun && flags.yes !== true) {
      const foreseen = await restore(workspace, { ...options, dryRun: true });
      context.terminal.progress(undefined);
      for (const line of restoredLines(foreseen, true)) context.terminal.note(line);
      if (foreseen.restored.length === 0) return foreseen.leftOut.length > 0 ? 1 : 0;
      if (!(await ask(context, 'Restore this?'))) return 1;
    }
    const done = await restore(workspace, { ...options, dryRun });
    context.terminal.progress(undefined);
    if (flags.json === true) context.terminal.print(JSON.stringify({ dryRun, ...done }));
    else for (const line of restoredLines(done, dryRun)) context.terminal.print(line);
    return done.leftOut.length > 0 ? 1 : 0;
  });
}

const optionsOf = ({ terminal }: Context, workspace: Workspace, { table }: RestoreFlags): RestoreOptions => ({
  by: thisPerson(),
  ...(table !== undefined && { datasets: table.map((name) => findContract(workspace, name).dataset) }),
  onProgress: (progress) => {
    terminal.progress(describeProgress(progress));
  },
});

function restoredLines({ restored, before, leftOut, withoutContract }: Restored, dryRun: boolean): string[] {
  const rows = restored.flatMap(({ tables }) =>
    tables.map((one) => [
      one.table,
      ...[one.version, one.rows, one.files, one.versions].map((number) => count(number)),
    ]),
  );
  const loads = restored.reduce((sum, one) => sum + one.loads, 0);
  return [
    ...(rows.length === 0
      ? []
      : [formatTable(['table', 'version', 'rows', 'files', 'versions kept'], rows, [1, 2, 3, 4])]),
    `${counted(restored.length, 'table')} ${dryRun ? 'would be restored' : 'restored'}, with ${counted(loads, 'load')}`,
    ...restored.flatMap(({ notes }) => notes.map((note) => `note: ${note}`)),
    ...(before.length === 0 ? [] : [`restored before, left alone: ${before.join(', ')}`]),
    ...leftOutLines(leftOut),
    ...(withoutContract.length === 0 ? [] : [`on stage without a contract, left alone: ${withoutContract.join(', ')}`]),
  ];
}

/** What several have in common is said once, after them. */
function leftOutLines(leftOut: Restored['leftOut']): string[] {
  const shared = (one: string) => leftOut.filter(({ remedy }) => remedy === one).length > 1;
  const remedies = new Set(leftOut.flatMap(({ remedy }) => (remedy !== null && shared(remedy) ? [remedy] : [])));
  return [
    ...leftOut.map(
      ({ problem, remedy }) => `left out: ${problem}${remedy === null || remedies.has(remedy) ? '' : ` ${remedy}`}`,
    ),
    ...remedies,
  ];
}
