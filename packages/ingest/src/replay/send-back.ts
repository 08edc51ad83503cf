/**
 * Sends loads back to be taken through again, table by table, each in one transaction. Nothing else changes: rows that a
 * load has in history stay until the commit of the new ones.
 */
import { createReplay, noteReplayed, replayableLoads, type ReplayableLoad, type ReplayFilter } from '@farelake/db';
import { reach } from '../failpoint.ts';
import { moveLoad } from '../move-load.ts';
import type { OnProgress } from '../progress.ts';
import { inTable } from '../table/in-table.ts';
import { whenFree } from '../table/when-free.ts';
import { thisPerson } from '../who.ts';
import type { Workspace } from '../workspace.ts';
import { chooseLoadsIn } from './choose-loads.ts';

/** @returns the loads that were sent back: those that the filter takes once nobody else works on their table; none of a table on hold */
export async function sendBack(
  workspace: Workspace,
  filter: ReplayFilter,
  onProgress?: OnProgress,
): Promise<ReplayableLoad[]> {
  // What is left of them is decided table by table, under its lease.
  const chosen = await replayableLoads(workspace.pool, filter);
  const sent: ReplayableLoad[] = [];
  for (const dataset of new Set(chosen.map((load) => load.dataset)))
    sent.push(...(await sendTable(workspace, dataset, filter, onProgress)));
  return sent;
}

const sendTable = (
  workspace: Workspace,
  dataset: string,
  filter: ReplayFilter,
  onProgress: OnProgress | undefined,
): Promise<ReplayableLoad[]> =>
  whenFree(
    workspace,
    dataset,
    (own) =>
      inTable(own, async (db) => {
        const { loads } = await chooseLoadsIn(workspace, db, { ...filter, datasets: [dataset] });
        if (loads.length === 0) return [];
        const replay = await createReplay(db, thisPerson(), filter);
        for (const load of loads) {
          await noteReplayed(db, replay, load.id);
          await moveLoad(db, load, 'replay');
        }
        reach('replay:committing');
        return [...loads];
      }),
    { onProgress },
  );
