/**
 * The ledger as relations of the engine, in a schema `ledger`: `SELECT … FROM ledger.loads l JOIN edw_x_history h ON
 * h._load_id = l.id`. Copies of the moment, all of the same moment, that go with the engine; nothing is ever written back.
 */
import { createWriteStream } from 'node:fs';
import { rm } from 'node:fs/promises';
import path from 'node:path';
import { pipeline } from 'node:stream/promises';
import { withConnection } from '@farelake/db';
import type { Engine } from '@farelake/lake';
import { quoteIdentifier as q, quoteLiteral } from '@farelake/schema-registry';
import type { Pool, PoolClient } from 'pg';
import { to as copyTo } from 'pg-copy-streams';
import { failingSql } from './failing.ts';
import type { LedgerTable, LedgerType } from './ledger-table.ts';
import { LEDGER_TABLES } from './ledger-tables.ts';
import { namedBy } from './named-by.ts';

/**
 * Makes the schema. Tables that the statement does not name are there too, and fail when they are read: an empty one would
 * be a wrong answer. Call it after `createViews`.
 * @param folder scratch folder of the engine
 */
export async function createLedgerSchema(engine: Engine, pool: Pool, folder: string, statement: string): Promise<void> {
  const isNamed = namedBy(statement);
  const isWanted = (name: string) => isNamed('ledger') && isNamed(name);
  const tables = Object.entries(LEDGER_TABLES);
  await engine.run('CREATE SCHEMA ledger');
  for (const [name, table] of tables)
    if (!isWanted(name)) await engine.run(`CREATE VIEW ledger.${q(name)} AS ${unreadSql(name, table)}`);
  const wanted = tables.filter(([name]) => isWanted(name));
  if (wanted.length === 0) return;
  await withConnection(pool, async (client) => {
    // One moment for all of them: a receipt and its load belong together.
    await client.query('BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY');
    try {
      for (const [name, table] of wanted) await copy(engine, client, path.join(folder, 'ledger.csv'), name, table);
    } finally {
      await client.query('ROLLBACK');
    }
  });
}

const unreadSql = (name: string, { columns }: LedgerTable): string =>
  failingSql(
    `ledger.${name} was not read, because the statement does not name it`,
    Object.entries(columns).map(([column, how]) => ({ name: column, type: typeOf(how) })),
  );

const typeOf = (column: LedgerTable['columns'][string]): LedgerType =>
  typeof column === 'string' ? column : column[0];

/** By way of a file, so that no table is ever held in memory twice. A view in front of it: what is shown cannot be changed. */
async function copy(engine: Engine, client: PoolClient, file: string, name: string, table: LedgerTable): Promise<void> {
  const columns = Object.entries(table.columns);
  const select = columns.map(([column, how]) => postgresSql(column, how)).join(', ');
  await pipeline(
    client.query(copyTo(`COPY (SELECT ${select} FROM ${table.from}) TO STDOUT (FORMAT csv, ENCODING 'UTF8')`)),
    createWriteStream(file),
  );
  const types = columns.map(([column, how]) => `${quoteLiteral(column)}: ${quoteLiteral(typeOf(how))}`);
  const copied = `farelake.${q(`ledger_${name}`)}`;
  try {
    await engine.run(`CREATE TABLE ${copied} AS SELECT * FROM read_csv(${quoteLiteral(file)}, auto_detect = false,
      header = false, delim = ',', quote = '"', escape = '"', nullstr = '', allow_quoted_nulls = false, parallel = false,
      max_line_size = ${LONGEST_LINE}, hive_partitioning = false, columns = {${types.join(', ')}})`);
  } finally {
    await rm(file, { force: true });
  }
  await engine.run(`CREATE VIEW ledger.${q(name)} AS SELECT * FROM ${copied}`);
}

/** Bytes; the drift of a file of 2,000 columns has some hundred thousand. */
const LONGEST_LINE = 16 << 20;

function postgresSql(column: string, how: LedgerTable['columns'][string]): string {
  if (typeof how !== 'string') return `(${how[1]})::text`;
  if (how === 'TIMESTAMP') return `${q(column)} AT TIME ZONE 'UTC'`;
  return how === 'BIGINT' ? q(column) : `${q(column)}::text`;
}
