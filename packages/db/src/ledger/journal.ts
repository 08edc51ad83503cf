/** Rows of the ledger as they are written beside tables, to restore a lost ledger from. */
import type { Queryable } from './objects.ts';

/** A row as Postgres tells it in JSON: by column. */
export type Row = Readonly<Record<string, unknown>>;

export interface JournalledLoads {
  readonly batches: readonly Row[];
  readonly loads: readonly Row[];
  /** Of the loads, and the `.dfm`s that they go by. */
  readonly objects: readonly Row[];
  readonly receipts: readonly Row[];
  /** DMAP results that were fetched as these objects. */
  readonly results: readonly Row[];
}

/** Which loads a journal tells of: those of these batches, and these. */
export interface LoadsToTell {
  readonly batchIds: readonly number[];
  readonly loadIds: readonly number[];
}

const NO_LOADS: JournalledLoads = { batches: [], loads: [], objects: [], receipts: [], results: [] };

/** SQL: rows of a relation as one JSON list. */
const listed = (relation: string, order = 'id'): string =>
  `coalesce((SELECT json_agg(to_json(x) ORDER BY ${order}) FROM ${relation} x), '[]')`;

/**
 * What the ledger says of loads, as it stands at this moment of the transaction; also of content that gave way under the names of
 * theirs, so that it stays known.
 */
export async function journalledLoads(db: Queryable, { batchIds, loadIds }: LoadsToTell): Promise<JournalledLoads> {
  if (batchIds.length === 0 && loadIds.length === 0) return NO_LOADS;
  const { rows } = await db.query<JournalledLoads>(
    `WITH own AS (SELECT * FROM ledger.loads WHERE id = ANY ($2::bigint[])
         OR id IN (SELECT load_id FROM ledger.batch_loads WHERE batch_id = ANY ($1::bigint[]))),
       beside AS (SELECT f.id FROM own JOIN ledger.objects o ON o.id = own.object_id
         JOIN ledger.objects fo ON fo.object_key = o.object_key JOIN ledger.loads f ON f.object_id = fo.id
         WHERE f.state = 'superseded' AND f.history_batch_id IS NULL),
       l AS (SELECT * FROM ledger.loads WHERE id IN (SELECT id FROM own UNION SELECT id FROM beside)),
       b AS (SELECT * FROM ledger.batches WHERE id = ANY ($1::bigint[]) OR id IN (SELECT history_batch_id FROM own)),
       o AS (SELECT * FROM ledger.objects WHERE id IN (SELECT object_id FROM l UNION SELECT dfm_object_id FROM l)),
       r AS (SELECT * FROM ledger.receipts WHERE load_id IN (SELECT id FROM l)),
       d AS (SELECT * FROM ledger.dmap_results WHERE object_id IN (SELECT object_id FROM l))
     SELECT ${listed('b')} AS batches, ${listed('l')} AS loads, ${listed('o')} AS objects, ${listed('r', 'load_id')} AS receipts,
       ${listed('d')} AS results`,
    [batchIds, loadIds],
  );
  return rows[0] ?? NO_LOADS;
}

/** Loads that count and left no rows, in batches that have no file: no version of a table tells of them. */
export async function loadsWithoutFiles(db: Queryable, dataset: string): Promise<number[]> {
  const { rows } = await db.query<{ id: number }>(
    `SELECT l.id FROM ledger.receipts r JOIN ledger.loads l ON l.id = r.load_id
     WHERE r.written = 0 AND l.dataset = $1 AND l.history_batch_id IS NOT NULL
       AND NOT EXISTS (SELECT 1 FROM ledger.files f WHERE f.batch_id = l.history_batch_id AND f.version_removed IS NULL) ORDER BY l.id`,
    [dataset],
  );
  return rows.map(({ id }) => id);
}

/** Numbers from one to another, both included. */
export type IdRange = readonly [first: number, last: number];

/** How a dataset stands beside its files. */
export interface Standing {
  readonly generations: readonly Row[];
  /** By generation, the loads that it was first shown or built with. */
  readonly cores: Readonly<Record<string, readonly IdRange[]>>;
  /** By generation, loads of snapshot files that are in history: files are arranged anew after they were loaded. */
  readonly places: Readonly<Record<string, readonly IdRange[]>>;
  /** Numbers that were given, of whatever dataset: none is given again. */
  readonly ids: Readonly<Record<Numbered, number>>;
}

/** What has numbers that stand in rows, in journals or in names of files; `seen`: the order of sightings. */
export type Numbered = 'objects' | 'loads' | 'batches' | 'seen';

/** SQL: numbers of a relation of (generation, id) as `IdRange`s by generation. */
const ranges = (relation: string): string =>
  `coalesce((SELECT json_object_agg(generation, ranges) FROM (
     SELECT generation, json_agg(json_build_array(first, last) ORDER BY first) AS ranges
     FROM (SELECT generation, min(id) AS first, max(id) AS last
       FROM (SELECT generation, id, id - row_number() OVER (PARTITION BY generation ORDER BY id) AS island FROM ${relation}) i
       GROUP BY generation, island) r GROUP BY generation) g), '{}')`;

export async function journalledStanding(db: Queryable, dataset: string): Promise<Standing> {
  const { rows } = await db.query<Standing>(
    `WITH core AS (SELECT generation, load_id AS id FROM ledger.generation_cores WHERE dataset = $1),
       place AS (SELECT l.generation, l.id FROM ledger.batches b JOIN ledger.loads l ON l.history_batch_id = b.id
         WHERE b.dataset = $1 AND b.kind = 'snapshot' AND l.generation IS NOT NULL),
       g AS (SELECT * FROM ledger.generations WHERE dataset = $1)
     SELECT ${listed('g', 'created_at, name')} AS generations, ${ranges('core')} AS cores, ${ranges('place')} AS places,
       json_build_object('objects', (SELECT last_value FROM ledger.objects_id_seq), 'loads', (SELECT last_value FROM ledger.loads_id_seq),
         'batches', (SELECT last_value FROM ledger.batches_id_seq), 'seen', (SELECT last_value FROM ledger.seen)) AS ids`,
    [dataset],
  );
  const [standing] = rows;
  if (standing === undefined) throw new Error('an aggregate without a row');
  return standing;
}

/**
 * The version of the history that the shown table was folded from: all that belongs to its generation and is in there is in the table,
 * with the rows that it has there. 0: nothing was ever in there, for no file had a row. Undefined: something is not, or nobody can
 * tell.
 */
export async function foldedHistory(
  db: Queryable,
  dataset: string,
  history: string,
  generation: string,
): Promise<number | undefined> {
  const { rows } = await db.query<{ version: number }>(
    `SELECT (SELECT coalesce(max(version), 0) FROM ledger.versions WHERE table_name = $2) AS version
     WHERE NOT EXISTS (SELECT 1 FROM ledger.loads l WHERE l.dataset = $1 AND l.history_batch_id IS NOT NULL
         AND l.state IN ('registered', 'waiting', 'ready', 'loading', 'loaded', 'failed', 'quarantined')
         AND (l.generation IS NULL OR l.generation = $3))
       AND NOT EXISTS (SELECT 1 FROM ledger.applications a WHERE a.dataset = $1 AND a.generation = $3 AND a.replaced)`,
    [dataset, history, generation],
  );
  return rows[0]?.version;
}
