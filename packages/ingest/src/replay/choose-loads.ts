/** Which loads a replay takes: those with which nothing would be done are left where they are. */
import { openHolds, replayableLoads, withTransaction, type ReplayableLoad, type ReplayFilter } from '@farelake/db';
import type { ClientBase } from 'pg';
import { holdReason } from '../status/standing.ts';
import type { Workspace } from '../workspace.ts';
import { misfitsOf } from './misfits.ts';

/** Loads of a table that the filter takes, and that are left. */
export interface LeftLoads {
  readonly dataset: string;
  /** `hold` the table is on hold · `contract` they could not be loaded by its contract as it is now. */
  readonly because: 'hold' | 'contract';
  /** And what to do. */
  readonly reason: string;
  readonly loadIds: readonly number[];
}

export interface ChosenLoads {
  readonly loads: readonly ReplayableLoad[];
  readonly left: readonly LeftLoads[];
}

type Asked = Pick<Workspace, 'pool' | 'contracts' | 'faulty'>;

/** As things stand; nothing is changed. */
export const chooseLoads = (workspace: Asked, filter: ReplayFilter): Promise<ChosenLoads> =>
  withTransaction(workspace.pool, (db) => chooseLoadsIn(workspace, db, filter));

/** @param db in a transaction */
export async function chooseLoadsIn(workspace: Asked, db: ClientBase, filter: ReplayFilter): Promise<ChosenLoads> {
  const all = await replayableLoads(db, filter);
  const holds = await openHolds(db);
  const left: LeftLoads[] = [];
  for (const [dataset, loads] of Map.groupBy(all, (load) => load.dataset)) {
    const hold = holds.get(dataset);
    const held = hold && holdReason(dataset, workspace.contracts.get(dataset), { hold });
    const loadIds = loads.map(({ id }) => id);
    const misfits = held == null ? await misfitsOf(workspace, db, dataset, loads) : undefined;
    if (held != null) left.push({ dataset, because: 'hold', reason: held, loadIds });
    else if (misfits !== undefined) left.push({ dataset, because: 'contract', ...misfits });
  }
  const leftIds = new Set(left.flatMap(({ loadIds }) => loadIds));
  return { loads: all.filter(({ id }) => !leftIds.has(id)), left };
}
