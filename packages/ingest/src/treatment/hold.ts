/**
 * Whether a table is held because its files and its contract say different things of a column's values. Only what loads
 * write is asked: a current table that disagrees where history does not is folded anew from it.
 */
import { lastingFiles, treatedFiles, type Queryable } from '@farelake/db';
import type { Contract } from '@farelake/schema-registry';
import { loadedTable } from '../table/table-names.ts';
import { disagreement, hashDisagreement } from './disagreement.ts';

/** Why nothing can be folded; undefined: nothing is in the way. */
export async function treatmentHold(db: Queryable, contract: Contract): Promise<string | undefined> {
  return disagreement(contract, await treatedFiles(db, [loadedTable(contract)]));
}

/** Why nothing can be published: what the table shows, or what it is made of, is not as the contract says. */
export async function shownHold(db: Queryable, contract: Contract): Promise<string | undefined> {
  return disagreement(contract, await treatedFiles(db, [contract.dataset, loadedTable(contract)]));
}

/**
 * Why nothing can be loaded: files with rows of loads that are not taken through again just now, and so will stay.
 * @param keyId the key at hand, where values are about to be hashed
 */
export async function loadingHold(db: Queryable, contract: Contract, keyId?: string): Promise<string | undefined> {
  const lasting = await lastingFiles(db, loadedTable(contract));
  // Datasets that are loaded by the contract of now take the place of those that were loaded by another; until none of these is
  // left, the table is held all the same, and nothing of it is shown.
  return contract.feed === 'dmap' ? hashDisagreement(contract, lasting, keyId) : disagreement(contract, lasting, keyId);
}
