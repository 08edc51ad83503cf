/** What was given up since a set was last synced: a sync says it once, `status` and `dmap show` count it for good. */
import { dmapOverview, lastGivenUp } from '@farelake/db';
import { patiently, type TableStatus, type Workspace } from '@farelake/ingest';

export interface GiveUpNews {
  /** Those of the tables of which something was given up after the last whole listing that there was when this was opened. */
  among(tables: readonly TableStatus[]): Promise<TableStatus[]>;
}

/** Call before a sync lists. */
export async function openGiveUpNews(workspace: Workspace): Promise<GiveUpNews> {
  const { pool } = workspace;
  const before = await patiently(workspace, 'status', () => dmapOverview(pool));
  return {
    among: async (tables) => {
      const last = await patiently(workspace, 'status', () => lastGivenUp(pool));
      const listed = (table: string) => before.get(table)?.listedAt?.getTime() ?? -Infinity;
      return tables.filter(({ table }) => (last.get(table)?.getTime() ?? -Infinity) > listed(table));
    },
  };
}
