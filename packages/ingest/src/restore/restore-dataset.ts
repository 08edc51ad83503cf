/**
 * Rebuilds what the ledger knew of one dataset from what lies on stage, by one transaction: all of it or nothing. What is not whole
 * there is told, and changes nothing.
 */
import {
  forgetPlaces,
  highestNumbers,
  knownOf,
  loadsOf,
  lockAppends,
  noteRestored,
  numbersOf,
  NumberTaken,
  reserveNumbers,
  restoreAttempts,
  settleLoads,
  supersedeGone,
  unlistedFiles,
  wrongBatches,
  wrongVersions,
  type Queryable,
} from '@farelake/db';
import type { FileIo } from '@farelake/iceberg';
import { historyName, UserError, type Contract } from '@farelake/schema-registry';
import { metadataIo } from '../catalog/metadata-io.ts';
import { metadataPath } from '../catalog/metadata-name.ts';
import { shownTables } from '../catalog/place.ts';
import { reach } from '../failpoint.ts';
import { attemptIn } from '../maintain/maintain.ts';
import type { OnProgress } from '../progress.ts';
import { inTable } from '../table/in-table.ts';
import { newAttemptId, type TableWorkspace } from '../workspace.ts';
import { newestOf } from './choose-metadata.ts';
import { findCopies } from './find-copies.ts';
import { untoldCommits } from './read-journals.ts';
import { readTable, type ReadTable } from './read-table.ts';
import { settleQlik } from './settle-qlik.ts';
import type { Staged, StagedTable } from './stage-tables.ts';
import { takeInTable, type TakenTable, type Taking } from './take-in-table.ts';
import { takeInTopics, type TopicFile } from './topics.ts';

/** A table as it was restored. */
export interface RestoredTable {
  readonly table: string;
  readonly version: number;
  readonly rows: number;
  readonly files: number;
  /** Versions that can be read, as Iceberg snapshots and by `query --at`. */
  readonly versions: number;
}

export interface RestoredDataset {
  readonly tables: readonly RestoredTable[];
  /** Delivered files, datasets among them, that are known again. */
  readonly loads: number;
  /** What could not be made as it was. */
  readonly notes: readonly string[];
}

export interface RestoreWork {
  readonly workspace: TableWorkspace;
  readonly contract: Contract;
  readonly staged: Staged;
  readonly by: string;
  readonly dryRun: boolean;
  /** Those of datasets that a dry run came to before: their rows are not there to clash with. */
  readonly numbers: Set<string>;
  readonly onProgress?: OnProgress | undefined;
}

/**
 * @throws UserError `ledger-not-empty`, `already-restored`, `stage-moved`, `stage-damaged`, `stage-incomplete`, `journal-gone`,
 * `history-behind`, `catalog-taken`, `numbers-taken`
 */
export async function restoreDataset(work: RestoreWork): Promise<RestoredDataset> {
  const { workspace, contract, dryRun } = work;
  const { dataset } = contract;
  const tables = await Promise.all(
    shownTables(contract).flatMap((name) => {
      const table = work.staged.tables.get(name);
      return table === undefined ? [] : [readNewest(work, table)];
    }),
  );
  const done: { restored?: RestoredDataset } = {};
  try {
    await inTable(workspace, async (db) => {
      await lockAppends(db, dataset, workspace.leaseSeconds);
      await requireUnknown(db, contract);
      done.restored = await takeIn(db, work, tables);
      if (dryRun) {
        await requireFree(db, dataset, work.numbers);
        throw new TakenBack();
      }
      reach('restore:committing');
    });
  } catch (error) {
    if (error instanceof NumberTaken || isUniqueViolation(error)) throw numbersTaken(dataset, error);
    if (!(error instanceof TakenBack)) throw error;
  }
  if (!dryRun) reach('restore:committed');
  return done.restored ?? { tables: [], loads: 0, notes: [] };
}

async function requireFree(db: Queryable, dataset: string, numbers: Set<string>): Promise<void> {
  const own = await numbersOf(db, dataset);
  if (own.some((number) => numbers.has(number))) throw new NumberTaken();
  for (const number of own) numbers.add(number);
}

/** A dry run ends its transaction so. */
class TakenBack extends Error {}

const isUniqueViolation = (error: unknown): boolean =>
  Error.isError(error) && 'code' in error && (error as { code: unknown }).code === '23505';

async function readNewest({ workspace, staged }: RestoreWork, table: StagedTable): Promise<[StagedTable, ReadTable]> {
  const io: FileIo = metadataIo(workspace, table.name);
  return [table, await readTable(io, staged, table, await newestOf(workspace, io, table))];
}

async function requireUnknown(db: Queryable, contract: Contract): Promise<void> {
  const { dataset } = contract;
  const { versions, objects, restored } = await knownOf(db, dataset, shownTables(contract));
  if (restored !== null)
    throw new UserError({
      code: 'already-restored',
      problem: `${dataset} was restored at ${restored.at.toISOString()} by ${restored.by}. Nothing was changed.`,
      remedy: 'Go on with it: farelake ingest, farelake audit.',
      data: { table: dataset },
    });
  const tables = Object.entries(versions);
  if (tables.length === 0 && objects === 0) return;
  const known = [
    ...tables.map(([table, count]) => `${table} has ${counted(count, 'version')}`),
    ...(objects === 0 ? [] : [counted(objects, DELIVERED[contract.feed])]),
  ];
  throw new UserError({
    code: 'ledger-not-empty',
    problem: `The ledger knows ${dataset} already: ${known.join(', ')}.`,
    remedy:
      'Nothing was changed. A restore is for a ledger that knows nothing of the table. Were the old one lost, and this one begun by mistake, restore into a new database, before anything else.',
    data: { table: dataset, versions, objects },
  });
}

const DELIVERED = { qlik: 'delivered object', dmap: 'fetched dataset', kafka: 'partition' } as const;

const counted = (count: number, what: string): string => `${count} ${what}${count === 1 ? '' : 's'}`;

async function takeIn(
  db: Queryable,
  work: RestoreWork,
  tables: readonly (readonly [StagedTable, ReadTable])[],
): Promise<RestoredDataset> {
  const { workspace, contract, onProgress, by, dryRun, staged } = work;
  const { dataset, feed } = contract;
  const notes: string[] = [];
  const note = (text: string) => notes.push(text);
  const taking: Taking = { workspace, db, dataset, attempt: newAttemptId(), note };
  const taken = new Map<string, TakenTable>();
  // History first: a current table's files are like those of it.
  for (const [own, table] of tables.toReversed()) {
    onProgress?.({ step: 'restoring', table: table.name, files: table.files.length });
    const like = [...taken.values()].flatMap(({ facts }) => [...facts.values()]);
    taken.set(table.name, await takeInTable(taking, own, table, like));
  }
  const [shown, history] = [taken.get(dataset), taken.get(historyName(dataset))];
  const rows = feed === 'qlik' ? history : shown;
  requireTold(contract, rows);
  if (feed === 'qlik' && history === undefined && shown?.table.historyVersion !== 0)
    note(`${dataset}: there is no history on stage`);
  for (const { table, untold } of taken.values())
    if (untold.length > 0)
      note(`${table.name}: no journal tells of ${untold.length} files: without checksum and statistics now`);
  await supersedeGone(db, dataset, feed === 'qlik' ? historyName(dataset) : dataset);
  if (feed === 'qlik') await settleQlik(taking, contract, history, shown);
  if (feed === 'dmap') await settleDatasets(db, dataset);
  if (feed === 'kafka' && shown !== undefined)
    await takeInTopics(taking, workspace, contract, shown.topics, liveFiles(shown));
  await requireSums(db, dataset);
  await findCopies(workspace, db, dataset);
  await forgetPlaces(db, dataset);
  const orphans = await unlistedFiles(db, ownFiles(staged, workspace.stage.uri, dataset));
  const open = await untoldCommits(tables, workspace.signal);
  for (const { table, version, uri, files } of open)
    note(
      `${table}: a journal tells of version ${version} with ${counted(files, 'file')}, and no metadata does: a commit that died, or metadata.json of it is lost; nothing of it was restored and its files stay: ${uri}`,
    );
  const unknown = new Set(open.map(({ attempt }) => attempt));
  await restoreAttempts(
    db,
    dataset,
    orphans.flatMap((uri) => attemptIn(uri) ?? []).filter((attempt) => !unknown.has(attempt)),
    'aborted',
  );
  const versions = Object.fromEntries(tables.map(([, { name, newest }]) => [name, newest]));
  await noteRestored(db, dataset, by, versions, notes);
  if (!dryRun) await reserveNumbers(db, await highestNumbers(db));
  return {
    tables: tables.map(([, table]) => summaryOf(table)),
    loads: (await loadsOf(db, dataset)).filter(({ everLoaded }) => everLoaded).length,
    notes,
  };
}

const liveFiles = ({ table, facts }: TakenTable): TopicFile[] =>
  table.files.flatMap(({ uri, size, rows, removed }) =>
    removed === null ? [{ uri, size, rows, sha256: facts.get(uri)?.sha256 ?? null }] : [],
  );

/** Which delivered files the rows of a file came from, nothing else tells: it would be taken in twice, or be lost when folded anew. */
function requireTold({ feed }: Contract, rows: TakenTable | undefined): void {
  if (rows === undefined || rows.untold.length === 0 || feed === 'kafka') return;
  const { table, untold } = rows;
  throw new UserError({
    code: 'journal-gone',
    problem: `${table.name}: of ${untold.length} files no journal is left that tells which delivered files their rows came from: ${untold.slice(0, 5).join(', ')}. Nothing of it was restored.`,
    remedy: `Bring the journals back (${metadataPath(table.name, '*.journal.json')}), from the bucket's versions or a backup. Without them, move the folder of the table away and ingest the delivered files, or their copies in the archive, anew.`,
    data: { table: table.name, files: untold.slice(0, 1000) },
  });
}

/** What is in the table is there, and what else is known of the same dataset id gave way. */
async function settleDatasets(db: Queryable, dataset: string): Promise<void> {
  const loads = await loadsOf(db, dataset);
  await settleLoads(
    db,
    loads.flatMap(({ id, historyBatchId }) => (historyBatchId === null ? [] : [id])),
    'applied',
  );
}

/** Journals that tell of other rows than the files have are not all that there were. */
async function requireSums(db: Queryable, dataset: string): Promise<void> {
  const wrong = [...(await wrongBatches(db, dataset)), ...(await wrongVersions(db, dataset))];
  const [first] = wrong;
  if (first === undefined) return;
  throw new UserError({
    code: 'journal-gone',
    problem: `${first.dataset}: journals tell of ${first.told} rows of ${first.of}, and its files have ${first.rows}: one that tells what became of them is missing. Nothing of it was restored.`,
    remedy: "Bring the missing journal back, from the bucket's versions or a backup, and restore again.",
    data: { table: first.dataset, expected: first.told, found: first.rows },
  });
}

const ownFiles = ({ sizes }: Staged, stage: string, dataset: string): string[] => {
  const folders = [dataset, historyName(dataset)].map((name) => `${stage}/${encodeURI(name)}/`);
  return [...sizes.keys()].filter((uri) => folders.some((folder) => uri.startsWith(folder)));
};

const summaryOf = ({ name, newest, versions, files }: ReadTable): RestoredTable => ({
  table: name,
  version: newest,
  rows: versions.at(-1)?.rows ?? 0,
  files: files.filter(({ removed }) => removed === null).length,
  versions: versions.length,
});

const numbersTaken = (dataset: string, cause: unknown): UserError =>
  new UserError({
    code: 'numbers-taken',
    problem: `${dataset}: numbers of its loads and files were given to another table, too. Nothing of it was restored.`,
    remedy:
      'Restore into a new database, all tables before anything is ingested. Where that is what was done, one of these tables was ingested by a ledger that had been begun anew over this stage: move the folders of that one away, restore the others into a new database, and ingest it anew.',
    data: { table: dataset },
    cause,
  });
