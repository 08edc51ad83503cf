/** Whether a commit is the first one that this ledger knows of: of a table, of all. */
import type { Queryable } from './objects.ts';

/** False: nothing was ever committed, or restored. */
export async function hasVersions(db: Queryable): Promise<boolean> {
  const { rows } = await db.query<{ any: boolean }>('SELECT EXISTS (SELECT FROM ledger.versions) AS any');
  return rows[0]?.any === true;
}

/** @returns those of the tables that no version is known of, in the order given */
export async function withoutVersions(db: Queryable, tableNames: readonly string[]): Promise<string[]> {
  const { rows } = await db.query<{ name: string }>(
    `SELECT t.name FROM unnest($1::text[]) WITH ORDINALITY t(name, place)
     WHERE NOT EXISTS (SELECT FROM ledger.versions v WHERE v.table_name = t.name) ORDER BY t.place`,
    [tableNames],
  );
  return rows.map(({ name }) => name);
}

/** @returns those of the ids that no attempt of this ledger has */
export async function unknownAttempts(db: Queryable, ids: readonly string[]): Promise<Set<string>> {
  const { rows } = await db.query<{ id: string }>(
    'SELECT id FROM unnest($1::text[]) f(id) WHERE NOT EXISTS (SELECT FROM ledger.attempts a WHERE a.id = f.id)',
    [ids],
  );
  return new Set(rows.map(({ id }) => id));
}
