/** The login that every reader of these tests signs in with may look into the catalog, and do nothing else. */
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { openPool } from '@farelake/db';
import type { Pool } from 'pg';
import type { AskShared } from './suite.ts';

const DENIED = '42501';

export function readOnly(shared: AskShared): void {
  let pool: Pool;
  beforeAll(() => {
    pool = openPool(shared().readers.databaseUrl, { max: 1 });
  });
  afterAll(() => pool.end());

  it('reads the catalog', async () => {
    const { rows } = await pool.query('SELECT 1 FROM iceberg_tables, iceberg_namespace_properties LIMIT 0');
    expect(rows).toEqual([]);
  });

  it.each([
    "INSERT INTO iceberg_tables VALUES ('farelake', 'farelake_local', 'mine', 's3://mine', NULL, 'TABLE')",
    "UPDATE iceberg_tables SET metadata_location = 's3://mine'",
    'DELETE FROM iceberg_tables',
    "INSERT INTO iceberg_namespace_properties VALUES ('farelake', 'mine', 'exists', 'true')",
    'DROP TABLE iceberg_tables',
    'CREATE TABLE public.mine (id int)',
    'SELECT * FROM ledger.objects',
    'SELECT * FROM ledger.files',
  ])('may not: %s', async (sql) => {
    await expect(pool.query(sql)).rejects.toMatchObject({ code: DENIED });
  });
}
