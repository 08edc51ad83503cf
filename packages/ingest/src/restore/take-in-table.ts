/** Takes one table of a dataset into the ledger: its versions, files and metadata, and what its journals tell. */
import {
  noteGone,
  restoreAttempts,
  restoreFiles,
  restoreLoads,
  restoreMetadata,
  restorePointer,
  restoreVersions,
  type JournalledStanding,
  type ManifestFile,
  type Queryable,
  type RestoredFile,
  type RestoredMetadata,
} from '@farelake/db';
import { UserError } from '@farelake/schema-registry';
import type { Journal } from '../catalog/journal.ts';
import { catalogTable } from '../catalog/place.ts';
import type { Workspace } from '../workspace.ts';
import { derivedFile } from './derived-file.ts';
import { journalsFor } from './read-journals.ts';
import type { ReadTable, StagedFile } from './read-table.ts';
import type { CommitFile, StagedTable } from './stage-tables.ts';
import { newToldTopics, noteTopics, type ToldTopics } from './told-topics.ts';

export interface TakenTable {
  readonly table: ReadTable;
  /** As of the newest version; absent: its journal is gone. */
  readonly standing: JournalledStanding | undefined;
  readonly topics: ToldTopics;
  /** Live files that no journal tells of. */
  readonly untold: readonly string[];
  /** By URI, of files of any version that is kept. */
  readonly facts: ReadonlyMap<string, ManifestFile>;
}

export interface Taking {
  readonly workspace: Pick<Workspace, 'environment' | 'signal'>;
  readonly db: Queryable;
  readonly dataset: string;
  /** Of the restore itself. */
  readonly attempt: string;
  readonly note: (text: string) => void;
}

/**
 * @param like files of which others may be taken for like, where none of the table's own is told of
 * @throws UserError `catalog-taken`
 */
export async function takeInTable(
  taking: Taking,
  staged: StagedTable,
  table: ReadTable,
  like: readonly ManifestFile[] = [],
): Promise<TakenTable> {
  const { db, dataset, attempt, workspace } = taking;
  const facts = new Map<string, Journal['files'][number]>();
  const byUri = new Map(table.files.map((file) => [file.uri, file]));
  const spans: RestoredMetadata[] = [];
  const topics = newToldTopics();
  let standing: JournalledStanding | undefined;
  const onUnreadable = (uri: string, why: string) => {
    taking.note(`${table.name}: journal ${uri} cannot be read: ${why}`);
  };
  await restoreVersions(db, dataset, table.name, table.versions);
  for await (const { file, journal } of journalsFor(staged, table, workspace.signal, onUnreadable)) {
    for (const one of journal.files) if (byUri.has(one.uri)) facts.set(one.uri, one);
    await restoreLoads(db, dataset, journal);
    const own = journalRow(table, file.size, file.uri, journal);
    spans.push(own);
    if (journal.topics !== undefined)
      noteTopics(topics, journal.topics, keptVersion(table, journal), journal.version === table.newest);
    if (journal.version === table.newest && journal.standing !== undefined) standing = journal.standing;
  }
  const files = table.files.map((file) => restoredFile(table, file, facts, like));
  await restoreFiles(db, table.name, files);
  const gone = table.files.flatMap((file) => (file.gone ? [file.uri] : []));
  await noteGone(db, table.name, gone);
  if (gone.length > 0)
    taking.note(
      `${table.name}: of former versions, which cannot be read now, ${gone.length} ${gone.length === 1 ? 'file is' : 'files are'} missing: ${gone.slice(0, 3).join(', ')}`,
    );
  const told = new Set(spans.map(({ uri }) => uri));
  const untoldJournals = staged.journals
    .filter(({ uri }) => !told.has(uri))
    .map((file) => (file.version > table.newest ? givenNumber(table, file) : spentJournal(table, file)));
  await restoreAttempts(db, dataset, [attempt], 'committed');
  await restoreMetadata(db, table.name, attempt, [...table.metadata, ...spans, ...untoldJournals]);
  const pointer = { metadata: table.path, version: table.newest };
  if (!(await restorePointer(db, catalogTable(workspace, table.name), pointer))) throw catalogTaken(table.name);
  const untold = table.files.filter(({ uri, removed }) => removed === null && !facts.has(uri)).map(({ uri }) => uri);
  return { table, standing, topics, untold, facts };
}

/** Versions of before the kept ones are not in the ledger: their files count as those of the first that is. */
function journalRow(
  table: ReadTable,
  size: number,
  uri: string,
  { firstVersion, version, files }: Journal,
): RestoredMetadata {
  const first = table.versions[0]?.version ?? table.newest;
  const live = new Set(table.files.filter(({ removed }) => removed === null).map((file) => file.uri));
  const isNeeded = version === table.newest || files.some((file) => live.has(file.uri));
  return {
    ...{ uri, size, kind: 'journal' },
    versionAdded: Math.max(version, first),
    firstVersion: Math.max(firstVersion, first),
    versionRemoved: isNeeded ? null : table.newest,
    spent: !isNeeded,
  };
}

/**
 * Files of before the kept versions count as of the oldest of these, so that its journals, and theirs, are kept until all of them
 * are gone. A journal of which only others' files are left tells nothing to the next restore.
 */
const keptVersion = ({ versions, newest }: ReadTable, { version }: Journal): number | null =>
  version > (versions[0]?.version ?? newest) ? version : null;

const spentJournal = (table: ReadTable, { uri, size }: CommitFile): RestoredMetadata => ({
  ...{ uri, size, kind: 'journal', spent: true, versionRemoved: table.newest },
  versionAdded: table.versions[0]?.version ?? table.newest,
  firstVersion: table.versions[0]?.version ?? table.newest,
});

/**
 * Of a version that was committed and passed over, or of a commit that died: nobody can tell which, and a number that nobody had may be
 * left out. The journal stays until a version above it is shown, for another loss.
 */
const givenNumber = (table: ReadTable, { uri, size, version }: CommitFile): RestoredMetadata => ({
  ...{ uri, size, kind: 'journal', spent: false, versionRemoved: null },
  versionAdded: table.newest,
  firstVersion: version + 1,
});

function restoredFile(
  table: ReadTable,
  { uri, size, rows, added, removed }: StagedFile,
  facts: ReadonlyMap<string, ManifestFile>,
  like: readonly ManifestFile[],
): RestoredFile {
  const told = facts.get(uri) ?? derivedFile(table.name, { uri, size, rows }, [...facts.values(), ...like]);
  return { ...told, uri, size, rows, versionAdded: added, versionRemoved: removed };
}

const catalogTaken = (table: string): UserError =>
  new UserError({
    code: 'catalog-taken',
    problem: `${table}: the catalog has a table of this name already, at another metadata than the newest on stage.`,
    remedy: 'If it is nothing that anybody needs, drop it from the catalog (public.iceberg_tables) and restore again.',
    data: { table },
  });
