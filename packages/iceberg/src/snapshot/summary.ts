/** What a snapshot tells of itself (Iceberg table spec v2, "Snapshots" and Appendix F, "Optional Snapshot Summary Fields"). */
import type { Entry } from '../manifest/entry.ts';
import type { Snapshot } from '../metadata/table-metadata.ts';

export type Operation = 'append' | 'replace' | 'overwrite' | 'delete';

/** Entries that came and went by a commit. */
export interface Difference {
  readonly added: readonly Entry[];
  readonly removed: readonly Entry[];
}

/**
 * Of the commit as a whole: readers that follow a table pass over `replace`, and read `append` by its new files alone.
 * Deletes that go while their data stays give rows back: an overwrite, as rows that come and go together.
 */
export function operationOf({ added, removed }: Difference, sameRows: boolean): Operation {
  if (added.length + removed.length === 0) return 'append';
  if (sameRows) return 'replace';
  const gone = new Set(removed.filter(isData).map(({ path }) => path));
  const restores = removed.some(
    (entry) => !isData(entry) && !(entry.dataPath !== undefined && gone.has(entry.dataPath)),
  );
  const adds = added.some(isData);
  const takes = gone.size > 0 || added.some((entry) => !isData(entry));
  if (adds || restores) return takes || restores ? 'overwrite' : 'append';
  return 'delete';
}

/** Name of the count of what came, of what went, and of what there is now. */
interface Count {
  readonly names: readonly [added: string, removed: string, total: string];
  readonly of: (entries: readonly Entry[]) => bigint;
}

const COUNTS: readonly Count[] = [
  { names: ['added-data-files', 'deleted-data-files', 'total-data-files'], of: (all) => count(all.filter(isData)) },
  {
    names: ['added-delete-files', 'removed-delete-files', 'total-delete-files'],
    of: (all) => count(all.filter((entry) => !isData(entry))),
  },
  { names: ['added-records', 'deleted-records', 'total-records'], of: (all) => rows(all.filter(isData)) },
  {
    names: ['added-files-size', 'removed-files-size', 'total-files-size'],
    of: (all) => all.reduce((sum, { size }) => sum + size, 0n),
  },
  {
    names: ['added-position-deletes', 'removed-position-deletes', 'total-position-deletes'],
    of: (all) => rows(all.filter(({ content }) => content === 'position-deletes')),
  },
  {
    names: ['added-equality-deletes', 'removed-equality-deletes', 'total-equality-deletes'],
    of: (all) => rows(all.filter(({ content }) => content === 'equality-deletes')),
  },
];

/** How many files of position deletes came and went; there is no total of them. */
const POSITION_DELETE_FILES = ['added-position-delete-files', 'removed-position-delete-files'] as const;

/** Told by nobody else, also where they are left out. */
const OURS: ReadonlySet<string> = new Set([...COUNTS.flatMap(({ names }) => names), ...POSITION_DELETE_FILES]);

/** Counts are 64 bits where others read them. */
const MOST = 2n ** 63n - 1n;

/**
 * Changes that are none are left out. A total is optional: where the parent has none, or one that cannot be (another writer's),
 * nothing is known to count on from, and it is left out, as Iceberg's own library does. A wrong one would stay wrong for ever.
 */
export function summaryOf(
  difference: Difference,
  operation: Operation,
  parent: Snapshot | undefined,
  own: Readonly<Record<string, string>>,
): Record<string, string> {
  const { added, removed } = difference;
  const told: [string, bigint][] = [];
  for (const { names, of } of COUNTS) {
    const [plus, minus] = [of(added), of(removed)];
    told.push([names[0], plus], [names[1], minus]);
  }
  const files = (all: readonly Entry[]) => count(all.filter(({ content }) => content === 'position-deletes'));
  told.push([POSITION_DELETE_FILES[0], files(added)], [POSITION_DELETE_FILES[1], files(removed)]);
  const totals = COUNTS.flatMap(({ names: [, , total], of }): [string, string][] => {
    const before = parent === undefined ? 0n : countIn(parent.summary[total]);
    const now = before === undefined ? -1n : before + of(added) - of(removed);
    return now < 0n || now > MOST ? [] : [[total, String(now)]];
  });
  return {
    ...Object.fromEntries(Object.entries(own).filter(([name]) => !OURS.has(name))),
    operation,
    ...Object.fromEntries(told.filter(([, value]) => value !== 0n).map(([name, value]) => [name, String(value)])),
    ...Object.fromEntries(totals),
  };
}

/** Whoever wrote it may have written anything. */
const countIn = (told: unknown): bigint | undefined =>
  typeof told === 'string' && /^\d{1,19}$/.test(told) ? BigInt(told) : undefined;

const isData = ({ content }: Entry): boolean => content === 'data';
const count = (entries: readonly Entry[]): bigint => BigInt(entries.length);
const rows = (entries: readonly Entry[]): bigint => entries.reduce((sum, { records }) => sum + records, 0n);
