/**
 * What is to become of each load of a table: the decision, from what the ledger knows. Pure.
 *
 * Assumed: the loads are all of the table's, under its lock. Kept: of loads in history only those of an outdated snapshot
 * are touched, and these only stop counting.
 */
import { describeDrift, driftOf, type Contract } from '@farelake/schema-registry';
import type { LoadFacts, LoadState, WaitingFor } from '@farelake/db';
import {
  arrangeAround,
  arrangeFirst,
  missingHeaderColumns,
  parseCompactInstant,
  sourceName,
  type Dfm,
  type Generation,
  type Instant,
  type ObjectKey,
  type SnapshotFile,
} from '@farelake/qlik';

export interface PlannedLoad {
  readonly id: number;
  readonly object: ObjectKey;
  readonly objectKey: string;
  readonly contentHash: string;
  readonly seen: number;
  readonly state: LoadState;
  readonly waitingFor: WaitingFor | null;
  readonly everLoaded: boolean;
  readonly fileTime: string | null;
  readonly generation: string | null;
  readonly dfmObjectId: number | null;
  /** As it is now; a fault in words when it cannot be read; null: there is none. */
  readonly dfm: { readonly objectId: number; readonly parsed: Dfm | { readonly fault: string } } | null;
}

export type Verdict =
  | { readonly event: 'wait'; readonly waitingFor: WaitingFor; readonly reason: string; readonly facts: LoadFacts }
  | { readonly event: 'prepare'; readonly dfm: Dfm; readonly facts: LoadFacts }
  | { readonly event: 'supersede'; readonly reason: string };

export interface LoadPlan {
  readonly verdicts: ReadonlyMap<number, Verdict>;
  /** The generation that the current table shows or will show; undefined: no snapshot has come. */
  readonly generation: Generation<SnapshotLoad> | undefined;
}

export type SnapshotLoad = SnapshotFile & { readonly load: PlannedLoad };

/** States in which a load is planned (again). */
const PLANNABLE: readonly LoadState[] = ['registered', 'waiting', 'ready', 'failed'];

export const isPlannable = (load: { state: LoadState }): boolean => PLANNABLE.includes(load.state);

/** The generation that the table shows. */
export interface LiveGeneration {
  readonly name: string;
  /** Loads that it was first shown with. */
  readonly core: ReadonlySet<number>;
}

export function planLoads(
  contract: Contract | undefined,
  loads: readonly PlannedLoad[],
  live: LiveGeneration | null,
): LoadPlan {
  // Objects of another source whose name comes out the same have no part in this table.
  const own = loads.filter((load) => contract === undefined || isOf(contract, load));
  const { chosen, earlier, later } = arrange(snapshotLoads(own), live);
  const generation = chosen === undefined ? undefined : named(chosen, live);
  const replaced = new Set(
    [chosen, ...earlier, ...later].flatMap((g) => g?.superseded.map((file) => file.loadId) ?? []),
  );
  const outdated = new Set(earlier.flatMap((g) => g.files.map((file) => file.loadId)));
  const context: Context = { contract, generation, later, replaced, outdated, loads };
  const planned = loads.filter(
    (load) =>
      isPlannable(load) ||
      (load.state === 'loaded' && outdated.has(load.id)) ||
      (load.state === 'quarantined' && (replaced.has(load.id) || hasNewerContent(load, loads))),
  );
  return { verdicts: new Map(planned.map((load) => [load.id, verdict(load, context)])), generation };
}

function arrange(files: readonly SnapshotLoad[], live: LiveGeneration | null) {
  const { core = [], others = [] } = Object.groupBy(files, (file) =>
    live?.core.has(file.loadId) === true ? 'core' : 'others',
  );
  return core.length === 0 ? arrangeFirst(others) : arrangeAround(core, others);
}

/** A generation keeps the name, and with it the start, under which its first file was loaded, whatever comes to it later. */
function named(generation: Generation<SnapshotLoad>, live: LiveGeneration | null): Generation<SnapshotLoad> {
  const known = generation.files.find((file) => file.load.everLoaded && file.load.generation !== null);
  const name = live?.name ?? known?.load.generation ?? generation.name;
  const first = parseCompactInstant(name);
  const start = first !== null && generation.start !== null && first < generation.start ? first : generation.start;
  return { ...generation, name, start };
}

function snapshotLoads(loads: readonly PlannedLoad[]): SnapshotLoad[] {
  return loads.flatMap((load) => {
    const { object } = load;
    if (object.kind !== 'snapshot' || load.state === 'superseded') return [];
    const dfm = readable(load);
    // Without a readable .dfm nobody knows when a file was written, so it has no place in a generation yet.
    if (dfm === undefined && !load.everLoaded) return [];
    const time = load.everLoaded ? (load.fileTime as Instant | null) : (dfm?.startWrite ?? null);
    const { contentHash, objectKey: key } = load;
    return [{ loadId: load.id, object, time, key, contentHash, arrival: load.id, spoiled: isSpoiled(load), load }];
  });
}

const readable = (load: PlannedLoad): Dfm | undefined =>
  load.dfm === null || 'fault' in load.dfm.parsed ? undefined : load.dfm.parsed;

interface Context {
  readonly contract: Contract | undefined;
  readonly generation: Generation<SnapshotLoad> | undefined;
  readonly later: readonly Generation<SnapshotLoad>[];
  readonly replaced: ReadonlySet<number>;
  /** Loads of snapshots older than the one in use. */
  readonly outdated: ReadonlySet<number>;
  readonly loads: readonly PlannedLoad[];
}

function verdict(load: PlannedLoad, context: Context): Verdict {
  if (context.replaced.has(load.id) || hasNewerContent(load, context.loads))
    return { event: 'supersede', reason: 'newer content under the same name took its place' };
  // What is taken through again is in history already, and its rows there have to be the new ones.
  if (context.outdated.has(load.id) && !(load.everLoaded && isPlannable(load)))
    return { event: 'supersede', reason: 'of an older snapshot than the one in use' };
  const { contract } = context;
  if (contract === undefined) return wait('contract', `no contract; add one: ${addCommand(load)}`, {});
  if (!isOf(contract, load)) return wait('contract', collision(contract, load), {});
  if (load.dfm === null) return wait('dfm', 'its .dfm has not come', {});
  if ('fault' in load.dfm.parsed) return wait('dfm', load.dfm.parsed.fault, { dfmObjectId: load.dfm.objectId });
  return verdictByDfm(load, load.dfm.parsed, contract, context);
}

function verdictByDfm(load: PlannedLoad, dfm: Dfm, contract: Contract, context: Context): Verdict {
  const { object } = load;
  const drift = driftOf(contract, dfm.columns);
  const facts: LoadFacts = {
    dfmObjectId: load.dfm?.objectId ?? null,
    fileTime: object.kind === 'snapshot' ? dfm.startWrite : object.time,
    endWrite: dfm.endWrite,
    lastTransaction: dfm.lastTransaction,
    drift: drift.differences.length === 0 ? null : drift.differences,
  };
  const missing = object.kind === 'changes' ? missingHeaderColumns(dfm) : [];
  if (missing.length > 0) return wait('dfm', `its .dfm announces no ${missing.join(', ')}`, facts);
  if (drift.verdict === 'incompatible')
    return wait('schema', `not as the contract says: ${describeDrift(drift)}`, facts);
  if (object.kind === 'snapshot') {
    const later = context.later.find((generation) => generation.files.some((file) => file.loadId === load.id));
    if (later !== undefined) return wait('snapshot', laterReason(later, context.generation), facts);
    return {
      event: 'prepare',
      dfm,
      facts: { ...facts, generation: (load.everLoaded ? load.generation : context.generation?.name) ?? null },
    };
  }
  if (context.generation === undefined && contract.snapshot !== 'none')
    return wait('snapshot', 'no snapshot of the table has come', facts);
  return { event: 'prepare', dfm, facts };
}

const wait = (waitingFor: WaitingFor, reason: string, facts: LoadFacts): Verdict => ({
  event: 'wait',
  waitingFor,
  reason,
  facts,
});

function laterReason(later: Generation, live: Generation | undefined): string {
  const [theirs, ours] = [later.start ?? 'without times', live?.start ?? 'without times'];
  const what =
    theirs === ours
      ? `another delivery of a file of the snapshot in use (${ours}), with another content tag`
      : `of another snapshot (${theirs}) than the one in use (${ours})`;
  return `${what}; held, because exchanging snapshots is not available yet`;
}

const isOf = ({ source }: Contract, { object }: PlannedLoad): boolean =>
  source.schema === object.schema && source.table === object.table;

const collision = ({ dataset, source }: Contract, { object }: PlannedLoad): string =>
  `${sourceName(object)} would be ${dataset}, which is the table of ${sourceName(source)}; only one of them can be taken in`;

const addCommand = ({ object }: PlannedLoad): string => `farelake table add ${sourceName(object)} --from <folder>`;

/**
 * Its content never got anywhere: it failed, or never agreed with its .dfm. What only waits for a snapshot, a contract or a
 * schema is as good as any other.
 */
const isSpoiled = ({ state, waitingFor, everLoaded }: PlannedLoad): boolean =>
  !everLoaded && (state === 'failed' || state === 'quarantined' || waitingFor === 'dfm');

/** Spoiled content gives way to what came under its name since. */
function hasNewerContent(load: PlannedLoad, loads: readonly PlannedLoad[]): boolean {
  if (!isSpoiled(load)) return false;
  // Snapshot files with a readable .dfm: their generations tell (`replaced`), since each snapshot uses the names anew.
  if (load.object.kind === 'snapshot' && readable(load) !== undefined) return false;
  return loads.some((other) => other.objectKey === load.objectKey && other.seen > load.seen);
}
