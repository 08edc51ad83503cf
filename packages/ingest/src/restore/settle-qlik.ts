/**
 * What became of each load of a table that is folded from a history, by the files of both: what is in the history, which of it is in the
 * shown table, which generation that is.
 */
import {
  loadsOf,
  noteGeneration,
  readGenerations,
  restoreApplications,
  restoreGenerations,
  settleLoads,
  writeGeneration,
  writeTable,
  type JournalledStanding,
  type Load,
} from '@farelake/db';
import { UserError, type Contract } from '@farelake/schema-registry';
import { kindOf, membersOf, OLDER_CHANGES, OTHER_SNAPSHOT } from '../fold/members.ts';
import { CHANGES_ONLY } from '../fold/fold-table.ts';
import { planOf } from '../plan/table-plan.ts';
import type { ReadTable } from './read-table.ts';
import type { TakenTable, Taking } from './take-in-table.ts';

/** @param current undefined: it has no metadata on stage */
export async function settleQlik(
  taking: Taking,
  contract: Contract,
  history: TakenTable | undefined,
  current: TakenTable | undefined,
): Promise<void> {
  const { db, dataset, note } = taking;
  const fold = current?.table.versions.at(-1)?.fold ?? null;
  const standing = standingOf(history, current, fold?.generation);
  if (standing !== undefined) await restoreGenerations(db, dataset, standing);
  else note(`${dataset}: what was decided about its snapshots is not told by any journal`);
  const shown = fold?.generation ?? standing?.generations.find(({ state }) => state === 'live')?.['name'];
  if (typeof shown === 'string') await makeLive(taking, shown);
  const loads = await loadsOf(db, dataset);
  const plan = await planOf(db, dataset, contract, loads);
  const live = plan.live ?? (contract.snapshot === 'none' ? CHANGES_ONLY : undefined);
  // As settled by each ingest: journals tell of what was known when the file was loaded.
  const everLoaded = new Set(loads.flatMap(({ id, everLoaded }) => (everLoaded ? [id] : [])));
  for (const { name, files } of plan.generations)
    if (!plan.outdated.has(name))
      await noteGeneration(
        db,
        name,
        files.flatMap(({ loadId }) => (everLoaded.has(loadId) ? [loadId] : [])),
      );
  const records = new Map((await readGenerations(db, dataset)).map((record) => [record.name, record.state]));
  const over = plan.generations.filter(
    ({ name }) => plan.outdated.has(name) || ['retired', 'rejected'].includes(records.get(name) ?? ''),
  );
  const passed = over.flatMap(({ files }) => files.map(({ loadId }) => loadId));
  await settleLoads(db, inHistory(loads, new Set(passed)), 'superseded', OTHER_SNAPSHOT);
  if (live === undefined) return;
  const members = membersOf(loads, live);
  const own = new Set(members.map(({ id }) => id));
  const older = loads.filter((load) => load.everLoaded && !own.has(load.id) && kindOf(load) === 'changes');
  await settleLoads(
    db,
    older.map(({ id }) => id),
    'superseded',
    OLDER_CHANGES,
  );
  if (current === undefined || fold === null) return;
  const pending = pendingOf(members, history, current);
  const applied = members.filter(({ id }) => pending === undefined || !pending.has(id)).map(({ id }) => id);
  if (pending === undefined)
    note(`${dataset}: which files are in the table is not known for certain: the next ingest folds it anew`);
  else await settleLoads(db, applied, 'applied');
  await restoreApplications(db, dataset, fold.generation, current.table.newest, applied, pending === undefined);
}

const inHistory = (loads: readonly Load[], ids: ReadonlySet<number>): number[] =>
  loads.filter(({ id, everLoaded }) => everLoaded && ids.has(id)).map(({ id }) => id);

/** Of two that tell, the later; but one that says what is shown as the table does. */
function standingOf(
  history: TakenTable | undefined,
  current: TakenTable | undefined,
  generation: string | undefined,
): JournalledStanding | undefined {
  const told = [history, current].flatMap((one) => {
    const at = one?.table.versions.at(-1)?.shownAt ?? 0;
    return one?.standing === undefined ? [] : [{ at, standing: one.standing }];
  });
  const [latest, former] = told.toSorted((a, b) => b.at - a.at).map(({ standing }) => standing);
  const shows = (one: JournalledStanding | undefined) =>
    one?.generations.some(({ name, state }) => state === 'live' && name === generation);
  return generation === undefined || shows(latest) || !shows(former) ? latest : former;
}

/** The table says what is shown, whatever a journal says. */
async function makeLive({ db, dataset }: Taking, generation: string): Promise<void> {
  for (const { name, state } of await readGenerations(db, dataset))
    if (state === 'live' && name !== generation)
      await writeGeneration(db, dataset, name, { state: 'retired', reason: null });
  await writeGeneration(db, dataset, generation, { state: 'live', cause: null });
  await writeTable(db, dataset, { liveGeneration: generation });
}

/**
 * Members that are in the history and not yet in the table; undefined: nobody can tell.
 * @throws UserError `history-behind` the table has what the history has not
 */
function pendingOf(
  members: readonly Load[],
  history: TakenTable | undefined,
  current: TakenTable,
): Set<number> | undefined {
  const { historyVersion: folded, name } = current.table;
  if (current.untold.length > 0 || folded === undefined) return undefined;
  // Files without a row make no history, and the table holds all that there is of them.
  if (history === undefined) return members.length === 0 || folded === 0 ? new Set() : undefined;
  const { table } = history;
  if (folded > table.newest) throw behind(name, folded, table);
  if (folded === table.newest) return new Set();
  const oldest = table.versions[0]?.version ?? table.newest;
  // Rows that went since are in the table still; of versions that are not kept nobody knows which rows came with them.
  const went = table.files.some(({ added, removed }) => removed !== null && added <= folded && removed > folded);
  if (folded < oldest || went) return undefined;
  const fresh = new Set(table.files.filter(({ added }) => added > folded).map(({ uri }) => uri));
  const batches = new Set([...fresh].flatMap((uri) => history.facts.get(uri)?.batchId ?? []));
  return new Set(members.filter(({ historyBatchId }) => batches.has(historyBatchId ?? 0)).map(({ id }) => id));
}

const behind = (name: string, folded: number, history: ReadTable): UserError =>
  new UserError({
    code: 'history-behind',
    problem: `${name} was folded from version ${folded} of ${history.name}, and the newest on stage is ${history.newest}. Nothing of it was restored.`,
    remedy: `Bring the missing metadata and files back, from the bucket's versions or a backup, and restore again. Were those versions never shown (not-shown), move the folders ${name} and ${history.name} away, and ingest the delivered files, or their copies in the archive, anew.`,
    data: { table: name, expected: folded, found: history.newest },
  });
