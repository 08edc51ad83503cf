import { clearIncoming, maintain, type Cleared, type Maintained, type OnProgress, type Tally } from '@farelake/ingest';
import { printable } from '@farelake/schema-registry';
import { openZone } from '../folder.ts';
import { parseDuration } from '../parse-duration.ts';
import { describeProgress } from '../output/progress.ts';
import { count } from '../output/table.ts';
import type { Terminal } from '../output/terminal.ts';
import { withWorkspace, type Context } from '../session.ts';

export interface MaintainFlags {
  readonly dryRun?: boolean;
  readonly grace: string;
  readonly retention: string;
  readonly tapGrace: string;
  readonly clearIncoming?: boolean;
  readonly json?: boolean;
}

/** @returns 0 all done, 1 something of Incoming stayed because its copy is not as it should be, or files of a date could not be merged, or a table's catalog is not as it was left, or Glue does not show a table's newest metadata */
export async function maintainCommand(context: Context, flags: MaintainFlags): Promise<number> {
  const { terminal, environment } = context;
  const dryRun = flags.dryRun === true;
  const grace = parseDuration('--grace', flags.grace);
  const retention = parseDuration('--retention', flags.retention);
  const tapGrace = parseDuration('--tap-grace', flags.tapGrace);
  return withWorkspace(context, async (workspace) => {
    const onProgress: OnProgress = (progress) => {
      terminal.progress(describeProgress(progress));
    };
    // First, so that a zone from which nothing can be removed is told before anything is done.
    const cleared =
      flags.clearIncoming === true
        ? await clearIncoming(workspace, openZone(environment.incoming, 'FARELAKE_INCOMING'), { dryRun, onProgress })
        : undefined;
    const done = await maintain(workspace, { grace, retention, tapGrace, dryRun, onProgress });
    terminal.progress(undefined);
    if (flags.json) terminal.print(JSON.stringify({ dryRun, ...done, incoming: cleared ?? null }));
    else report(terminal, dryRun, done, cleared);
    const isStuck =
      done.unmerged.some(({ date }) => date !== null) || done.untrimmed.length > 0 || done.notInGlue.length > 0;
    return isStuck || (cleared !== undefined && cleared.refused.length > 0) ? 1 : 0;
  });
}

const REFUSED_SHOWN = 20;

function report(terminal: Terminal, dryRun: boolean, done: Maintained, cleared: Cleared | undefined): void {
  const removed = dryRun ? 'would be removed' : 'removed';
  const line = ({ files, bytes }: Tally, what: string) => `${count(files)} ${what}: ${count(bytes)} bytes`;
  reportMerged(terminal, dryRun, done);
  terminal.print(line(done.dead, `files of dead attempts ${removed}`));
  terminal.print(line(done.expired, `files that no version within the retention lists ${removed}`));
  terminal.print(line(done.metadata, `files of metadata that no snapshot within the retention needs ${removed}`));
  if (done.generations.length > 0)
    terminal.print(
      `tables of former snapshots ${dryRun ? 'would be emptied' : 'emptied'}: ${done.generations.join(', ')}`,
    );
  if (done.snapshots > 0)
    terminal.print(
      `${count(done.snapshots)} Iceberg snapshots older than the retention ${dryRun ? 'would be let go' : 'let go'}`,
    );
  terminal.print(line(done.scratch, `scratch files of dead processes ${removed}`));
  if (cleared !== undefined) terminal.print(line(cleared.removed, `archived objects ${removed} from Incoming`));
  for (const { object, reason } of cleared?.refused.slice(0, REFUSED_SHOWN) ?? [])
    terminal.print(`stays in Incoming: ${object}: ${reason}`);
  if (cleared !== undefined && cleared.refused.length > REFUSED_SHOWN)
    terminal.print(`and ${count(cleared.refused.length - REFUSED_SHOWN)} more; --json lists all`);
  const left: [Tally, string][] = [
    [done.young, 'files left, of attempts that began within the grace period'],
    [done.kept, 'files left, of versions within the retention'],
    [done.unknown, 'files left, of no attempt that the ledger can tell to be dead'],
    [cleared?.waiting ?? { files: 0, bytes: 0 }, 'objects left in Incoming that are not archived'],
  ];
  for (const [tally, what] of left) if (tally.files > 0) terminal.note(line(tally, what));
  for (const uri of done.unknown.examples) terminal.note(`  ${uri}`);
  for (const { why } of done.untrimmed) terminal.note(why);
  for (const { table, why } of done.notInGlue) terminal.note(printable(`not in Glue: ${table}: ${why}`));
  if (done.busy.length > 0)
    terminal.note(`left, because another command works on them: ${done.busy.join(', ')}. The next run does it.`);
}

/** Dates told one by one; of more, their sum alone. */
const DATES_SHOWN = 20;

function reportMerged(terminal: Terminal, dryRun: boolean, { merged, unmerged, runs }: Maintained): void {
  for (const [table, own] of Map.groupBy(merged, ({ table: name }) => name)) {
    const sum = (of: (one: (typeof own)[number]) => number) => count(own.reduce((total, one) => total + of(one), 0));
    const dates = new Set(own.map(({ date }) => date)).size;
    terminal.print(
      `${table}: ${sum(({ before }) => before.files)} files of ${count(dates)} closed service ${dates === 1 ? 'date' : 'dates'} ` +
        `${dryRun ? 'would be ' : ''}merged into ${sum(({ after }) => after.files)}: ${sum(({ rows }) => rows)} rows, ` +
        `${sum(({ before }) => before.bytes)} bytes${dryRun ? '' : ` before, ${sum(({ after }) => after.bytes)} after`}`,
    );
    for (const { date, before, after, rows } of own.length > DATES_SHOWN ? [] : own)
      terminal.print(`  ${date}: ${count(before.files)} files into ${count(after.files)}, ${count(rows)} rows`);
  }
  if (runs.after < runs.before)
    terminal.print(
      `${count(runs.before)} runs of the offset ledger ${dryRun ? 'would become' : 'became'} ${count(runs.after)}`,
    );
  for (const { table, date, why } of unmerged)
    terminal.note(`not merged: ${table}${date === null ? '' : ` of ${date}`}: ${why}`);
}
