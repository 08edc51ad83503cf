import { listCatalog, lostAmong, type ListedTable } from '@farelake/ingest';
import { printable } from '@farelake/schema-registry';
import { noteCutPath } from '../cut-paths.ts';
import { findContract } from '../find-contract.ts';
import { describeProblem } from '../output/problem.ts';
import { formatTable } from '../output/table.ts';
import { withWorkspace, type Context } from '../session.ts';

export interface CatalogListFlags {
  readonly table?: string;
  readonly json?: boolean;
}

/** @returns 0 whatever the catalog shows, as for `status` */
export async function catalogListCommand(context: Context, flags: CatalogListFlags): Promise<number> {
  const { terminal } = context;
  return withWorkspace(context, async (workspace) => {
    const contracts =
      flags.table === undefined ? [...workspace.contracts.values()] : [findContract(workspace, flags.table)];
    const tables = await listCatalog(workspace, contracts);
    const lost = await lostAmong(
      workspace,
      contracts.map(({ dataset }) => dataset),
    );
    noteCutPath(context);
    for (const error of lost.values()) terminal.note(describeProblem(error));
    if (flags.json === true) terminal.print(JSON.stringify(tables));
    else if (tables.length > 0 || lost.size === 0) for (const line of lines(tables)) terminal.print(line);
    return 0;
  });
}

function lines(tables: readonly ListedTable[]): string[] {
  const [first] = tables;
  if (first === undefined) return ['No table was committed to yet.'];
  return [
    `catalog ${first.catalog}, namespace ${first.namespace}`,
    formatTable(
      ['table', 'version', 'snapshots', 'state', 'metadata'],
      tables.map(({ tableName, version, snapshots, state, found }) => [
        tableName,
        String(version),
        String(snapshots),
        state,
        found === null ? 'none' : printable(found),
      ]),
      [1, 2],
    ),
    ...tables.flatMap(({ tableName, state, because }) =>
      because === undefined ? [] : [`${tableName} is ${state}: ${because}`],
    ),
  ];
}
