/**
 * Gives loads up: a person says that what they hold is lost. Nothing is removed; the ledger keeps who said so and why, what
 * is lost counts as open no more, and a replay that names the load takes it back.
 */
import { createReplay, givableLoads, loadsOf, noteAsked, type GivableLoad, type Queryable } from '@farelake/db';
import { parseObjectKey } from '@farelake/qlik';
import { moveLoad } from '../move-load.ts';
import { isDatasetKey } from '../object/delivered-name.ts';
import { planOf } from '../plan/table-plan.ts';
import type { OnProgress } from '../progress.ts';
import { inTable } from '../table/in-table.ts';
import { whenFree } from '../table/when-free.ts';
import type { Workspace } from '../workspace.ts';

/** `file`: nothing of it comes into the table; `replay`: the rows that it has stay; `changes`: those of it that were refused. */
export interface Lost extends GivableLoad {
  readonly lost: 'file' | 'replay' | 'changes';
}

/** A load that is not given up, and why. */
export interface Left {
  readonly id: number;
  readonly reason: string;
}

export interface GiveUp {
  readonly loadIds: readonly number[];
  readonly why: string;
  readonly by: string;
  readonly dryRun?: boolean;
}

export async function giveUp(
  workspace: Workspace,
  asked: GiveUp,
  onProgress?: OnProgress,
): Promise<{ lost: Lost[]; left: Left[] }> {
  const found = await givableLoads(workspace.pool, asked.loadIds);
  const there = new Set(found.map(({ id }) => id));
  const lost: Lost[] = [];
  const left: Left[] = asked.loadIds
    .filter((id) => !there.has(id))
    .map((id) => ({ id, reason: 'there is none of that number' }));
  for (const [dataset, loads] of Map.groupBy(found, (load) => load.dataset)) {
    const ids = loads.map(({ id }) => id);
    const decided =
      asked.dryRun === true
        ? await decide(workspace, workspace.pool, dataset, ids)
        : await whenFree(
            workspace,
            dataset,
            (own) => inTable(own, (db) => giveUpIn(workspace, db, dataset, ids, asked)),
            { onProgress },
          );
    lost.push(...decided.flatMap((one) => ('lost' in one ? [one] : [])));
    left.push(...decided.flatMap((one) => ('reason' in one ? [one] : [])));
  }
  return { lost, left: left.sort((a, b) => a.id - b.id) };
}

async function giveUpIn(
  workspace: Workspace,
  db: Queryable,
  dataset: string,
  ids: readonly number[],
  { why, by }: GiveUp,
): Promise<(Lost | Left)[]> {
  const decided = await decide(workspace, db, dataset, ids);
  const lost = decided.flatMap((one) => ('lost' in one ? [one] : []));
  if (lost.length === 0) return decided;
  const note = await createReplay(db, by, { giveUp: why, loadIds: lost.map(({ id }) => id) });
  for (const load of lost) {
    await noteAsked(db, note, load.id);
    await carryOut(db, load, `given up by ${by}: ${why}`);
  }
  return decided;
}

async function carryOut(db: Queryable, load: Lost, reason: string): Promise<void> {
  if (load.lost === 'changes') return;
  await moveLoad(db, load, 'giveUp', { reason });
  if (load.lost === 'file') return;
  // Its rows never left history, nor the table where they were in it.
  await moveLoad(db, { id: load.id, state: 'superseded' }, 'reinstate');
  if (load.inTable) await moveLoad(db, { id: load.id, state: 'loaded' }, 'apply');
}

async function decide(
  { contracts }: Workspace,
  db: Queryable,
  dataset: string,
  ids: readonly number[],
): Promise<(Lost | Left)[]> {
  const loads = await givableLoads(db, ids);
  const { rivals } = await planOf(db, dataset, contracts.get(dataset), await loadsOf(db, dataset));
  return loads.map((load) => {
    const decision = judge(load, rivals.has(load.id));
    return 'lost' in decision ? { ...load, ...decision } : { id: load.id, ...decision };
  });
}

type Decision = Pick<Lost, 'lost'> | Pick<Left, 'reason'>;

/** @param rival other content of a snapshot file that is there */
function judge({ state, quarantined, objectKey, givenUp }: GivableLoad, rival: boolean): Decision {
  const isChanges = parseObjectKey(objectKey)?.kind === 'changes';
  // A dataset stands for itself: without it the table is what it is.
  const isDataset = isDatasetKey(objectKey);
  if (['waiting', 'failed', 'quarantined'].includes(state)) {
    if (quarantined !== null) return { lost: 'replay' };
    return isChanges || isDataset || rival ? { lost: 'file' } : { reason: NEVER_IN_PART };
  }
  if (['registered', 'ready', 'loading'].includes(state))
    return { reason: 'it is being worked on: ingest, and see what becomes of it' };
  if (givenUp) return { reason: 'it is given up already' };
  return isChanges && (quarantined ?? 0) > 0 && state !== 'superseded'
    ? { lost: 'changes' }
    : { reason: 'nothing of it is open' };
}

const NEVER_IN_PART =
  'a snapshot is never shown without one of its files: have this one delivered again, or a new snapshot, which takes its place';
