/**
 * Lists and fetches new datasets of DMAP sets, and loads them into their tables meanwhile (docs/dmap.md). One set's trouble
 * leaves the others alone. Whatever dies, the same run again goes on where it was.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { LeaseLost, resultsToFetch, tablesToLoad } from '@farelake/db';
import { redact, type Vendor } from '@farelake/dmap';
import { Room } from '@farelake/lake';
import type { UserError } from '@farelake/schema-registry';
import { byDataset } from '../by-dataset.ts';
import { lostAmong, requireLedger } from '../catalog/lost-ledger.ts';
import type { Worked } from '../ingest.ts';
import { isOutage } from '../retry/passing.ts';
import { firstLine, patiently } from '../retry/patiently.ts';
import { sweepScratch, withScratch, type TableWorkspace, type Workspace } from '../workspace.ts';
import { chooseSets, type ChosenSet } from './choose-sets.ts';
import { noteTrouble } from './fetch-result.ts';
import { foresee } from './foresee.ts';
import { withSets } from './hold-sets.ts';
import { loadMeanwhile, type Loading } from './load-meanwhile.ts';
import { inRounds } from './rounds.ts';
import { newSetTally, newSetWork, type SetTally, type SetWork } from './set-work.ts';
import { countLanes, type SyncedSet, type SyncOptions } from './synced-set.ts';

export interface Synced extends Worked {
  /** By table. */
  readonly sets: readonly SyncedSet[];
}

/**
 * @returns in `troubled` also sets whose own work ended with an error that nobody foresaw: the others have been worked on
 * @throws UserError `dmap-no-contract`, `ledger-lost`, `ledger-behind`, and what stores and the database throw when they are away for good; of the vendor
 * nothing, that is told by set
 */
export async function syncSets(workspace: Workspace, vendor: Vendor, options: SyncOptions = {}): Promise<Synced> {
  const chosen = chooseSets(workspace.contracts, options.sets);
  const lost = await patiently(workspace, workspace.stage.uri, () => lostSets(workspace, chosen), options.onProgress);
  const sets = chosen.filter(({ dataset }) => !lost.has(dataset));
  const done = await syncOwn(workspace, vendor, sets, options);
  if (lost.size === 0) return done;
  return {
    ...done,
    sets: [...done.sets, ...chosen.flatMap((set) => toldLost(set, lost.get(set.dataset)))].toSorted(byDataset),
    troubled: [...done.troubled, ...[...lost].map(([dataset, error]) => ({ dataset, error }))].toSorted(byDataset),
  };
}

/** Before anything is listed: a result that is registered would keep the table from being restored. */
async function lostSets(workspace: Workspace, sets: readonly ChosenSet[]): Promise<ReadonlyMap<string, UserError>> {
  await requireLedger(workspace);
  return lostAmong(
    workspace,
    sets.map(({ dataset }) => dataset),
  );
}

const toldLost = (set: ChosenSet, error: UserError | undefined): SyncedSet[] =>
  error === undefined ? [] : [{ ...set, ...newSetTally(), trouble: error.problem, waiting: countLanes([]) }];

async function syncOwn(
  workspace: Workspace,
  vendor: Vendor,
  sets: readonly ChosenSet[],
  options: SyncOptions,
): Promise<Synced> {
  if (options.dryRun === true) return { tables: [], ...(await foresee(workspace, vendor, sets, options)) };
  await sweepScratch(workspace.scratch);
  return withScratch(workspace, (scratch) =>
    sync(
      {
        ...{ workspace, vendor, options, scratch },
        room: new Room(scratch, workspace.scratchLimit),
        loading: loadMeanwhile(workspace, options.onProgress),
        broken: new Map(),
        tallies: new Map(sets.map(({ dataset }) => [dataset, newSetTally()])),
      },
      sets,
    ),
  );
}

async function sync(run: Run, sets: readonly ChosenSet[]): Promise<Synced> {
  const { workspace, options, loading } = run;
  try {
    // What an earlier run fetched and left waits for nothing.
    const left = () => tablesToLoad(workspace.pool, [...run.tallies.keys()]);
    for (const dataset of await patiently(workspace, 'the list of tables', left, options.onProgress))
      loading.due(dataset);
    await untilDone(run, sets);
  } catch (error) {
    await loading.stop();
    throw error;
  }
  const { tables, troubled } = await loading.end(sets.map(({ dataset }) => dataset));
  const broken = [...run.broken].map(([dataset, error]) => ({ dataset, error }));
  return { sets: await Promise.all(sets.map((set) => told(run, set))), tables, troubled: [...broken, ...troubled] };
}

interface Run {
  readonly workspace: Workspace;
  readonly vendor: Vendor;
  readonly options: SyncOptions;
  readonly loading: Loading;
  readonly tallies: ReadonlyMap<string, SetTally>;
  /** Errors that ended the work on a set, by table. */
  readonly broken: Map<string, unknown>;
  readonly scratch: string;
  readonly room: Room;
}

/** Milliseconds between two looks at sets that other processes work on. */
const LOOK_AGAIN = 300;

/** Those first that are free; the others when they are. */
async function untilDone(run: Run, sets: readonly ChosenSet[]): Promise<void> {
  const { workspace, options } = run;
  let pending = sets;
  for (;;) {
    workspace.signal.throwIfAborted();
    const names = pending.map(({ dataset }) => dataset);
    const done = await withSets(workspace, names, (held) => work(run, pending, held));
    pending = pending.filter(({ dataset }) => !done.has(dataset));
    if (pending.length === 0) return;
    for (const { dataset } of pending) options.onProgress?.({ step: 'waiting for another process', table: dataset });
    await sleep(LOOK_AGAIN, undefined, { signal: workspace.signal });
  }
}

/** @returns the sets that are done; one that was taken over by another process is not */
async function work(
  run: Run,
  sets: readonly ChosenSet[],
  held: ReadonlyMap<string, TableWorkspace>,
): Promise<ReadonlySet<string>> {
  const { options, loading, workspace } = run;
  const works = sets.flatMap((set) => {
    const own = held.get(set.dataset);
    return own === undefined ? [] : [newWork(run, set, own)];
  });
  const lost = new Set<string>();
  await inRounds(works, {
    wish: { since: options.since, full: options.full },
    slowLimit: options.slowLimit ?? Infinity,
    skipUnkeyed: options.sets === undefined,
    onFetched: (dataset) => {
      loading.fetched(dataset);
    },
    onRound: (dataset) => {
      loading.due(dataset);
    },
    onError: async (of, error) => {
      const { dataset, workspace: own } = of;
      workspace.signal.throwIfAborted();
      if (error instanceof LeaseLost || own.lease.signal.aborted) lost.add(dataset);
      // Every set would fail by it.
      else if (isOutage(error)) throw error;
      else await breakOff(run, of, error);
    },
  });
  return new Set(works.map(({ dataset }) => dataset).filter((dataset) => !lost.has(dataset)));
}

/** A fault of this program, or of the machine, met at one set: the others go on, and then it is told as what it is. */
async function breakOff({ broken }: Run, work: SetWork, error: unknown): Promise<void> {
  broken.set(work.dataset, error);
  const why = redact(firstLine(error), []);
  await noteTrouble(work, `The last sync broke off: ${why}`).catch(() => undefined);
}

function newWork(
  { workspace, vendor, options, tallies, scratch, room }: Run,
  set: ChosenSet,
  own: TableWorkspace,
): SetWork {
  const { incoming } = workspace;
  if (incoming === undefined) throw new Error('a workspace that fetches has an Incoming zone');
  const { dataset, api, set: name } = set;
  const tally = tallies.get(dataset) ?? newSetTally();
  return newSetWork({
    ...{ workspace: own, incoming, vendor, dataset, tally, scratch, room },
    set: { api, set: name },
    onProgress: options.onProgress,
  });
}

async function told({ workspace, tallies, broken, options }: Run, set: ChosenSet): Promise<SyncedSet> {
  const read = () => resultsToFetch(workspace.pool, set.dataset);
  const waiting = await patiently(workspace, set.dataset, read, options.onProgress).catch((error: unknown) => {
    if (broken.has(set.dataset)) return [];
    throw error;
  });
  return { ...set, ...(tallies.get(set.dataset) ?? newSetTally()), waiting: countLanes(waiting) };
}
