/** The one way by which a table changes: a version of the manifest, and the snapshot that shows it, by one transaction. */
import { commitVersion, type Commit, type Queryable } from '@farelake/db';
import type { Contract } from '@farelake/schema-registry';
import { requireUnused } from './lost-ledger.ts';
import type { MetadataPlace, Shown } from './metadata-writer.ts';
import { shownTables } from './place.ts';
import { publishSnapshot } from './publish-snapshot.ts';

/** What is committed, and what goes with it. */
export interface TableCommit extends Commit, Pick<Shown, 'sameRows'> {
  /**
   * Writes the rest of what belongs to the commit, in the same transaction: states of loads, receipts. The journal of the version tells
   * of them.
   */
  readonly also?: (version: number) => Promise<void>;
}

/**
 * Call it inside a transaction that holds the table's lease or append lock. Files of metadata are written meanwhile; the catalog points
 * at them when the transaction is committed, and not before.
 * @param contract undefined: the table is one that no reader sees
 * @returns the new version
 * @throws VersionConflict, UserError `foreign-commit`, `metadata-damaged`, `ledger-lost`, `ledger-behind`
 */
export async function commitTable(
  place: MetadataPlace,
  db: Queryable,
  contract: Contract | undefined,
  commit: TableCommit,
): Promise<number> {
  const { tableName, baseVersion } = commit;
  const version = await commitVersion(db, commit);
  const isShown = contract !== undefined && shownTables(contract).includes(tableName);
  // Work that begins asks as well; here nobody can come in between.
  if (isShown) await requireUnused(place, db, { tableName, baseVersion, version });
  await commit.also?.(version);
  if (isShown) await publishSnapshot(place, db, contract, { ...commit, version });
  return version;
}
