import { audit, FINDINGS, NOTES, type Audited, type Finding, type FindingKind } from '@farelake/ingest';
import { openZone } from '../folder.ts';
import { findTable } from '../find-contract.ts';
import { describeProgress } from '../output/progress.ts';
import { count } from '../output/table.ts';
import type { Terminal } from '../output/terminal.ts';
import { withWorkspace, type Context } from '../session.ts';

export interface AuditFlags {
  readonly table?: string;
  readonly json?: boolean;
  /** Read all that was written. */
  readonly content?: boolean;
}

/** @returns 0 nothing was found, 1 something was */
export async function auditCommand(context: Context, flags: AuditFlags): Promise<number> {
  const { terminal, environment } = context;
  return withWorkspace(context, async (workspace) => {
    const dataset = flags.table === undefined ? undefined : (await findTable(workspace, flags.table)).dataset;
    const audited = await audit(workspace, openZone(environment.incoming, 'FARELAKE_INCOMING'), {
      ...(dataset === undefined ? {} : { dataset }),
      content: flags.content === true,
      onProgress: (progress) => {
        terminal.progress(describeProgress(progress));
      },
    });
    terminal.progress(undefined);
    if (flags.json) terminal.print(JSON.stringify(asJson(audited)));
    else report(terminal, audited);
    return audited.findings.length > 0 ? 1 : 0;
  });
}

const asJson = ({ findings, notes, found, read }: Audited) => ({
  found,
  ...(read === undefined ? {} : { read }),
  findings: findings.map((finding) => ({ ...finding, remedy: FINDINGS[finding.kind].remedy })),
  notes: notes.map((note) => ({ ...note, means: NOTES[note.kind] })),
});

/** Lines of one kind; more are counted. */
const LINES = 20;

function report(terminal: Terminal, { findings, notes, found, read }: Audited): void {
  const delivered = Object.values(found.sources).reduce((sum, n) => sum + n, 0);
  terminal.print(
    `${count(delivered)} delivered objects, ${count(found.archive)} archived copies, ${count(found.error)} in the error zone, ` +
      `${count(found.stage)} files of tables${read === undefined ? '' : `; ${count(read.files)} files and copies read to the end (${count(read.bytes)} bytes)`}: ${findings.length === 0 ? 'all accounted for' : `${count(findings.length)} findings`}`,
  );
  const kinds = Object.entries(Object.groupBy(findings, ({ kind }) => kind)) as [FindingKind, Finding[]][];
  for (const [kind, own] of kinds) {
    const { means, remedy } = FINDINGS[kind];
    terminal.print(`\n${kind} (${count(own.length)}): ${means}\n${remedy}`);
    for (const { table, object, problem } of own.slice(0, LINES))
      terminal.print(`  ${table === null ? '' : `${table}: `}${object}${problem === means ? '' : `: ${problem}`}`);
    if (own.length > LINES) terminal.print(`  and ${count(own.length - LINES)} more; audit --json lists all`);
  }
  for (const { kind, count: n, examples } of notes)
    terminal.note(`note: ${count(n)} ${NOTES[kind]}: ${examples.join(', ')}${n > examples.length ? ', …' : ''}`);
}
