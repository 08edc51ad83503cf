/** Whether a table's rows can be built upon, or have to be folded anew from history. */
import { replacedLoads, type ListedFile, type Manifest } from '@farelake/db';
import { locate } from '@farelake/lake';
import type { Contract } from '@farelake/schema-registry';
import { disagreement } from '../treatment/disagreement.ts';
import type { Workspace } from '../workspace.ts';

/**
 * Are there loads of which other rows are in history by now than those in the table? Which keys the old ones had, and
 * what they counted for, cannot be told any more.
 */
export const hasReplacedRows = async (
  { pool }: Pick<Workspace, 'pool'>,
  { dataset }: Contract,
  generation: string,
): Promise<boolean> => (await replacedLoads(pool, dataset, generation)).size > 0;

/** Were the table's values treated otherwise than the contract says? History was asked before: it agrees. */
export const isTreatedOtherwise = (contract: Contract, { files }: Manifest): boolean =>
  disagreement(
    contract,
    files.map(({ treatments = null, columnIds = null, types = null }) => ({ treatments, columnIds, types, files: 1 })),
  ) !== undefined;

/** Asked of the store at once; more would only wait for its answers. */
const AT_ONCE = 16;

/** Is each file where the manifest says, in its size? */
export async function areThere(files: readonly ListedFile[]): Promise<boolean> {
  for (let from = 0; from < files.length; from += AT_ONCE) {
    const found = await Promise.all(files.slice(from, from + AT_ONCE).map(isThere));
    if (found.includes(false)) return false;
  }
  return true;
}

async function isThere({ uri, size }: ListedFile): Promise<boolean> {
  const { store, path } = locate(uri);
  return (await store.stat(path))?.size === size;
}
