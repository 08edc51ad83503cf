/** Which loads a replay takes: those of a table that is on hold are left, because nothing would be done with them. */
import { openHolds, replayableLoads, type Queryable, type ReplayableLoad, type ReplayFilter } from '@farelake/db';
import { holdReason } from '../status/standing.ts';
import type { Workspace } from '../workspace.ts';

/** A table on hold of which the filter takes loads. */
export interface HeldTable {
  readonly dataset: string;
  /** And what to do. */
  readonly reason: string;
  /** Those that it would take. */
  readonly loadIds: readonly number[];
}

export interface ChosenLoads {
  readonly loads: readonly ReplayableLoad[];
  readonly held: readonly HeldTable[];
}

export async function chooseLoads(
  { contracts }: Pick<Workspace, 'contracts'>,
  db: Queryable,
  filter: ReplayFilter,
): Promise<ChosenLoads> {
  const all = await replayableLoads(db, filter);
  const holds = await openHolds(db);
  const held = [...Map.groupBy(all, ({ dataset }) => dataset)].flatMap(([dataset, loads]): HeldTable[] => {
    const hold = holds.get(dataset);
    const reason = hold && holdReason(dataset, contracts.get(dataset), { hold });
    return reason == null ? [] : [{ dataset, reason, loadIds: loads.map(({ id }) => id) }];
  });
  return { loads: all.filter(({ dataset }) => !holds.has(dataset)), held };
}
