/** What a restore begins with: a ledger that knows nothing of the dataset, and numbers that nobody has given yet. */
import type { Numbered } from '../ledger/journal.ts';
import type { Queryable } from '../ledger/objects.ts';

/** What the ledger has of a dataset. */
export interface Known {
  /** How many each of its tables has, also of those beside the shown ones; tables without any are not in it. */
  readonly versions: Readonly<Record<string, number>>;
  /** Delivered files with their `.dfm`s, datasets that were fetched, or partitions of its topic. */
  readonly objects: number;
  /** It was restored before. */
  readonly restored: { readonly by: string; readonly at: Date } | null;
}

/** @param tables of the dataset that readers see */
export async function knownOf(db: Queryable, dataset: string, tables: readonly string[]): Promise<Known> {
  const { rows } = await db.query<Omit<Known, 'restored'> & { by: string | null; at: Date | null }>(
    `SELECT (SELECT coalesce(jsonb_object_agg(table_name, n ORDER BY table_name), '{}') FROM (SELECT table_name, count(*) AS n FROM ledger.versions
         WHERE table_name = ANY ($2::text[]) OR starts_with(table_name, $1 || '@') GROUP BY 1) v) AS versions,
       (SELECT count(*) FROM ledger.objects WHERE dataset = $1) + (SELECT count(*) FROM ledger.dmap_results WHERE dataset = $1)
         + (SELECT count(*) FROM ledger.kafka_partitions WHERE dataset = $1) AS objects,
       r.restored_by AS by, r.restored_at AS at
     FROM (SELECT 1) one LEFT JOIN ledger.restores r ON r.dataset = $1`,
    [dataset, tables],
  );
  const { versions = {}, objects = 0, by = null, at = null } = rows[0] ?? {};
  return { versions, objects, restored: by === null || at === null ? null : { by, at } };
}

const SEQUENCES: Readonly<Record<Numbered, string>> = {
  objects: 'ledger.objects_id_seq',
  loads: 'ledger.loads_id_seq',
  batches: 'ledger.batches_id_seq',
  seen: 'ledger.seen',
};

/** No number up to these is given any more. Holds whatever becomes of the transaction. */
export async function reserveNumbers(db: Queryable, highest: Partial<Record<Numbered, number>>): Promise<void> {
  for (const [name, sequence] of Object.entries(SEQUENCES)) {
    const number = highest[name as Numbered];
    if (number !== undefined && number > 0)
      await db.query(`SELECT setval('${sequence}', greatest($1::bigint, (SELECT last_value FROM ${sequence})))`, [
        number,
      ]);
  }
}

export async function noteRestored(
  db: Queryable,
  dataset: string,
  by: string,
  versions: Readonly<Record<string, number>>,
  notes: readonly string[],
): Promise<void> {
  await db.query('INSERT INTO ledger.restores (dataset, restored_by, versions, notes) VALUES ($1, $2, $3, $4)', [
    dataset,
    by,
    JSON.stringify(versions),
    JSON.stringify(notes),
  ]);
}

/** Attempts of the old ledger, of which only the names of their files are left. One that is known stays as it is. */
export async function restoreAttempts(
  db: Queryable,
  dataset: string,
  ids: readonly string[],
  outcome: 'committed' | 'aborted',
): Promise<void> {
  await db.query(
    `INSERT INTO ledger.attempts (id, dataset, started_at, ended_at, outcome)
     SELECT DISTINCT id, $1, now(), now(), $3 FROM unnest($2::text[]) a(id) ON CONFLICT (id) DO NOTHING`,
    [dataset, ids, outcome],
  );
}

/** @returns those of the URIs that the ledger does not list */
export async function unlistedFiles(db: Queryable, uris: readonly string[]): Promise<string[]> {
  const { rows } = await db.query<{ uri: string }>(
    `SELECT uri FROM unnest($1::text[]) f(uri) WHERE NOT EXISTS (SELECT 1 FROM ledger.files l WHERE l.uri = f.uri)
       AND NOT EXISTS (SELECT 1 FROM ledger.metadata_files m WHERE m.uri = f.uri)`,
    [uris],
  );
  return rows.map(({ uri }) => uri);
}

/** What the settling of loads has noted as places of before: nobody knows where their rows stood. */
export async function forgetPlaces(db: Queryable, dataset: string): Promise<void> {
  await db.query('DELETE FROM ledger.former_places WHERE load_id IN (SELECT id FROM ledger.loads WHERE dataset = $1)', [
    dataset,
  ]);
}
