/** What the catalog shows of each table, as farelake left it or not. */
import { catalogEntries, treatedFiles, type CatalogEntry } from '@farelake/db';
import type { Contract } from '@farelake/schema-registry';
import type { Workspace } from '../workspace.ts';
import { metadataSize } from './metadata-io.ts';
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

/** Tables of these contracts that were committed to, by name. */
export async function listCatalog(workspace: Workspace, contracts: Iterable<Contract>): Promise<ListedTable[]> {
  const { catalog, namespace } = catalogTable(workspace, '');
  const contractOf = new Map([...contracts].flatMap((one) => shownTables(one).map((table) => [table, one] as const)));
  const entries = await catalogEntries(workspace.pool, { catalog, namespace }, [...contractOf.keys()]);
  const listed: ListedTable[] = [];
  for (const { ours, size, ...entry } of entries) {
    const contract = contractOf.get(entry.tableName);
    const state = stateOf({ ours, ...entry });
    const because = state === 'behind' ? await whyBehind(workspace, contract, entry) : undefined;
    const damage = state === 'foreign' || ours === null ? undefined : await damageOf(workspace, ours, size);
    const told = damage === undefined ? { state, ...(because !== undefined && { because }) } : damage;
    listed.push({ catalog, namespace, ...entry, ...told });
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

/** A look at the file's size, for each table: what it says, the next commit and `audit` ask. */
async function damageOf(
  workspace: Workspace,
  path: string,
  written: number | null,
): Promise<Pick<ListedTable, 'state' | 'because'> | undefined> {
  const found = await metadataSize(workspace, path);
  if (found !== undefined && (written === null || found === written)) return undefined;
  const why = found === undefined ? 'is not there' : `has ${found} bytes, and ${written} were written`;
  return { state: 'damaged', because: `its metadata file ${why}; farelake catalog reset writes it anew` };
}

function stateOf({ ours, found, shown, version }: Omit<CatalogEntry, 'size'>): CatalogState {
  if (ours !== found) return 'foreign';
  return shown === version ? 'current' : 'behind';
}
