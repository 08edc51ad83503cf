/** Versions whose snapshots a catalog points at, written by SQL: for tests of what follows a commit, without one. */
import type { Pool } from 'pg';
import { withTransaction } from '../../src/index.ts';

/**
 * The next version of a table: its snapshot in the metadata file, which the pointer moves to, in one transaction as commits do it.
 * @returns the version
 */
export async function commitPointed(
  pool: Pool,
  tableName: string,
  metadataOf: (version: number) => string,
): Promise<number> {
  return withTransaction(pool, async (db) => {
    await db.query('INSERT INTO ledger.attempts (id, dataset) VALUES ($1, $1) ON CONFLICT DO NOTHING', [tableName]);
    await db.query('SELECT FROM ledger.attempts WHERE id = $1 FOR UPDATE', [tableName]);
    const { rows } = await db.query<{ version: number }>(
      `INSERT INTO ledger.versions (table_name, version, attempt_id, contract_version, rows)
       SELECT $1, coalesce(max(version), 0) + 1, $1, 1, 0 FROM ledger.versions WHERE table_name = $1 RETURNING version`,
      [tableName],
    );
    const version = rows[0]!.version;
    const metadata = metadataOf(version);
    await db.query(
      `INSERT INTO ledger.snapshots (table_name, version, snapshot_id, schema_id, metadata) VALUES ($1, $2, $2, 0, $3)`,
      [tableName, version, metadata],
    );
    await db.query(
      `INSERT INTO ledger.pointers (table_name, metadata, version) VALUES ($1, $2, $3)
       ON CONFLICT (table_name) DO UPDATE SET metadata = excluded.metadata, version = excluded.version, moved_at = now()`,
      [tableName, metadata, version],
    );
    return version;
  });
}
