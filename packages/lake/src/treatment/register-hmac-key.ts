/** The engine's key for keyed hashes in SQL. */
import { DuckDBBlobValue } from '@duckdb/node-api';
import { HMAC_KEY_RELATION, quoteIdentifier } from '@farelake/schema-registry';
import type { Engine } from '../engine/duckdb.ts';
import type { HmacKey } from './hmac.ts';

/** Puts the key where `hmacSql` finds it, by bound values: it stands in no statement. */
export async function registerHmacKey({ connection }: Engine, key: HmacKey): Promise<void> {
  const { inner, outer } = key.halves();
  await connection.run(
    `CREATE OR REPLACE TEMP TABLE ${quoteIdentifier(HMAC_KEY_RELATION)} AS SELECT $1::BLOB AS "inner", $2::BLOB AS "outer"`,
    [new DuckDBBlobValue(inner), new DuckDBBlobValue(outer)],
  );
}
