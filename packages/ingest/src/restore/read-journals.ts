/** The journals that tell of a table's files, one after the other, the oldest first. */
import { buffer } from 'node:stream/consumers';
import { locate } from '@farelake/lake';
import { JOURNAL_FORMAT, type Journal } from '../catalog/journal.ts';
import type { ReadTable } from './read-table.ts';
import type { CommitFile, StagedTable } from './stage-tables.ts';

export interface FoundJournal {
  readonly file: CommitFile;
  readonly journal: Journal;
}

/** Read at once: each is small, and waits for its store. */
const AHEAD = 8;

/**
 * Those of commits that the table is made of: of versions that are kept, and older ones of which files are left. One that died left a
 * journal, too, whose files the table does not have.
 * @param onUnreadable told of what is no journal that this program can read
 */
export async function* journalsFor(
  { journals }: StagedTable,
  { versions, files }: ReadTable,
  signal: AbortSignal,
  onUnreadable: (uri: string, why: string) => void,
): AsyncGenerator<FoundJournal> {
  const attempts = new Map(versions.map(({ version, attemptId }) => [version, attemptId]));
  const oldest = versions[0]?.version ?? 0;
  const needed = new Set(files.map(({ uri }) => uri));
  const inOrder = journals.toSorted((a, b) => a.version - b.version || (a.uri < b.uri ? -1 : 1));
  const wanted = inOrder.filter(({ version, attempt }) => version < oldest || attempts.get(version) === attempt);
  for (let from = 0; from < wanted.length; from += AHEAD) {
    signal.throwIfAborted();
    const group = wanted.slice(from, from + AHEAD);
    const texts = await Promise.all(group.map(({ uri }) => textOf(uri, signal)));
    for (const [index, file] of group.entries()) {
      const journal = parsed(texts[index] ?? '');
      if (typeof journal === 'string') onUnreadable(file.uri, journal);
      // A try of a commit may have been passed over, and another one shown.
      else if (journal.firstVersion > journal.version) continue;
      else if (attempts.get(file.version) === file.attempt || journal.files.some(({ uri }) => needed.has(uri)))
        yield { file, journal };
    }
  }
}

async function textOf(uri: string, signal: AbortSignal): Promise<string> {
  const { store, path } = locate(uri);
  return (await buffer(await store.read(path, { signal }))).toString('utf8');
}

/** @returns why not */
export function parsed(text: string): Journal | string {
  try {
    const journal = JSON.parse(text) as Omit<Journal, 'format'> & { readonly format: unknown };
    if (journal.format !== JOURNAL_FORMAT) return `of format ${String(journal.format)}, not ${JOURNAL_FORMAT}`;
    return { ...journal, format: JOURNAL_FORMAT };
  } catch {
    return 'no JSON';
  }
}

/** A commit above the newest version that metadata shows, of which only its journal says that there are files. */
export interface UntoldCommit extends CommitFile {
  readonly table: string;
  readonly files: number;
}

export async function untoldCommits(
  tables: readonly (readonly [StagedTable, Pick<ReadTable, 'newest'>])[],
  signal: AbortSignal,
): Promise<UntoldCommit[]> {
  const untold: UntoldCommit[] = [];
  for (const [{ name, journals }, { newest }] of tables)
    for (const file of journals.filter(({ version }) => version > newest)) {
      const journal = parsed(await textOf(file.uri, signal));
      // Of a version that no snapshot was to show it has none.
      if (typeof journal === 'string' || journal.files.length > 0)
        untold.push({ ...file, table: name, files: typeof journal === 'string' ? 0 : journal.files.length });
    }
  return untold;
}

/** Of a table's newest journal, whatever became of its commit: for numbers that must not be given again. */
export async function newestJournal({ journals }: StagedTable, signal: AbortSignal): Promise<Journal | undefined> {
  for (const { uri } of journals.toSorted((a, b) => b.version - a.version)) {
    const journal = parsed(await textOf(uri, signal));
    if (typeof journal !== 'string' && journal.standing !== undefined) return journal;
  }
  return undefined;
}
