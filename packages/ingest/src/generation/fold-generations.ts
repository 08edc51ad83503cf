/**
 * Brings a table's generations up to date: the one that is shown first, whatever becomes of others; then, one after the
 * other, those that are newer, each built beside it, compared with it, and exchanged for it or held.
 */
import {
  appliedLoads,
  lastArrival,
  LeaseLost,
  readManifest,
  unusedDfms,
  writeGeneration,
  writeTable,
  type GenerationRecord,
  type Load,
} from '@farelake/db';
import type { Generation } from '@farelake/qlik';
import { driftRemedy, type Contract, type Difference } from '@farelake/schema-registry';
import { reach } from '../failpoint.ts';
import { CHANGES_ONLY, foldTable, type FoldOutcome } from '../fold/fold-table.ts';
import type { SnapshotLoad } from '../plan/plan-loads.ts';
import type { OnProgress } from '../progress.ts';
import { isPassing } from '../retry/passing.ts';
import { inTable } from '../table/in-table.ts';
import type { TableWorkspace } from '../workspace.ts';
import { compareGenerations, suspicion } from './compare.ts';
import { incompleteness } from './completeness.ts';
import { settle } from './settle.ts';
import { readStanding, type Standing } from './standing.ts';
import { swapGenerations } from './swap.ts';
import { generationTable } from './table-name.ts';

export interface GenerationWork {
  readonly workspace: TableWorkspace;
  readonly dataset: string;
  readonly contract: Contract;
  readonly onProgress: OnProgress | undefined;
  /** Asks for a proof that a snapshot is whole: a later change file, or so many milliseconds in which nothing of it came. */
  readonly quietTime?: number | undefined;
}

export interface GenerationsFolded {
  /** Loads that came into the current table. */
  readonly applied: number;
  /** What failed of a generation that is not shown; it has kept nothing else from its work. */
  readonly trouble: string | null;
}

type Snapshot = Generation<SnapshotLoad>;

/** @param held why the table is held, whatever there may be to fold */
export async function foldGenerations(work: GenerationWork, held: string | undefined): Promise<GenerationsFolded> {
  if (held !== undefined) {
    await tell(work, { result: 'held', reason: held }, undefined);
    return { applied: 0, trouble: null };
  }
  const standing = await settled(work);
  const live = await foldLive(work, standing);
  const first = standing.plan.live === undefined && live.result === 'committed';
  const next = await foldCandidates(work, first ? await settled(work) : standing);
  const drifted = standing.loads.find((load) => load.waitingFor === 'schema');
  // What held the one that was shown before is not in the way of the one that took its place.
  const current: Outcome = next.shown ? { result: 'nothing' } : live;
  const outcome: Outcome =
    drifted === undefined ? current : { result: 'held', reason: incompatible(drifted, work.contract) };
  await tell(work, outcome, next.waiting);
  const applied = (live.result === 'committed' ? live.applied : 0) + next.applied;
  return { applied, trouble: next.trouble };
}

type Outcome = FoldOutcome | { readonly result: 'waiting'; readonly reason: string };

const incompatible = ({ path, reason, drift }: Load, { dataset }: Contract): string =>
  `${path}: ${reason ?? ''}. ${driftRemedy(dataset, (drift ?? []) as readonly Difference[])}`;

const tell = ({ workspace, dataset }: GenerationWork, outcome: Outcome, waiting: string | undefined): Promise<void> =>
  inTable(workspace, (db) =>
    writeTable(db, dataset, {
      heldReason: outcome.result === 'held' ? outcome.reason : null,
      waitingReason: outcome.result === 'waiting' ? outcome.reason : (waiting ?? null),
    }),
  );

async function settled({ workspace, contract }: GenerationWork): Promise<Standing> {
  const standing = await readStanding(workspace, contract);
  // A table may have a hundred thousand loads: they are read again only if something has changed.
  return (await settle(workspace, contract, standing)) ? readStanding(workspace, contract) : standing;
}

async function foldLive(work: GenerationWork, standing: Standing): Promise<Outcome> {
  const { workspace, contract, onProgress } = work;
  const { generations, live } = standing.plan;
  const fold = (generation: Snapshot) => foldTable(workspace, contract, generation, { onProgress });
  const drifted = standing.loads.find((load) => load.waitingFor === 'schema' && !isApart(load, standing));
  if (drifted !== undefined) return { result: 'held', reason: incompatible(drifted, contract) };
  if (live !== undefined) return fold(live);
  if (contract.snapshot === 'none') return fold(CHANGES_ONLY);
  // The first to be whole that can be folded; while none is whole, the one to wait for is the first of which no file is spoiled.
  let held: FoldOutcome | undefined;
  for (const generation of generations) {
    if ((await lacking(work, standing, generation)) !== undefined) continue;
    const outcome = await fold(generation);
    // What its events hold, a newer snapshot may be without: they came before it began.
    if (outcome.result !== 'held') return outcome;
    held ??= outcome;
  }
  if (held !== undefined) return held;
  const awaited = generations.find(({ files }) => !files.some((file) => file.spoiled)) ?? generations[0];
  const reason = awaited === undefined ? undefined : await lacking(work, standing, awaited);
  return reason === undefined ? { result: 'nothing' } : { result: 'waiting', reason };
}

/** A file of a snapshot that is not shown keeps nothing from its work but that snapshot. */
const isApart = ({ id }: Load, { plan }: Standing): boolean =>
  plan.live !== undefined &&
  plan.generations.some((one) => one !== plan.live && one.files.some(({ loadId }) => loadId === id));

async function lacking(work: GenerationWork, { plan, loads }: Standing, one: Snapshot): Promise<string | undefined> {
  const { pool } = work.workspace;
  const time = work.quietTime;
  const ids = one.files.map(({ loadId }) => loadId);
  const quiet = time === undefined ? undefined : { time, arrival: await lastArrival(pool, ids) };
  return incompleteness(one, { plan, loads, unused: await unusedDfms(pool, work.dataset), quiet });
}

interface CandidatesFolded extends GenerationsFolded {
  /** One of them is shown now. */
  readonly shown: boolean;
  /** Why a newer generation is not shown yet. */
  readonly waiting?: string | undefined;
}

async function foldCandidates(work: GenerationWork, from: Standing): Promise<CandidatesFolded> {
  let standing = from;
  let applied = 0;
  let waiting: string | undefined;
  let trouble: string | null = null;
  let shown = false;
  for (let next = 0; next < newerOf(standing).length; next += 1) {
    const candidate = newerOf(standing)[next];
    if (candidate === undefined) break;
    try {
      const outcome = await advance(work, standing, candidate);
      if (outcome.result === 'waiting') waiting ??= `snapshot ${candidate.name}: ${outcome.reason}`;
      if (outcome.result !== 'shown') continue;
      applied += outcome.applied;
      shown = true;
      standing = await settled(work);
      // What it was newer than no longer counts, and what waited for it may go on.
      [next, waiting] = [-1, undefined];
    } catch (error) {
      work.workspace.signal.throwIfAborted();
      // Trouble of the store or the database is nobody's fault, and the table's work is tried again.
      if (isPassing(error) || error instanceof LeaseLost) throw error;
      trouble ??= `snapshot ${candidate.name}: ${Error.isError(error) ? error.message : String(error)}`;
    }
  }
  return { applied, waiting, trouble, shown };
}

const newerOf = ({ plan: { generations, live, outdated } }: Standing): Snapshot[] =>
  live === undefined ? [] : generations.slice(generations.indexOf(live) + 1).filter(({ name }) => !outdated.has(name));

type Advanced =
  | { readonly result: 'left' | 'held' }
  | { readonly result: 'waiting'; readonly reason: string }
  | { readonly result: 'shown'; readonly applied: number };

/** One newer generation, as far as it goes: whole, built, compared, shown. */
async function advance(work: GenerationWork, standing: Standing, candidate: Snapshot): Promise<Advanced> {
  const { workspace, contract, dataset, onProgress } = work;
  const record = standing.records.get(candidate.name);
  if (!(await isOpen(work, standing, candidate, record))) return { result: 'left' };
  // A person has said that it may be shown, not that half of it may.
  const asked = record?.state === 'released' ? { ...work, quietTime: undefined } : work;
  const reason = await lacking(asked, standing, candidate);
  const note = (changes: Parameters<typeof writeGeneration>[3]) =>
    inTable(workspace, (db) => writeGeneration(db, dataset, candidate.name, changes));
  if (reason !== undefined) {
    if (record?.state === 'building' && record.reason !== reason) await note({ reason });
    return { result: 'waiting', reason };
  }
  const folded = await foldTable(workspace, contract, candidate, { beside: true, onProgress });
  reach('generation:built');
  if (folded.result === 'held') {
    await note({ state: 'held', cause: 'events', reason: folded.reason });
    return { result: 'held' };
  }
  const hold = await judge(work, candidate, note);
  if (hold !== undefined && record?.state !== 'released') {
    await note({ state: 'held', ...hold });
    reach('generation:held');
    return { result: 'held' };
  }
  const { live } = standing.plan;
  if (live === undefined)
    throw new Error(`${dataset} shows no generation that ${candidate.name} could take the place of`);
  const leaves = { state: 'retired', reason: `snapshot ${candidate.name} took its place` } as const;
  const { rows, applied } = await swapGenerations(workspace, contract, {
    from: live,
    leaves,
    to: candidate,
    plan: standing.plan,
  });
  onProgress?.({ step: 'committed', table: dataset, rows });
  return { result: 'shown', applied };
}

/** What a person has decided about stays so; what is held by its content is looked at again when that changes. */
async function isOpen(
  { workspace, dataset }: GenerationWork,
  { loads, plan, records }: Standing,
  { name, files }: Snapshot,
  record: GenerationRecord | undefined,
): Promise<boolean> {
  if (record === undefined || record.state === 'building' || record.state === 'released') return true;
  if (record.state !== 'held') return false;
  if (record.cause === 'events') return true;
  // It was compared with what was shown then.
  const live = records.get(plan.live?.name ?? '');
  if (live !== undefined && live.updatedAt > record.updatedAt) return true;
  const applied = await appliedLoads(workspace.pool, dataset, name);
  const own = new Set(files.map(({ loadId }) => loadId));
  return loads.some(({ id, everLoaded }) => own.has(id) && everLoaded && !applied.has(id));
}

type Hold = Pick<GenerationRecord, 'cause' | 'reason'>;

/** Compares it with what is shown, and notes how. @returns why a person has to look at it */
async function judge(
  { workspace, contract, dataset }: GenerationWork,
  candidate: Snapshot,
  note: (changes: Parameters<typeof writeGeneration>[3]) => Promise<void>,
): Promise<Hold | undefined> {
  const { pool } = workspace;
  const times = 'its files have no times, so nobody can tell from when on changes apply to it';
  const untimed: Hold | undefined = candidate.start === null ? { cause: 'times', reason: times } : undefined;
  // Without a key there are no rows to compare.
  if (contract.key.length === 0) return untimed;
  const live = await readManifest(pool, dataset);
  const beside = await readManifest(pool, generationTable(dataset, candidate.name));
  const compared = await compareGenerations(workspace, contract, live, beside);
  await note({ ...compared });
  reach('generation:compared');
  const reason = suspicion(contract, compared);
  return untimed ?? (reason === undefined ? undefined : { cause: 'shrink', reason });
}
