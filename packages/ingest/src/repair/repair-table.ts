/**
 * Makes a current table what its history says. Only segments that are wrong are written anew; they become a new version
 * by one transaction, in which it is recorded who repaired the table and why. Killed before that, nothing has changed.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { endAttempt, LeaseLost, recordRepair, type FoldFacts } from '@farelake/db';
import { UserError, type Contract } from '@farelake/schema-registry';
import { commitTable } from '../catalog/commit-table.ts';
import { reach } from '../failpoint.ts';
import type { SegmentChange } from '../fold/write-segments.ts';
import type { OnProgress } from '../progress.ts';
import { publishTable, type Published } from '../publish/publish-table.ts';
import { patiently } from '../retry/patiently.ts';
import { inAttempt } from '../table/in-attempt.ts';
import { inTable, withTable } from '../table/in-table.ts';
import { inheritedNote } from '../treatment/file-treatments.ts';
import type { TableWorkspace, Workspace } from '../workspace.ts';
import { sliceOfKeys, type AskedKey } from './asked-keys.ts';
import { readBasis } from './basis.ts';
import { changedRows, rowChanges, wrongPlaces, type Pair, type RowChanges } from './difference.ts';
import { withComparison } from './examine.ts';
import { compareWithHistory, type Facts, type Recomputing } from './recompute.ts';
import { writeRight } from './write-right.ts';

export interface RepairRequest {
  readonly contract: Contract;
  /** Only rows of these keys; undefined: the whole table, with what is counted of it. */
  readonly keys: readonly AskedKey[] | undefined;
  readonly onProgress?: OnProgress;
}

/** Who asks for it, and why: both stay in the ledger. */
export interface RepairOrder {
  /** user@host */
  readonly by: string;
  readonly why: string;
}

export interface Repaired {
  readonly table: string;
  readonly versionBefore: number;
  /** Null: nothing was committed, because nothing had to change or it was only to be shown. */
  readonly versionAfter: number | null;
  readonly changes: RowChanges;
  /** Segments to be written anew. */
  readonly segments: number;
  /** Watermark and counters where they differ; null: they do not, or were not looked at because of the keys. */
  readonly facts: Pair<Facts> | null;
  /** How the new version came to its published table; null: no new version. */
  readonly published: Published | null;
}

/** Is there nothing to repair? */
export const isSound = ({ changes, segments, facts }: Repaired): boolean =>
  changedRows(changes) === 0 && segments === 0 && facts === null;

/**
 * What a repair would change. Needs no lock.
 * @throws UserError as `readBasis`; `bad-key`, `segment-damaged`
 */
export function previewRepair(workspace: Workspace, request: RepairRequest): Promise<Repaired> {
  const look = () => examine(workspace, request, (_, found) => Promise.resolve(found));
  return patiently(workspace, request.contract.dataset, look, request.onProgress);
}

/**
 * Repairs the table, while no other process works on it: one that does is waited for.
 * @throws UserError as `previewRepair`
 */
export async function repairTable(workspace: Workspace, request: RepairRequest, order: RepairOrder): Promise<Repaired> {
  const { contract, onProgress } = request;
  const repair = async (own: TableWorkspace): Promise<Repaired> => {
    const done = await examine(own, request, (work, found) => commitRepair(own, work, found, request, order));
    if (done.versionAfter === null) return done;
    return { ...done, published: await publishTable(own, contract, onProgress) };
  };
  for (;;) {
    workspace.signal.throwIfAborted();
    const turn = () => withTable(workspace, contract.dataset, repair);
    const done = await patiently(workspace, contract.dataset, turn, onProgress).catch((error: unknown) => {
      workspace.signal.throwIfAborted();
      // Taken over by another process: the table is looked at anew where that ends.
      if (error instanceof LeaseLost) return undefined;
      throw error;
    });
    if (done !== undefined) return done;
    onProgress?.({ step: 'waiting for another process', table: contract.dataset });
    await sleep(LOOK_AGAIN, undefined, { signal: workspace.signal });
  }
}

/** Milliseconds after which to look again whether another process has finished with the table. */
const LOOK_AGAIN = 300;

async function examine(
  workspace: Workspace,
  { contract, keys, onProgress }: RepairRequest,
  then: (work: Recomputing, found: Repaired) => Promise<Repaired>,
): Promise<Repaired> {
  const basis = await readBasis(workspace, contract);
  return withComparison(workspace, basis, onProgress, async (work) => {
    const { comparison } = work;
    const only = keys === undefined ? undefined : await sliceOfKeys(contract, comparison.layout, keys);
    const facts = await compareWithHistory(work, only);
    const changes = await rowChanges(comparison);
    const places = wrongPlaces(comparison);
    if (only !== undefined && changedRows(changes) > 0) requireWholeSegments(work, contract);
    const found: Repaired = {
      table: contract.dataset,
      versionBefore: basis.table.version,
      versionAfter: null,
      changes,
      // A fault of a segment is nothing that rows of some keys could mend.
      segments: only !== undefined && changedRows(changes) === 0 ? 0 : places.length,
      facts: only === undefined ? differingFacts(work, facts) : null,
      published: null,
    };
    return isSound(found) ? found : then(work, found);
  });
}

/** Of a damaged segment all rows have to be worked out: those that were not asked for would be lost. */
function requireWholeSegments({ comparison: { layout, inspected } }: Recomputing, { dataset, source }: Contract): void {
  for (const [place, { faults }] of inspected) {
    if (faults.length === 0) continue;
    throw new UserError({
      code: 'segment-damaged',
      problem: `Segment ${layout.ordered[place]?.segment ?? 0} of ${dataset} is damaged as a whole: ${faults.join('; ')}.`,
      remedy: `Repair the table without --keys: farelake repair --table ${source.schema}.${source.table} --why "…".`,
      data: { dataset },
    });
  }
}

/** Also when the number of rows that the version records is another than that of its files: the new one has it right. */
function differingFacts({ basis: { table }, comparison }: Recomputing, recomputed: Facts): Pair<Facts> | null {
  const { watermark, orphans, conflicts, movesOntoLive } = table.fold;
  const own: Facts = { watermark, orphans, conflicts, movesOntoLive };
  const rows = [...comparison.tallies.values()].reduce((sum, { right }) => sum + right.rows, 0);
  const same = (Object.keys(own) as (keyof Facts)[]).every((name) => own[name] === recomputed[name]);
  return same && table.rows === rows ? null : { table: own, recomputed: pickFacts(recomputed) };
}

const pickFacts = ({ watermark, orphans, conflicts, movesOntoLive }: Facts): Facts => ({
  watermark,
  orphans,
  conflicts,
  movesOntoLive,
});

async function commitRepair(
  workspace: TableWorkspace,
  work: Recomputing,
  found: Repaired,
  { contract, keys }: RepairRequest,
  order: RepairOrder,
): Promise<Repaired> {
  const { basis, engine, folder, comparison } = work;
  const { table, history } = basis;
  return inAttempt(workspace, contract.dataset, async (attempt) => {
    reach('repair:started');
    const note = inheritedNote(contract, [...history.files, ...table.files]);
    const nextSegment = table.highestSegment + 1;
    const writer = { workspace, contract, attempt, engine, folder, nextSegment, note };
    const change = await writeRight(comparison, writer, found.segments === 0 ? [] : wrongPlaces(comparison));
    reach('repair:written');
    const version = await inTable(workspace, async (db) => {
      const fold: FoldFacts = { ...table.fold, ...found.facts?.recomputed };
      const versionAfter = await commitTable(workspace, db, contract, {
        tableName: contract.dataset,
        baseVersion: table.version,
        attemptId: attempt,
        contractVersion: contract.version,
        add: change.add,
        remove: [...change.remove].map((file) => file.id),
        rows: rowsAfter(table.files, change),
        fold,
        cameOf: 'repair',
      });
      const { added: rowsAdded, removed: rowsRemoved, changed: rowsChanged } = found.changes;
      await recordRepair(db, {
        ...order,
        dataset: contract.dataset,
        attemptId: attempt,
        keys: keys?.length ?? null,
        rowsAdded,
        rowsRemoved,
        rowsChanged,
        segments: change.remove.size,
        versionBefore: table.version,
        versionAfter,
      });
      await endAttempt(db, attempt, 'committed');
      reach('repair:committing');
      return versionAfter;
    });
    reach('repair:committed');
    return { ...found, versionAfter: version };
  });
}

/** Not from the number that the version records, which may be what was wrong. */
const rowsAfter = (files: readonly { rows: number }[], { add, remove }: SegmentChange): number =>
  [...files.filter((file) => !(remove as ReadonlySet<unknown>).has(file)), ...add].reduce(
    (sum, { rows }) => sum + rows,
    0,
  );
