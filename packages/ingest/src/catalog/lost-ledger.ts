/**
 * Tables on stage that another ledger has committed: the one that was lost, or one that works with the same stage. Begun beside them, a
 * table would have each version twice, and the next restore would take the highest, whosever it is.
 *
 * What holds:
 * - Only a table's first version in this ledger asks for it; a table that has one costs nothing.
 * - What a commit of this ledger has left that died is its own: its attempt was noted before it wrote anything.
 * - Metadata alone tells of a table. What was never shown leaves journals without it, of which nothing can be restored: such a table
 *   begins anew.
 */
import { hasVersions, unknownAttempts, withoutVersions, type Queryable } from '@farelake/db';
import { openStore, type ObjectStore } from '@farelake/lake';
import { historyName, UserError, type Contract } from '@farelake/schema-registry';
import { sideBySide } from '../dmap/side-by-side.ts';
import type { Workspace } from '../workspace.ts';
import { inMetadata, metadataPath, parseCommitName, type CommitName } from './metadata-name.ts';
import { shownTables } from './place.ts';

/** Metadata that no attempt of this ledger has written. */
interface ForeignMetadata extends CommitName {
  readonly table: string;
  readonly uri: string;
}

type Place = Pick<Workspace, 'stage' | 'signal'>;

/**
 * To be asked before a ledger without any version is given its first numbers: those of the lost one stand in rows, of whichever table.
 * @throws UserError `ledger-lost`
 */
export async function requireLedger({ pool, ...place }: Place & Pick<Workspace, 'pool'>): Promise<void> {
  if (await hasVersions(pool)) return;
  const found = await foreignIn(place, pool, place.stage, inMetadata);
  if (found !== undefined) throw nothingKnown(place, found);
}

/**
 * For the commit of a table's first version, in its transaction.
 * @throws UserError `ledger-lost`
 */
export async function requireFirst(place: Place, db: Queryable, tableName: string): Promise<void> {
  const found = await foreignOf(place, db, tableName);
  if (found !== undefined) throw tableUnknown(place, found);
}

/**
 * For who begins work on tables: what the commit would be refused for, before anything of it is noted.
 * @returns by dataset why nothing of it is taken in
 */
export async function lostAmong(
  { pool, contracts, ...place }: Place & Pick<Workspace, 'pool' | 'contracts'>,
  datasets: Iterable<string>,
): Promise<Map<string, UserError>> {
  const tables = [...new Set(datasets)].flatMap((dataset) =>
    tablesOf(contracts.get(dataset), dataset).map((table) => ({ dataset, table })),
  );
  const unknown = new Set(
    await withoutVersions(
      pool,
      tables.map(({ table }) => table),
    ),
  );
  const asked = tables.filter(({ table }) => unknown.has(table));
  const found = await sideBySide(asked, AT_ONCE, ({ table }) => foreignOf(place, pool, table));
  const byDataset = Map.groupBy(asked.keys(), (index) => asked[index]?.dataset ?? '');
  const lost = new Map<string, UserError>();
  for (const [dataset, own] of byDataset) {
    const [first, ...more] = own.flatMap((index) => found[index] ?? []);
    if (first !== undefined) lost.set(dataset, tableUnknown(place, first, ...more));
  }
  return lost;
}

/** @throws UserError `ledger-lost` */
export async function requireNotLost(
  workspace: Place & Pick<Workspace, 'pool' | 'contracts'>,
  dataset: string,
): Promise<void> {
  await requireLedger(workspace);
  const lost = (await lostAmong(workspace, [dataset])).get(dataset);
  if (lost !== undefined) throw lost;
}

/** Folders listed at once. */
const AT_ONCE = 8;

/** Without a contract nobody knows of which feed it is. */
const tablesOf = (contract: Contract | undefined, dataset: string): string[] =>
  contract === undefined ? [dataset, historyName(dataset)] : shownTables(contract);

const foreignOf = (place: Place, db: Queryable, table: string): Promise<ForeignMetadata | undefined> =>
  foreignIn(place, db, openStore(`${place.stage.uri}/${metadataPath(table, '').slice(0, -1)}`), (name) =>
    name.includes('/') ? undefined : { table, name },
  );

/** Names asked of the ledger at once. */
const TOGETHER = 1000;

/** @returns of the first that are found the newest */
async function foreignIn(
  { signal }: Pick<Place, 'signal'>,
  db: Queryable,
  store: ObjectStore,
  placeOf: typeof inMetadata,
): Promise<ForeignMetadata | undefined> {
  let group: ForeignMetadata[] = [];
  const newestForeign = async (): Promise<ForeignMetadata | undefined> => {
    if (group.length === 0) return undefined;
    const unknown = await unknownAttempts(
      db,
      group.map(({ attempt }) => attempt),
    );
    const [newest] = group.filter(({ attempt }) => unknown.has(attempt)).toSorted((a, b) => b.version - a.version);
    group = [];
    return newest;
  };
  for await (const { path } of store.list()) {
    signal.throwIfAborted();
    const file = placeOf(path);
    const named = file && parseCommitName(file.name);
    if (named?.kind !== 'metadata') continue;
    group.push({ ...named, table: file?.table ?? '', uri: store.uriOf(path) });
    const found = group.length < TOGETHER ? undefined : await newestForeign();
    if (found !== undefined) return found;
  }
  return newestForeign();
}

const nothingKnown = ({ stage }: Place, found: ForeignMetadata): UserError =>
  ledgerLost(
    found,
    `This ledger knows no table yet, and on stage lies ${found.table} in version ${found.version}, committed by another ledger: ${found.uri}. Nothing was taken in.`,
    `move what lies at ${stage.uri} away, or set FARELAKE_STAGE to an empty place`,
  );

/** Only what is another ledger's is to be moved: a history may be this one's. */
const tableUnknown = ({ stage }: Place, found: ForeignMetadata, ...more: readonly ForeignMetadata[]): UserError =>
  ledgerLost(
    found,
    `${found.table}: this ledger has no version of it, and on stage it lies in version ${found.version}, committed by another ledger: ${found.uri}. Nothing of it was taken in.`,
    `move ${[found, ...more].map(({ table }) => `${stage.uri}/${table}`).join(' and ')} away`,
  );

const ledgerLost = ({ table, version, uri }: ForeignMetadata, problem: string, anew: string): UserError =>
  new UserError({
    code: 'ledger-lost',
    problem,
    remedy:
      'If the database was lost, restore it first, before anything is taken in: farelake restore --dry-run, then farelake restore. ' +
      `If nothing was lost, DATABASE_URL or FARELAKE_STAGE is not this environment's. To begin anew without what lies there, ${anew}.`,
    data: { table, version, uri },
  });
