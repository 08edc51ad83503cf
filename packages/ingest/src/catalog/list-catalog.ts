/** What the catalog shows of each table, as farelake left it or not. */
import { catalogEntries, treatedFilesByTable, type CatalogEntry } from '@farelake/db';
import type { Contract } from '@farelake/schema-registry';
import type { Workspace } from '../workspace.ts';
import { metadataSize, sizeTrouble } from './metadata-io.ts';
import { catalogTable, shownTables } from './place.ts';
import { whyNotShown } from './showable.ts';

/**
 * `current` it shows the newest version · `behind` an older one, until its files go with its contract, or the next ingest of the table ·
 * `foreign` what another writer made, or nothing: the table takes nothing in · `damaged` its metadata file is gone, or has another size
 */
export type CatalogState = 'current' | 'behind' | 'foreign' | 'damaged';

export interface ListedTable extends Omit<CatalogEntry, 'ours' | 'size'> {
  readonly catalog: string;
  readonly namespace: string;
  readonly state: CatalogState;
  /** Of a table that is behind or damaged: why, and what mends it; absent: the next ingest does. */
  readonly because?: string;
}

/** Tables of these contracts that were committed to, by name. Their metadata files are looked for, too. */
export async function listCatalog(workspace: Workspace, contracts: Iterable<Contract>): Promise<ListedTable[]> {
  const listed: ListedTable[] = [];
  for (const { ours, size, ...entry } of await catalogStates(workspace, contracts)) {
    const damage = entry.state === 'foreign' || ours === null ? undefined : await damageOf(workspace, ours, size);
    listed.push({ ...entry, ...damage });
  }
  return listed;
}

/** The same by the ledger and the catalog alone, without a look at the stage. */
export async function catalogStates(
  workspace: Pick<Workspace, 'pool' | 'environment'>,
  contracts: Iterable<Contract>,
): Promise<(ListedTable & Pick<CatalogEntry, 'ours' | 'size'>)[]> {
  const { catalog, namespace } = catalogTable(workspace, '');
  const contractOf = new Map([...contracts].flatMap((one) => shownTables(one).map((table) => [table, one] as const)));
  const entries = await catalogEntries(workspace.pool, { catalog, namespace }, [...contractOf.keys()]);
  const states = entries.map((entry) => ({ catalog, namespace, ...entry, state: stateOf(entry) }));
  const behind = states.filter(({ state }) => state === 'behind').map(({ tableName }) => tableName);
  const groups = await treatedFilesByTable(workspace.pool, behind);
  return states.map((one) => {
    const contract = one.state === 'behind' ? contractOf.get(one.tableName) : undefined;
    const because = contract && whyNotShown(contract, groups.get(one.tableName) ?? []);
    return { ...one, ...(because !== undefined && { because }) };
  });
}

/** A look at the file's size, for each table: what it says, the next commit and `audit` ask. */
async function damageOf(
  workspace: Workspace,
  path: string,
  written: number | null,
): Promise<Pick<ListedTable, 'state' | 'because'> | undefined> {
  const why = sizeTrouble(await metadataSize(workspace, path), written);
  if (why === undefined) return undefined;
  return { state: 'damaged', because: `its metadata file ${why}; farelake catalog reset writes it anew` };
}

function stateOf({ ours, found, shown, version }: CatalogEntry): CatalogState {
  if (ours !== found) return 'foreign';
  return shown === version ? 'current' : 'behind';
}
