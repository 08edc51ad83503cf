/**
 * Versions that no snapshot shows. Their numbers are told on stage by a journal without files, whose row says as `first_version` the
 * first number that nobody has: it is above the version that added the row, which no other journal's is. A ledger that is restored has the
 * row without the version, and goes on from there.
 */
import type { Queryable } from './objects.ts';
import type { MetadataFile } from './snapshots.ts';

/** Its journal is there, and listed: of a version that is passed over by each run one is enough. */
export async function isNotedAsPassedOver(db: Queryable, tableName: string, version: number): Promise<boolean> {
  const { rowCount } = await db.query(
    `SELECT FROM ledger.metadata_files WHERE table_name = $1 AND version_added = $2 AND kind = 'journal' AND removed_at IS NULL
       AND first_version = $2::bigint + 1`,
    [tableName, version],
  );
  return rowCount !== 0;
}

/** The highest number is enough: lower ones begin to wait for their end. */
export async function notePassedOver(
  db: Queryable,
  {
    tableName,
    version,
    attemptId,
  }: { readonly tableName: string; readonly version: number; readonly attemptId: string },
  { uri, size }: MetadataFile,
): Promise<void> {
  await db.query(
    `UPDATE ledger.metadata_files SET version_removed = $2, removed_at = now()
     WHERE table_name = $1 AND removed_at IS NULL AND ${numbersUpTo('$2')}`,
    [tableName, version],
  );
  await db.query(
    `INSERT INTO ledger.metadata_files (uri, table_name, kind, size, attempt_id, version_added, first_version)
     VALUES ($4, $1, 'journal', $5, $3, $2::bigint, $2::bigint + 1)`,
    [tableName, version, attemptId, uri, size],
  );
}

/** SQL: a row that only tells that a number was given which is not above this version. Of other journals it is never true. */
export const numbersUpTo = (version: string): string =>
  `(kind = 'journal' AND first_version > version_added AND first_version <= ${version}::bigint + 1)`;

/**
 * SQL: the number of the commit that follows on this version of the table: the next one, but in a restored ledger whose stage tells of
 * higher numbers that were given, which no version has: those are noted with its newest.
 */
export const numberAfter = (table: string, version: string): string =>
  `greatest(${version} + 1, (SELECT max(m.first_version) FROM ledger.metadata_files m
     WHERE m.table_name = ${table} AND m.version_added = ${version} AND m.kind = 'journal'))`;

/** SQL: a row that only tells that a number was given, above this version. */
export const numbersAbove = (version: string): string =>
  `(kind = 'journal' AND first_version > version_added AND first_version > ${version}::bigint + 1)`;
