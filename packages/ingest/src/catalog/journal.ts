/**
 * What the ledger knows of a version's files and loads and Iceberg's metadata has no place for. It lies beside the metadata, so
 * that a ledger that was lost can be restored from stage.
 */
import {
  journalledLoads,
  journalledStanding,
  journalledTopics,
  journalsLetGo,
  loadsWithoutFiles,
  type JournalledLoads,
  type JournalledStanding,
  type JournalledTopics,
  type ListedFile,
  type Queryable,
} from '@farelake/db';
import type { Contract } from '@farelake/schema-registry';

export const JOURNAL_FORMAT = 2;

/** As its JSON text is read. */
export interface Journal extends JournalledLoads {
  readonly format: typeof JOURNAL_FORMAT;
  readonly table: string;
  readonly attempt: string;
  /** The files that these versions added; above `version`: it only tells that this number was given. */
  readonly firstVersion: number;
  readonly version: number;
  readonly files: readonly Omit<ListedFile, 'id'>[];
  /** How the dataset stands at the version; absent in further journals of the same one. */
  readonly standing?: JournalledStanding;
  /** Of a topic's table, beside `standing`. */
  readonly topics?: JournalledTopics;
}

export type JournalHead = Pick<Journal, 'table' | 'attempt' | 'firstVersion' | 'version'>;

/**
 * Of more files or batches several journals are made: a load comes with its `.dfm`, and a table from before snapshots may have a
 * hundred thousand.
 */
const MOST_FILES = 5000;
const MOST_BATCHES = 50;

/** Call it in the transaction of the commit, when all else that belongs to it is written. */
export async function* journalsOf(
  db: Queryable,
  { dataset, feed }: Pick<Contract, 'dataset' | 'feed'>,
  head: JournalHead,
  files: readonly ListedFile[],
): AsyncGenerator<Journal> {
  const groups = grouped(files);
  for (const [index, group] of groups.entries()) {
    const batchIds = [...new Set(group.flatMap(({ batchId }) => batchId ?? []))];
    const loadIds = index === 0 ? await loadsWithoutFiles(db, dataset) : [];
    yield {
      format: JOURNAL_FORMAT,
      ...head,
      files: group.map(withoutId),
      ...(await journalledLoads(db, { batchIds, loadIds })),
      ...(index === 0 && (await standingOf(db, dataset, feed, head))),
    };
  }
}

/**
 * Of a version that no snapshot shows: without it nothing on stage tells of its number, nor of those of its loads. Files, and what hangs on
 * them, the next version that is shown tells of.
 */
export async function journalOfPassedOver(
  db: Queryable,
  dataset: string,
  { version, ...head }: Omit<JournalHead, 'firstVersion'>,
): Promise<Journal> {
  return {
    ...{ format: JOURNAL_FORMAT, ...head, firstVersion: version + 1, version, files: [] },
    ...(await journalledLoads(db, { batchIds: [], loadIds: [] })),
    standing: await journalledStanding(db, dataset),
  };
}

async function standingOf(
  db: Queryable,
  dataset: string,
  feed: Contract['feed'],
  { table, version }: JournalHead,
): Promise<Pick<Journal, 'standing' | 'topics'>> {
  const standing = await journalledStanding(db, dataset);
  if (feed !== 'kafka') return { standing };
  return { standing, topics: await journalledTopics(db, dataset, version, await journalsLetGo(db, table, version)) };
}

/** Files of one batch stay together. At least one group, be it without files. */
function grouped(files: readonly ListedFile[]): ListedFile[][] {
  const groups: { files: ListedFile[]; batches: number }[] = [{ files: [], batches: 0 }];
  const batches = Map.groupBy(files, ({ batchId, id }) => batchId ?? -Math.floor(id / MOST_FILES) - 1);
  for (const own of batches.values()) {
    const last = groups.at(-1);
    if (last === undefined || last.batches >= MOST_BATCHES || last.files.length + own.length > MOST_FILES)
      groups.push({ files: own, batches: 1 });
    else {
      last.files.push(...own);
      last.batches += 1;
    }
  }
  return groups.map((group) => group.files);
}

/** A restored ledger gives ids of its own. */
const withoutId = (file: ListedFile): Journal['files'][number] =>
  Object.fromEntries(Object.entries(file).filter(([name]) => name !== 'id')) as unknown as Journal['files'][number];
