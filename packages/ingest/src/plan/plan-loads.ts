/**
 * What is to become of each load of a table: the decision, from what the ledger knows. Pure.
 *
 * Assumed: the loads are all of the table's, under its lock. Kept: of loads in history only those of an outdated snapshot
 * are touched, and these only stop counting.
 */
import { describeDrift, driftOf, type Contract } from '@farelake/schema-registry';
import type { GenerationState, LoadFacts, LoadState, WaitingFor } from '@farelake/db';
import {
  arrangeGenerations,
  missingHeaderColumns,
  sourceName,
  type Core,
  type Dfm,
  type Generation,
  type Instant,
  type ObjectKey,
  type SnapshotFile,
} from '@farelake/qlik';
import { besideReason, takesPlaceOf } from './beside.ts';

export interface PlannedLoad {
  readonly id: number;
  readonly object: ObjectKey;
  readonly objectKey: string;
  /** Identity of its bytes. */
  readonly contentHash: string;
  readonly seen: number;
  readonly state: LoadState;
  readonly waitingFor: WaitingFor | null;
  readonly everLoaded: boolean;
  /** Somebody said that it takes the place of other content of its file. */
  readonly accepted?: boolean;
  readonly fileTime: string | null;
  readonly endWrite: string | null;
  readonly generation: string | null;
  readonly dfmObjectId: number | null;
  /** As it is now; a fault in words when it cannot be read; null: there is none. */
  readonly dfm: { readonly objectId: number; readonly parsed: Dfm | { readonly fault: string } } | null;
}

export type Verdict =
  | { readonly event: 'wait'; readonly waitingFor: WaitingFor; readonly reason: string; readonly facts: LoadFacts }
  /** @property takes the load in history whose place it takes */
  | { readonly event: 'prepare'; readonly dfm: Dfm; readonly facts: LoadFacts; readonly takes?: number }
  | { readonly event: 'supersede'; readonly reason: string; readonly facts: LoadFacts };

export interface LoadPlan {
  readonly verdicts: ReadonlyMap<number, Verdict>;
  /** Every generation that there is anything of, the oldest first. */
  readonly generations: readonly Generation<SnapshotLoad>[];
  /** The one that the table shows; undefined: nothing is shown yet. */
  readonly live: Generation<SnapshotLoad> | undefined;
  /** Names of those that are older than what the table shows, and were never shown themselves. */
  readonly outdated: ReadonlySet<string>;
  /** Loads with other content of a snapshot file that is there: new data beside an old `.dfm`. */
  readonly rivals: ReadonlySet<number>;
}

export type SnapshotLoad = SnapshotFile & { readonly load: PlannedLoad };

/** States in which a load is planned (again). */
const PLANNABLE: readonly LoadState[] = ['registered', 'waiting', 'ready', 'failed'];

export const isPlannable = (load: { state: LoadState }): boolean => PLANNABLE.includes(load.state);

/** A generation as the ledger knows it. */
export interface KnownGeneration {
  readonly name: string;
  readonly start: string | null;
  readonly state: GenerationState;
  /** Loads that it was first shown or built with. */
  readonly core: ReadonlySet<number>;
}

export function planLoads(
  contract: Contract | undefined,
  loads: readonly PlannedLoad[],
  known: readonly KnownGeneration[],
): LoadPlan {
  // Objects of another source whose name comes out the same have no part in this table.
  const own = loads.filter((load) => contract === undefined || isOf(contract, load));
  // A contract that says there are none has no use for those that come; what is in the table already stays.
  const none = contract?.snapshot === 'none';
  const { generations, rivals, repeats } = arrange(
    snapshotLoads(own).filter(({ load }) => !none || load.everLoaded),
    known,
  );
  const shown = known.find(({ state }) => state === 'live')?.name;
  const live = generations.find(({ name }) => name === shown);
  const outdated = outdatedOf(generations, live, known);
  const context: Context = {
    contract,
    generations,
    outdated,
    loads,
    rivals: idsOf(rivals),
    repeats: new Map(repeats.map(({ file, of }) => [file.loadId, of.load.objectKey])),
    places: placesOf(generations),
    inHistory: new Map(
      loads
        .filter(({ object, everLoaded }) => object.kind === 'changes' && everLoaded)
        .map((load) => [contentOf(load), load.objectKey]),
    ),
  };
  const planned = loads.filter(
    (load) =>
      isPlannable(load) ||
      (load.state === 'loaded' && isOutdated(load, context)) ||
      (load.state === 'quarantined' && isReplaced(load, context)),
  );
  const verdicts = new Map(planned.map((load) => [load.id, verdict(load, context)]));
  // What gives its place up is not taken through again beside what takes it.
  for (const one of [...verdicts.values()])
    if (one.event === 'prepare' && one.takes !== undefined) verdicts.delete(one.takes);
  return { verdicts, generations, live, outdated, rivals: context.rivals };
}

const idsOf = (files: readonly SnapshotFile[]): Set<number> => new Set(files.map(({ loadId }) => loadId));

function arrange(files: readonly SnapshotLoad[], known: readonly KnownGeneration[]) {
  const generationOf = new Map(
    known.filter(isKept).flatMap(({ name, core }) => [...core].map((id): [number, string] => [id, name])),
  );
  const { core = [], others = [] } = Object.groupBy(files, ({ loadId }) =>
    generationOf.has(loadId) ? 'core' : 'others',
  );
  const filesOf = Map.groupBy(core, ({ loadId }) => generationOf.get(loadId));
  const cores = known.filter(isKept).map(({ name }): Core<SnapshotLoad> => {
    return { name, files: filesOf.get(name) ?? [] };
  });
  const spent = known.filter(({ state }) => state === 'superseded').map(({ name }) => name);
  const starts = new Map(
    known.flatMap(({ name, start }) => (start === null ? [] : [[name, start as Instant] as const])),
  );
  return arrangeGenerations(cores, others, { spent: new Set(spent), starts });
}

/** It was shown, or is built: its files stay together. Without files it is one of changes only. */
const isKept = ({ state, core }: KnownGeneration): boolean =>
  state !== 'superseded' && (core.size > 0 || state === 'live' || state === 'retired' || state === 'rejected');

function outdatedOf(
  generations: readonly Generation[],
  live: Generation | undefined,
  known: readonly KnownGeneration[],
): Set<string> {
  const named = (...states: GenerationState[]) =>
    new Set(known.filter(({ state }) => states.includes(state)).map(({ name }) => name));
  const [shown, past] = [named('retired', 'rejected'), named('superseded')];
  const older = generations.slice(0, live === undefined ? 0 : generations.indexOf(live));
  // What was passed over once stays so, also when a rollback goes back behind it.
  const over = generations.filter(({ name }) => past.has(name));
  return new Set([...older, ...over].map(({ name }) => name).filter((name) => !shown.has(name)));
}

function snapshotLoads(loads: readonly PlannedLoad[]): SnapshotLoad[] {
  return loads.flatMap((load) => {
    const { object } = load;
    if (object.kind !== 'snapshot') return [];
    // What it goes by is noted; and what gave way to other content is of no generation.
    const settled = load.everLoaded || !isPlannable(load);
    if (settled && !load.everLoaded && load.generation === null) return [];
    const dfm = readable(load);
    // Without a readable .dfm nobody knows when a file was written, so it has no place in a generation yet.
    if (dfm === undefined && !settled) return [];
    const time = settled ? (load.fileTime as Instant | null) : (dfm?.startWrite ?? null);
    const end = settled ? (load.endWrite as Instant | null) : (dfm?.endWrite ?? null);
    const { contentHash, objectKey: key } = load;
    // Planned by another .dfm meanwhile, it is another snapshot's: data may come before its own.
    const recorded = load.fileTime === time ? load.generation : null;
    const spoiled = isSpoiled(load);
    return [{ loadId: load.id, object, time, end, key, contentHash, arrival: load.id, spoiled, recorded, load }];
  });
}

const readable = (load: PlannedLoad): Dfm | undefined =>
  load.dfm === null || 'fault' in load.dfm.parsed ? undefined : load.dfm.parsed;

/** Where a snapshot file belongs. */
interface Place {
  readonly generation: Generation<SnapshotLoad>;
  readonly time: Instant | null;
  /** Other content under its name has taken its place. */
  readonly replaced: boolean;
}

function placesOf(generations: readonly Generation<SnapshotLoad>[]): Map<number, Place> {
  return new Map(
    generations.flatMap((generation) => {
      const place =
        (replaced: boolean) =>
        (file: SnapshotLoad): [number, Place] => [file.loadId, { generation, time: file.time, replaced }];
      return [...generation.files.map(place(false)), ...generation.superseded.map(place(true))];
    }),
  );
}

interface Context {
  readonly contract: Contract | undefined;
  readonly generations: readonly Generation<SnapshotLoad>[];
  readonly outdated: ReadonlySet<string>;
  readonly rivals: ReadonlySet<number>;
  /** By load, the object with the same content in its place. */
  readonly repeats: ReadonlyMap<number, string>;
  readonly places: ReadonlyMap<number, Place>;
  readonly loads: readonly PlannedLoad[];
  /** By content, change files whose rows are in history: the same bytes may be found again under another tag. */
  readonly inHistory: ReadonlyMap<string, string>;
}

const contentOf = ({ objectKey, contentHash }: PlannedLoad): string => `${objectKey} ${contentHash}`;

const isOutdated = (load: PlannedLoad, { places, outdated }: Context): boolean =>
  outdated.has(places.get(load.id)?.generation.name ?? '');

const isReplaced = (load: PlannedLoad, context: Context): boolean =>
  context.places.get(load.id)?.replaced === true || hasNewerContent(load, context);

function verdict(load: PlannedLoad, context: Context): Verdict {
  if (isReplaced(load, context))
    return {
      event: 'supersede',
      reason: 'newer content under the same name took its place',
      facts: { generation: null },
    };
  const first = context.repeats.get(load.id) ?? context.inHistory.get(contentOf(load));
  if (first !== undefined && !load.everLoaded)
    return {
      event: 'supersede',
      reason: `the same content came before as ${first}`,
      facts: { generation: null, dfmObjectId: load.dfm?.objectId ?? load.dfmObjectId },
    };
  const place = context.places.get(load.id);
  // What is taken through again is in history already, and its rows there have to be the new ones.
  if (place !== undefined && isOutdated(load, context) && !(load.everLoaded && isPlannable(load)))
    return {
      event: 'supersede',
      reason: 'of an older snapshot than the one in use',
      // Told apart from what gave way: it stays a file of its snapshot, whatever else comes of that.
      facts: { generation: place.generation.name, fileTime: place.time },
    };
  const { contract } = context;
  if (contract === undefined) return wait('contract', `no contract; add one: ${addCommand(load)}`, {});
  if (!isOf(contract, load)) return wait('contract', collision(contract, load), {});
  if (load.object.kind === 'snapshot' && contract.snapshot === 'none') return wait('contract', NO_SNAPSHOTS, {});
  if (load.dfm === null) return wait('dfm', 'its .dfm has not come', {});
  if ('fault' in load.dfm.parsed) return wait('dfm', load.dfm.parsed.fault, { dfmObjectId: load.dfm.objectId });
  return verdictByDfm(load, load.dfm.parsed, contract, context);
}

const NO_SNAPSHOTS =
  'the contract says that there are no snapshots (snapshot: none); take that out of it, and the snapshot is taken in';

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
  const first = takesPlaceOf(load, context.loads, context.rivals, dfm.startWrite);
  if (context.rivals.has(load.id) && first === undefined)
    return wait('dfm', besideReason(load, dfm, context.loads), facts);
  const missing = object.kind === 'changes' ? missingHeaderColumns(dfm) : [];
  if (missing.length > 0) return wait('dfm', `its .dfm announces no ${missing.join(', ')}`, facts);
  if (drift.verdict === 'incompatible')
    return wait('schema', `not as the contract says: ${describeDrift(drift)}`, facts);
  if (object.kind === 'snapshot') {
    const { id, generation } = first ?? load;
    const placed = { ...facts, generation: context.places.get(id)?.generation.name ?? generation };
    return { event: 'prepare', dfm, facts: placed, ...(first === undefined ? {} : { takes: first.id }) };
  }
  if (context.generations.length === 0 && contract.snapshot !== 'none')
    return wait('snapshot', 'no snapshot of the table has come', facts);
  return { event: 'prepare', dfm, facts };
}

const wait = (waitingFor: WaitingFor, reason: string, facts: LoadFacts): Verdict => ({
  event: 'wait',
  waitingFor,
  reason,
  facts,
});

const isOf = ({ source }: Contract, { object }: PlannedLoad): boolean =>
  source.schema === object.schema && source.table === object.table;

const collision = ({ dataset, source }: Contract, { object }: PlannedLoad): string =>
  `${sourceName(object)} would be ${dataset}, which is the table of ${sourceName(source)}; only one of them can be taken in`;

const addCommand = ({ object }: PlannedLoad): string => `farelake table add ${sourceName(object)} --from <folder>`;

/**
 * Its content never got anywhere: it failed, never agreed with its .dfm, or has columns that do not fit the contract. What
 * only waits for a snapshot or a contract is as good as any other.
 */
const isSpoiled = ({ state, waitingFor, everLoaded }: PlannedLoad): boolean =>
  !everLoaded && (state === 'failed' || state === 'quarantined' || waitingFor === 'dfm' || waitingFor === 'schema');

/** Spoiled content gives way to what came under its name since. */
function hasNewerContent(load: PlannedLoad, { loads, rivals }: Context): boolean {
  if (!isSpoiled(load)) return false;
  // Snapshot files with a readable .dfm: their generations tell (`replaced`), since each snapshot uses the names anew.
  if (load.object.kind === 'snapshot' && readable(load) !== undefined && !rivals.has(load.id)) return false;
  return loads.some((other) => other.objectKey === load.objectKey && other.seen > load.seen);
}
