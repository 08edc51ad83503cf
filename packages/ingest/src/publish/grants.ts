/** Who may do what with a published table: the next table in its place lets the same people do the same, and nobody more. */
import type { Queryable } from '@farelake/db';
import { quoteIdentifier as q } from '@farelake/schema-registry';
import type { ColumnChange } from './plan.ts';

interface Grant {
  /** Null: everybody (PUBLIC). */
  readonly grantee: string | null;
  readonly privilege: string;
  readonly grantable: boolean;
  /** Null: the whole table. */
  readonly column: string | null;
}

/**
 * Owner and grants of the one table to the other, on columns by their new names.
 * @param from Postgres's number of the table that goes
 * @param table the table that takes its place, quoted
 */
export async function carryGrants(
  db: Queryable,
  from: number,
  table: string,
  columns: readonly ColumnChange[],
): Promise<void> {
  const owner = await ownerOf(db, from);
  if (owner !== undefined) await db.query(`ALTER TABLE ${table} OWNER TO ${q(owner)}`);
  // What default privileges gave to the new table may have been taken back from the old one.
  const { rows } = await db.query<{ oid: number }>('SELECT to_regclass($1)::oid AS oid', [table]);
  const given = await grantsOf(db, rows[0]?.oid ?? 0);
  for (const grantee of new Set(given.map((grant) => grant.grantee)))
    await db.query(`REVOKE ALL ON ${table} FROM ${roleName(grantee)}`);
  const names = new Map(columns.map((column) => [column.from.name, column.to.name]));
  for (const { grantee, privilege, grantable, column } of await grantsOf(db, from)) {
    const name = column === null ? undefined : names.get(column);
    if (column !== null && name === undefined) continue;
    const what = name === undefined ? privilege : `${privilege} (${q(name)})`;
    await db.query(`GRANT ${what} ON ${table} TO ${roleName(grantee)}${grantable ? ' WITH GRANT OPTION' : ''}`);
  }
}

const roleName = (grantee: string | null): string => (grantee === null ? 'PUBLIC' : q(grantee));

/** Undefined: whoever publishes. */
async function ownerOf(db: Queryable, oid: number): Promise<string | undefined> {
  const { rows } = await db.query<{ owner: string }>(
    `SELECT pg_get_userbyid(relowner) AS owner FROM pg_class WHERE oid = $1 AND pg_get_userbyid(relowner) <> current_user`,
    [oid],
  );
  return rows[0]?.owner;
}

/** Without the owner's, who may do everything. */
async function grantsOf(db: Queryable, oid: number): Promise<Grant[]> {
  const { rows } = await db.query<Grant>(
    `SELECT CASE WHEN a.grantee <> 0 THEN pg_get_userbyid(a.grantee) END AS grantee, a.privilege_type AS privilege,
       a.is_grantable AS grantable, acls.column
     FROM pg_class c, LATERAL (SELECT c.relacl AS acl, NULL::name AS column
       UNION ALL SELECT t.attacl, t.attname FROM pg_attribute t WHERE t.attrelid = c.oid AND t.attacl IS NOT NULL) acls,
       aclexplode(acls.acl) a
     WHERE c.oid = $1 AND a.grantee <> c.relowner`,
    [oid],
  );
  return rows;
}
