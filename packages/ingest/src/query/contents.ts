/** What a view shows: the files of the newest version of a table, or of one that was the newest once. */
import {
  filesOfVersion,
  filesToRead,
  keyOfContract,
  loadPlaces,
  loadPlacesAt,
  treatedFiles,
  treatedFilesOfVersion,
  type LoadPlace,
  type PastVersion,
  type Queryable,
} from '@farelake/db';
import type { EngineFile, ViewColumn } from '@farelake/lake';
import type { Contract } from '@farelake/schema-registry';
import { historyColumns, shownColumns } from '../columns.ts';
import { disagreement } from '../treatment/disagreement.ts';
import { columnsThen, hiddenSince, type MetadataZone } from './columns-then.ts';
import { versionGone, type Pins } from './moment.ts';

/** A table, or the history of one. */
export interface ViewedTable {
  readonly contract: Contract;
  /** Name of the view, and of the table in the ledger. */
  readonly table: string;
  readonly kind: 'current' | 'history';
}

export interface Contents {
  readonly files: readonly EngineFile[];
  /** What the view shows. */
  readonly columns: readonly ViewColumn[];
  /** Columns that are read beside, of a history for its key. */
  readonly unshown?: readonly ViewColumn[];
  /** Of a history: names of the key's columns, by which a row is known again; empty: nothing tells copies from equal rows. */
  readonly key: readonly string[];
  /** Why the view cannot be there. */
  readonly refused?: string;
  /** Why it fails when it is read. */
  readonly unread?: string;
}

/** Where views come from. */
export interface Source {
  /** @throws UserError `version-gone` for one that the statement reads */
  contents(table: ViewedTable): Promise<Contents>;
  /** The order of the files whose rows a history holds. */
  places(contract: Contract, history: string): Promise<LoadPlace[]>;
}

/** As the contract of today has them. */
const columnsOf = ({ contract, kind }: ViewedTable): readonly ViewColumn[] =>
  kind === 'history' ? historyColumns(contract) : shownColumns(contract);

export const newest = (db: Queryable): Source => ({
  contents: async (viewed) => {
    const shown = { columns: columnsOf(viewed), key: viewed.contract.key };
    // Read as the contract says, such files would show what they do not hold.
    const refused = disagreement(viewed.contract, await treatedFiles(db, [viewed.table]));
    if (refused !== undefined) return { ...shown, files: [], refused };
    return { ...shown, files: await filesToRead(db, viewed.table) };
  },
  places: ({ dataset }) => loadPlaces(db, dataset),
});

export const past = (db: Queryable, pins: Pins, options: PastOptions): Source => ({
  contents: (viewed) => {
    const pinned = pins.get(viewed.table) ?? 'unasked';
    const { contract, table } = viewed;
    const shown = { files: [], columns: columnsOf(viewed), key: contract.key };
    if (pinned === 'before') return Promise.resolve(shown);
    if (pinned === 'unknown')
      return Promise.resolve({ ...shown, unread: `what ${table} was then is not known any more: its ledger was lost` });
    if (pinned !== 'unasked') return pastContents(db, viewed, pinned, options);
    return Promise.resolve({ ...shown, unread: `${table}: --at gives no version of it, and no time` });
  },
  places: ({ dataset }, history) => {
    const pinned = pins.get(history);
    return typeof pinned === 'object' ? loadPlacesAt(db, dataset, pinned.version) : Promise.resolve([]);
  },
});

export interface PastOptions {
  /** Whether the statement reads a table. */
  readonly isRead: (table: string) => boolean;
  /** Where the columns of then are found; without, they are those of today. */
  readonly zone: MetadataZone | undefined;
}

async function pastContents(
  db: Queryable,
  viewed: ViewedTable,
  pinned: PastVersion,
  { isRead, zone }: PastOptions,
): Promise<Contents> {
  const { contract, table } = viewed;
  const treated = await treatedFilesOfVersion(db, table, pinned.version);
  const then = zone === undefined ? undefined : await columnsThen(db, zone, table, pinned.version);
  const columns = then ?? columnsOf(viewed);
  const shown = { files: [], columns, key: [] };
  const refused = then === undefined ? disagreement(contract, treated) : undefined;
  if (refused !== undefined) return { ...shown, refused };
  const files = await filesOfVersion(db, table, pinned.version);
  if (files.some(({ gone }) => gone)) {
    const gone = await versionGone(db, table, pinned);
    if (isRead(table)) throw gone;
    return { ...shown, refused: gone.message };
  }
  const hidden = hiddenSince(contract, treated);
  const [read, kept] = [columns.filter(({ id }) => hidden.has(id)), columns.filter(({ id }) => !hidden.has(id))];
  return { files, columns: kept, unshown: read, key: await keyThen(db, viewed, pinned, columns) };
}

/** A row of history is known again by the key of the contract by which it came in. */
async function keyThen(
  db: Queryable,
  { contract, kind }: ViewedTable,
  { contractVersion }: PastVersion,
  columns: readonly ViewColumn[],
): Promise<readonly string[]> {
  if (kind === 'current') return [];
  const folded =
    contractVersion === contract.version ? undefined : await keyOfContract(db, contract.dataset, contractVersion);
  const idOf = new Map(contract.columns.map(({ id, name }) => [name, id]));
  const names = new Map(columns.map(({ id, name }) => [id, name]));
  const key = (folded ?? contract.key.map((name) => idOf.get(name) ?? 0)).map((id) => names.get(id));
  // Without all of it rows of several keys would be taken for copies.
  return key.every((name) => name !== undefined) ? key : [];
}
