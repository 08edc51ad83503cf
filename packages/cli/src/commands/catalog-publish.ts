import { publishPointers, type PointerPublished } from '@farelake/ingest';
import { historyName, printable } from '@farelake/schema-registry';
import { findTable } from '../find-contract.ts';
import { progressLine } from '../output/progress.ts';
import { UsageError } from '../output/problem.ts';
import { counted, formatTable } from '../output/table.ts';
import { withWorkspace, type Context } from '../session.ts';

export interface CatalogPublishFlags {
  readonly table?: string;
  readonly json?: boolean;
}

/** @returns 0 every table in Glue shows the newest version, 1 one does not */
export async function catalogPublishCommand(context: Context, flags: CatalogPublishFlags): Promise<number> {
  const { terminal, environment } = context;
  if (environment.glueDatabase === undefined)
    throw new UsageError({
      code: 'glue-not-set',
      problem: 'FARELAKE_GLUE_DATABASE is not set, so there is nothing to publish to.',
      remedy: 'Set it to the name of the Glue database that holds the tables.',
    });
  return withWorkspace(context, async (workspace) => {
    const only = flags.table === undefined ? undefined : (await findTable(workspace, flags.table)).dataset;
    const done = await publishPointers(workspace, {
      ...(only === undefined ? {} : { tables: [only, historyName(only)] }),
      check: true,
      onProgress: progressLine(terminal),
    });
    terminal.progress(undefined);
    if (flags.json === true) terminal.print(JSON.stringify(done));
    else for (const line of publishedLines(done)) terminal.print(line);
    return done.some(({ outcome }) => outcome === 'trouble') ? 1 : 0;
  });
}

function publishedLines(done: readonly PointerPublished[]): string[] {
  if (done.length === 0) return ['No table has a version to be published yet.'];
  const changed = done.filter(({ outcome }) => outcome === 'moved' || outcome === 'healed');
  return [
    ...(changed.length === 0
      ? []
      : [
          formatTable(
            ['table', 'version', ''],
            changed.map(({ table, version, outcome, was }) => [
              table,
              String(version),
              outcome === 'moved' ? 'published' : `set right; it pointed at ${printable(was ?? 'nothing')}`,
            ]),
            [1],
          ),
        ]),
    `${counted(done.length, 'table')} looked at, ${changed.length} changed`,
    ...done.flatMap(({ table, trouble }) => (trouble === null ? [] : [printable(`not in Glue: ${table}: ${trouble}`)])),
  ];
}
