/** What the catalog shows of each table, as farelake left it or not. */
import { catalogEntries, type CatalogEntry } from '@farelake/db';
import type { Contract } from '@farelake/schema-registry';
import type { Workspace } from '../workspace.ts';
import { catalogTable, shownTables } from './place.ts';

/**
 * `current` it shows the newest version · `behind` an older one, until the next ingest of the table · `foreign` what another writer
 * made, or nothing: the table takes nothing in
 */
export type CatalogState = 'current' | 'behind' | 'foreign';

export interface ListedTable extends Omit<CatalogEntry, 'ours'> {
  readonly catalog: string;
  readonly namespace: string;
  readonly state: CatalogState;
}

/** Tables of these contracts that were committed to, by name. */
export async function listCatalog(workspace: Workspace, contracts: Iterable<Contract>): Promise<ListedTable[]> {
  const { catalog, namespace } = catalogTable(workspace, '');
  const names = [...contracts].flatMap(shownTables);
  const entries = await catalogEntries(workspace.pool, { catalog, namespace }, names);
  return entries.map(({ ours, ...entry }) => ({ catalog, namespace, ...entry, state: stateOf({ ours, ...entry }) }));
}

function stateOf({ ours, found, shown, version }: CatalogEntry): CatalogState {
  if (ours !== found) return 'foreign';
  return shown === version ? 'current' : 'behind';
}
