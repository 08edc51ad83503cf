/**
 * What another ledger has committed on stage: the one that was lost, one that this is an old copy of, or one that works with the same
 * stage. Beside it a version would be given twice, and the next restore would take the highest, whosever it is.
 *
 * What holds:
 * - A table's first version asks for metadata of any number; every other one asks for its own number, which costs one short listing, and
 *   for the next as long as there is some of our own.
 * - What a commit of this ledger has left that died is its own: its attempt was noted before it wrote anything.
 * - Metadata alone tells of a table. What was never shown leaves journals without it, of which nothing can be restored: such a table
 *   begins anew.
 */
import { hasVersions, nextVersions, unknownAttempts, type Queryable } from '@farelake/db';
import { openStore, type ObjectStore } from '@farelake/lake';
import { historyName, UserError, type Contract } from '@farelake/schema-registry';
import { sideBySide } from '../side-by-side.ts';
import type { Workspace } from '../workspace.ts';
import { inMetadata, metadataPath, namesOfVersion, parseCommitName, type CommitName } from './metadata-name.ts';
import { shownTables } from './place.ts';

/** Metadata as it was found; foreign is what no attempt of this ledger has written. */
interface FoundMetadata extends CommitName {
  readonly table: string;
  readonly uri: string;
}

type Place = Pick<Workspace, 'stage' | 'signal'>;

/**
 * To be asked before work that gives numbers begins: those that another ledger gave stand in rows, of whichever table.
 * @throws UserError `ledger-lost`, `ledger-behind`
 */
export async function requireLedger(workspace: Place & Pick<Workspace, 'pool' | 'contracts'>): Promise<void> {
  if (await hasVersions(workspace.pool)) return requireNotBehind(workspace);
  const found = await foreignIn(workspace, workspace.pool, workspace.stage, inMetadata);
  if (found !== undefined) throw nothingKnown(workspace, found);
}

/**
 * To be asked before files are removed that the ledger knows of no use for, too: a commit that was under way when the database was copied
 * looks as if it had died, and later versions may need its files.
 * @throws UserError `ledger-behind`
 */
export async function requireNotBehind(workspace: Place & Pick<Workspace, 'pool' | 'contracts'>): Promise<void> {
  const [first] = await aheadOf(workspace, [...workspace.contracts.values()].flatMap(shownTables));
  if (first !== undefined) throw ledgerBehind(first);
}

/** @returns of tables that have versions what another ledger has committed above them */
export async function aheadOf(
  { pool, ...place }: Place & Pick<Workspace, 'pool'>,
  tables: readonly string[],
): Promise<FoundMetadata[]> {
  const begun = [...(await nextVersions(pool, tables))].filter(([, version]) => version > 1);
  const found = await sideBySide(begun, AT_ONCE, ([table, version]) => foreignOf(place, pool, table, version));
  return found.flatMap((one) => one ?? []);
}

/**
 * For the commit of a version, in its transaction.
 * @param baseVersion 0: it is the table's first
 * @throws UserError `ledger-lost`, `ledger-behind`
 */
export async function requireUnused(
  place: Place,
  db: Queryable,
  { tableName, baseVersion, version }: { readonly tableName: string; baseVersion: number; version: number },
): Promise<void> {
  const found = await foreignOf(place, db, tableName, baseVersion === 0 ? 1 : version);
  if (found !== undefined) throw baseVersion === 0 ? tableUnknown(place, found) : ledgerBehind(found);
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
  const next = await nextVersions(
    pool,
    tables.map(({ table }) => table),
  );
  const asked = tables.filter(({ table }) => next.get(table) === 1);
  const found = await sideBySide(asked, AT_ONCE, ({ table }) => foreignOf(place, pool, table, 1));
  const byDataset = Map.groupBy(asked.keys(), (index) => asked[index]?.dataset ?? '');
  const lost = new Map<string, UserError>();
  for (const [dataset, own] of byDataset) {
    const [first, ...more] = own.flatMap((index) => found[index] ?? []);
    if (first !== undefined) lost.set(dataset, tableUnknown(place, first, ...more));
  }
  return lost;
}

/** @throws UserError `ledger-lost`, `ledger-behind` */
export async function requireNotLost(
  workspace: Place & Pick<Workspace, 'pool' | 'contracts'>,
  dataset: string,
): Promise<void> {
  await requireLedger(workspace);
  const lost = (await lostAmong(workspace, [dataset])).get(dataset);
  if (lost !== undefined) throw lost;
}

/** Folders listed at once. */
const AT_ONCE = 16;

/** Without a contract nobody knows of which feed it is. */
const tablesOf = (contract: Contract | undefined, dataset: string): string[] =>
  contract === undefined ? [dataset, historyName(dataset)] : shownTables(contract);

/** @param next the version that is to come: 1 asks for metadata of any */
async function foreignOf(place: Place, db: Queryable, table: string, next: number): Promise<FoundMetadata | undefined> {
  const folder = openStore(`${place.stage.uri}/${metadataPath(table, '').slice(0, -1)}`);
  const placeOf = (name: string) => (name.includes('/') ? undefined : { table, name });
  if (next === 1) return foreignIn(place, db, folder, placeOf);
  // Of our own is what died, or was under way when this ledger was copied: in that case the next number tells.
  for (let version = next; ; version += 1) {
    const found: FoundMetadata[] = [];
    for await (const { path } of folder.list(undefined, namesOfVersion(version)))
      found.push(...metadataAt(placeOf(path), folder.uriOf(path)));
    if (found.length === 0) return undefined;
    const foreign = await foreignAmong(db, found);
    if (foreign !== undefined) return foreign;
  }
}

/** Names asked of the ledger at once. */
const TOGETHER = 1000;

/** @returns of the first that are found the newest */
async function foreignIn(
  { signal }: Pick<Place, 'signal'>,
  db: Queryable,
  store: ObjectStore,
  placeOf: typeof inMetadata,
): Promise<FoundMetadata | undefined> {
  let group: FoundMetadata[] = [];
  for await (const { path } of store.list()) {
    signal.throwIfAborted();
    group.push(...metadataAt(placeOf(path), store.uriOf(path)));
    if (group.length < TOGETHER) continue;
    const found = await foreignAmong(db, group);
    if (found !== undefined) return found;
    group = [];
  }
  return foreignAmong(db, group);
}

/** Of one file, or of none: it is no metadata. */
function metadataAt(file: ReturnType<typeof inMetadata>, uri: string): FoundMetadata[] {
  const named = file && parseCommitName(file.name);
  return file === undefined || named?.kind !== 'metadata' ? [] : [{ ...named, table: file.table, uri }];
}

/** The newest. */
async function foreignAmong(db: Queryable, files: readonly FoundMetadata[]): Promise<FoundMetadata | undefined> {
  if (files.length === 0) return undefined;
  const unknown = await unknownAttempts(
    db,
    files.map(({ attempt }) => attempt),
  );
  return files.filter(({ attempt }) => unknown.has(attempt)).toSorted((a, b) => b.version - a.version)[0];
}

const nothingKnown = ({ stage }: Place, found: FoundMetadata): UserError =>
  ledgerLost(
    found,
    `This ledger knows no table yet, and on stage lies ${found.table} in version ${found.version}, committed by another ledger: ${found.uri}. Nothing was taken in.`,
    `move what lies at ${stage.uri} away, or set FARELAKE_STAGE to an empty place`,
  );

/** Only what is another ledger's is to be moved: a history may be this one's. */
const tableUnknown = ({ stage }: Place, found: FoundMetadata, ...more: readonly FoundMetadata[]): UserError =>
  ledgerLost(
    found,
    `${found.table}: this ledger has no version of it, and on stage it lies in version ${found.version}, committed by another ledger: ${found.uri}. Nothing of it was taken in.`,
    `move ${[found, ...more].map(({ table }) => `${stage.uri}/${table}`).join(' and ')} away`,
  );

/** Moving files away would not do: numbers of loads are in them. */
const ledgerBehind = ({ table, version, uri }: FoundMetadata): UserError =>
  new UserError({
    code: 'ledger-behind',
    problem: `${table}: on stage is version ${version}, which this ledger has not committed: ${uri}. It is older than its stage, or another ledger commits there, too. Nothing was taken in.`,
    remedy:
      "If the database was brought back from a backup, or lost what it had committed last: make the ledger from its stage, in a new and empty database, with farelake restore (docs/restore.md). Else DATABASE_URL or FARELAKE_STAGE is not this environment's.",
    data: { table, version, uri },
  });

const ledgerLost = ({ table, version, uri }: FoundMetadata, problem: string, anew: string): UserError =>
  new UserError({
    code: 'ledger-lost',
    problem,
    remedy:
      'If the database was lost, restore it first, before anything is taken in: farelake restore --dry-run, then farelake restore. ' +
      `If nothing was lost, DATABASE_URL or FARELAKE_STAGE is not this environment's. To begin anew without what lies there, ${anew}.`,
    data: { table, version, uri },
  });
