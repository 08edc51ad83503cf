/** Makes and alters published tables. Call everything here inside the publication's transaction. */
import type { Queryable } from '@farelake/db';
import { sourceName } from '@farelake/qlik';
import { quoteIdentifier as q, quoteLiteral, type Contract } from '@farelake/schema-registry';
import { MARK } from './present.ts';
import type { Alterations } from './plan.ts';
import type { PublishedColumn, Shape } from './shape.ts';

/** An empty table without index: rows are copied in faster. */
export async function createTable(db: Queryable, table: string, contract: Contract, shape: Shape): Promise<void> {
  const columns = shape.columns.map(({ name, type }) => `${q(name)} ${type}`);
  await db.query(`CREATE TABLE ${table} (${columns.join(', ')})`);
  await commentTable(db, table, contract);
  await commentColumns(db, table, shape.columns);
}

export async function addKey(db: Queryable, table: string, name: string, shape: Shape): Promise<void> {
  const columns = shape.key.map((id) => q(shape.columns.find((column) => column.id === id)?.name ?? ''));
  await db.query(`ALTER TABLE ${table} ADD CONSTRAINT ${q(name)} UNIQUE NULLS NOT DISTINCT (${columns.join(', ')})`);
}

export async function commentTable(db: Queryable, table: string, { source, dataset }: Contract): Promise<void> {
  const text = `${MARK} from ${sourceName(source)} (contract ${dataset}), which also writes it: do not change its rows.`;
  await db.query(`COMMENT ON TABLE ${table} IS ${quoteLiteral(text)}`);
}

async function commentColumns(db: Queryable, table: string, columns: readonly PublishedColumn[]): Promise<void> {
  for (const { name, comment } of columns)
    // Postgres's text holds no NUL.
    await db.query(`COMMENT ON COLUMN ${table}.${q(name)} IS ${quoteLiteral(comment.replaceAll('\0', ''))}`);
}

/**
 * Brings the columns of a present table to what is wanted.
 * @param emptied every row has been deleted in this transaction, so that types may change in any way
 */
export async function alterColumns(
  db: Queryable,
  table: string,
  { changed, added, dropped, comments }: Alterations,
  { emptied = false } = {},
): Promise<void> {
  for (const name of dropped) await db.query(`ALTER TABLE ${table} DROP COLUMN ${q(name)}`);
  const renamed = changed.filter(({ from, to }) => from.name !== to.name);
  // By way of a third name, because two columns may exchange theirs.
  for (const { from, to } of renamed)
    await db.query(`ALTER TABLE ${table} RENAME COLUMN ${q(from.name)} TO ${q(`@${to.id}`)}`);
  for (const { to } of renamed) await db.query(`ALTER TABLE ${table} RENAME COLUMN ${q(`@${to.id}`)} TO ${q(to.name)}`);
  for (const { from, to } of changed)
    if (from.type !== to.type)
      await db.query(
        `ALTER TABLE ${table} ALTER COLUMN ${q(to.name)} TYPE ${to.type}${emptied ? ` USING CAST(NULL AS ${to.type})` : ''}`,
      );
  for (const { name, type } of added) await db.query(`ALTER TABLE ${table} ADD COLUMN ${q(name)} ${type}`);
  await commentColumns(db, table, comments);
}
