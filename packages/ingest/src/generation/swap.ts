/** The commit by which a table comes to show another of its generations. */
import {
  appliedLoads,
  endAttempt,
  loadsOf,
  readManifest,
  writeGeneration,
  writeTable,
  type GenerationRecord,
  type Load,
  type Manifest,
  type Queryable,
} from '@farelake/db';
import type { Generation } from '@farelake/qlik';
import { historyName, type Contract } from '@farelake/schema-registry';
import { commitTable, type TableCommit } from '../catalog/commit-table.ts';
import { reach } from '../failpoint.ts';
import { belongs, kindOf, OLDER_CHANGES, OTHER_SNAPSHOT } from '../fold/members.ts';
import { moveLoads } from '../move-load.ts';
import type { LoadPlan, SnapshotLoad } from '../plan/plan-loads.ts';
import { inAttempt } from '../table/in-attempt.ts';
import { inTable } from '../table/in-table.ts';
import type { TableWorkspace } from '../workspace.ts';
import { generationTable } from './table-name.ts';

export interface Swap {
  /** Shown so far, and what becomes of it. */
  readonly from: Generation<SnapshotLoad>;
  readonly leaves: Pick<GenerationRecord, 'reason'> & {
    readonly state: 'retired' | 'rejected';
    readonly decidedBy?: string;
  };
  /** Shown from now on; its own table is up to date. */
  readonly to: Generation<SnapshotLoad>;
  readonly plan: Pick<LoadPlan, 'generations'>;
}

export interface Swapped {
  readonly version: number;
  readonly rows: number;
  /** Loads that came into the current table with it. */
  readonly applied: number;
}

/**
 * In one transaction the table gets the files of the one generation, and those of the other are listed under its own name.
 * Files stay where they are. Dies the process, nothing of it has happened; the attempt was noted before, so that metadata that it has
 * left is known as its own.
 * @throws VersionConflict
 */
export async function swapGenerations(workspace: TableWorkspace, contract: Contract, swap: Swap): Promise<Swapped> {
  // Without a key nothing is committed: there is no current table.
  const swapped = await (contract.key.length === 0
    ? exchange(workspace, contract, swap)
    : inAttempt(workspace, contract.dataset, (attempt) => exchange(workspace, contract, swap, attempt)));
  reach('swap:committed');
  return swapped;
}

/** @param attempt absent: the table has no key */
function exchange(workspace: TableWorkspace, contract: Contract, swap: Swap, attempt?: string): Promise<Swapped> {
  const { dataset } = contract;
  const { from, leaves, to } = swap;
  return inTable(workspace, async (db) => {
    let applied = 0;
    const also = async (version: number, left: number | null) => {
      await writeGeneration(db, dataset, from.name, { ...leaves, rows: left, retiredVersion: version });
      await writeGeneration(db, dataset, to.name, { state: 'live', cause: null, reason: null, retiredVersion: null });
      await writeTable(db, dataset, { liveGeneration: to.name });
      applied = await moveStates(db, contract, swap);
    };
    const { version, rows } =
      attempt === undefined
        ? await readManifest(db, historyName(dataset))
        : await exchangeFiles({ workspace, contract, attempt, db }, from.name, to.name, also);
    if (attempt === undefined) await also(version, null);
    else await endAttempt(db, attempt, 'committed');
    reach('swap:committing');
    return { version, rows, applied };
  });
}

interface Exchange {
  readonly workspace: TableWorkspace;
  readonly contract: Contract;
  readonly attempt: string;
  readonly db: Queryable;
}

async function exchangeFiles(
  { workspace, contract, attempt, db }: Exchange,
  from: string,
  to: string,
  also: (version: number, left: number) => Promise<void>,
): Promise<Pick<Manifest, 'version' | 'rows'>> {
  const { dataset, version: contractVersion } = contract;
  const current = await readManifest(db, dataset);
  const incoming = await readManifest(db, generationTable(dataset, to));
  const shown = current.fold?.generation ?? from;
  if (shown !== from || incoming.fold?.generation !== to)
    throw new Error(`${dataset} shows ${shown}; ${from} cannot give way to ${to}`);
  const become = (base: Manifest, content: Pick<TableCommit, 'add' | 'rows' | 'fold' | 'also'>) =>
    commitTable(workspace, db, contract, {
      ...content,
      tableName: base.tableName,
      baseVersion: base.version,
      attemptId: attempt,
      contractVersion,
      cameOf: 'exchange',
      remove: base.files.map(({ id }) => id),
    });
  const version = await become(current, {
    ...{ add: incoming.files, rows: incoming.rows, fold: incoming.fold },
    also: (next) => also(next, current.rows),
  });
  // A table that got its key only now shows nothing yet, and there is nothing of it to keep.
  if (current.version > 0) {
    const kept = await readManifest(db, generationTable(dataset, from));
    await become(kept, { add: current.files, rows: current.rows, fold: current.fold });
  }
  await become(incoming, { add: [], rows: 0, fold: incoming.fold });
  return { version, rows: incoming.rows };
}

/** States tell of the table that is shown. @returns loads that came into it */
async function moveStates(db: Queryable, { dataset }: Contract, { from, to, plan }: Swap): Promise<number> {
  const applied = await appliedLoads(db, dataset, to.name);
  const own = new Set(to.files.map(({ loadId }) => loadId));
  const newer = plan.generations.slice(plan.generations.indexOf(to) + 1);
  const undecided = new Set(
    newer.flatMap(({ name, files }) => (name === from.name ? [] : files.map((file) => file.loadId))),
  );
  const loads = (await loadsOf(db, dataset)).filter((load) => load.everLoaded);
  const isIn = (load: Load, ...states: Load['state'][]) => states.includes(load.state);
  const counts = (load: Load) => own.has(load.id) || (kindOf(load) === 'changes' && belongs(load, to));

  const coming = loads.filter((load) => applied.has(load.id));
  const back = coming.filter((load) => isIn(load, 'superseded'));
  await moveLoads(db, back, 'reinstate');
  const fresh = [
    ...coming.filter((load) => isIn(load, 'loaded')),
    ...back.map((load) => ({ ...load, state: 'loaded' as const })),
  ];
  await moveLoads(db, fresh, 'apply');

  // What belongs to it, and has not come into it yet, is for its next fold.
  const pending = loads.filter((load) => !applied.has(load.id) && counts(load));
  await moveLoads(
    db,
    pending.filter((load) => isIn(load, 'superseded')),
    'reinstate',
  );
  await moveLoads(
    db,
    pending.filter((load) => isIn(load, 'applied', 'archived')),
    'withdraw',
  );

  const others = loads.filter((load) => !applied.has(load.id) && !counts(load));
  const gone = others.filter(
    (load) => isIn(load, 'applied', 'archived') || (isIn(load, 'loaded') && !undecided.has(load.id)),
  );
  const reason = (kind: string) => (kind === 'changes' ? OLDER_CHANGES : OTHER_SNAPSHOT);
  for (const [kind, those] of Map.groupBy(gone, (load) => kindOf(load) ?? 'changes'))
    await moveLoads(db, those, 'supersede', { reason: reason(kind) });
  return fresh.length;
}
