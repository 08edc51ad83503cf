/** Which number a commit will have, and whether files of that number are of this ledger. */
import type { Queryable } from './objects.ts';
import { numberAfter } from './passed-over.ts';

/** False: nothing was ever committed, or restored. */
export async function hasVersions(db: Queryable): Promise<boolean> {
  const { rows } = await db.query<{ any: boolean }>('SELECT EXISTS (SELECT FROM ledger.versions) AS any');
  return rows[0]?.any === true;
}

/** The number that the next commit of each table will have (see `numberAfter`): 1 of a table without any version. */
export async function nextVersions(db: Queryable, tableNames: readonly string[]): Promise<Map<string, number>> {
  const { rows } = await db.query<{ name: string; next: number }>(
    `SELECT t.name, ${numberAfter('t.name', 'n.version')} AS next FROM unnest($1::text[]) t(name)
     CROSS JOIN LATERAL (SELECT coalesce(max(v.version), 0) AS version FROM ledger.versions v WHERE v.table_name = t.name) n`,
    [tableNames],
  );
  return new Map(rows.map(({ name, next }) => [name, next]));
}

/** @returns those of the ids that no attempt of this ledger has */
export async function unknownAttempts(db: Queryable, ids: readonly string[]): Promise<Set<string>> {
  const { rows } = await db.query<{ id: string }>(
    'SELECT id FROM unnest($1::text[]) f(id) WHERE NOT EXISTS (SELECT FROM ledger.attempts a WHERE a.id = f.id)',
    [ids],
  );
  return new Set(rows.map(({ id }) => id));
}
