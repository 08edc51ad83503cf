/** The leases of several sets, held at once. */
import { withTable } from '../table/in-table.ts';
import type { TableWorkspace, Workspace } from '../workspace.ts';
import { leaseOf } from './set-work.ts';

/** Runs `work` with those sets on which no other process is at work. Leases are never waited for, so none waits in a circle. */
export async function withSets<T>(
  workspace: Workspace,
  datasets: readonly string[],
  work: (held: ReadonlyMap<string, TableWorkspace>) => Promise<T>,
): Promise<T> {
  const take = async (place: number, held: ReadonlyMap<string, TableWorkspace>): Promise<{ result: T }> => {
    const dataset = datasets[place];
    if (dataset === undefined) return { result: await work(held) };
    const withIt = await withTable(workspace, leaseOf(dataset), (own) =>
      take(place + 1, new Map([...held, [dataset, own]])),
    );
    return withIt ?? take(place + 1, held);
  };
  return (await take(0, new Map())).result;
}
