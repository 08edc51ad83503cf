/** What the catalog shows of each table, as farelake left it or not. */
import { catalogEntries, treatedFiles, type CatalogEntry } from '@farelake/db';
import type { Contract } from '@farelake/schema-registry';
import type { Workspace } from '../workspace.ts';
import { catalogTable, shownTables } from './place.ts';
import { whyNotShown } from './showable.ts';

/**
 * `current` it shows the newest version · `behind` an older one, until its files go with its contract, or the next ingest of the table · `foreign` what another writer
 * made, or nothing: the table takes nothing in
 */
export type CatalogState = 'current' | 'behind' | 'foreign';

export interface ListedTable extends Omit<CatalogEntry, 'ours'> {
  readonly catalog: string;
  readonly namespace: string;
  readonly state: CatalogState;
  /** Of a table that is behind: why, and what brings it on; absent: the next ingest does. */
  readonly because?: string;
}

/** Tables of these contracts that were committed to, by name. */
export async function listCatalog(workspace: Workspace, contracts: Iterable<Contract>): Promise<ListedTable[]> {
  const { catalog, namespace } = catalogTable(workspace, '');
  const contractOf = new Map([...contracts].flatMap((one) => shownTables(one).map((table) => [table, one] as const)));
  const entries = await catalogEntries(workspace.pool, { catalog, namespace }, [...contractOf.keys()]);
  const listed: ListedTable[] = [];
  for (const { ours, ...entry } of entries) {
    const state = stateOf({ ours, ...entry });
    const because = state === 'behind' ? await whyBehind(workspace, contractOf.get(entry.tableName), entry) : undefined;
    listed.push({ catalog, namespace, ...entry, state, ...(because !== undefined && { because }) });
  }
  return listed;
}

async function whyBehind(
  { pool }: Workspace,
  contract: Contract | undefined,
  { tableName }: Pick<CatalogEntry, 'tableName'>,
): Promise<string | undefined> {
  return contract && whyNotShown(contract, await treatedFiles(pool, [tableName]));
}

function stateOf({ ours, found, shown, version }: CatalogEntry): CatalogState {
  if (ours !== found) return 'foreign';
  return shown === version ? 'current' : 'behind';
}
