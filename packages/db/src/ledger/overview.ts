/** What `status` shows: many tables in few statements. */
import type { LoadState, WaitingFor } from './loads.ts';
import type { Queryable } from './objects.ts';

export interface TableCounts {
  readonly loads: Partial<Record<LoadState, number>>;
  /** Rows refused. */
  readonly quarantined: number;
  readonly generation: string | null;
  readonly held: string | null;
  readonly waiting: string | null;
  readonly trouble: string | null;
}

/** By dataset, for each of which anything was delivered. */
export async function tableCounts(db: Queryable): Promise<Map<string, TableCounts>> {
  const { rows } = await db.query<{ dataset: string } & TableCounts>(
    `SELECT delivered.dataset,
       coalesce((SELECT json_object_agg(state, n) FROM (SELECT state, count(*) AS n FROM ledger.loads l
         WHERE l.dataset = delivered.dataset GROUP BY state) states), '{}') AS loads,
       coalesce((SELECT sum(r.quarantined) FROM ledger.receipts r JOIN ledger.loads l ON l.id = r.load_id
         WHERE l.dataset = delivered.dataset AND l.history_batch_id IS NOT NULL), 0)::bigint AS quarantined,
       t.live_generation AS generation, t.held_reason AS held, t.waiting_reason AS waiting, t.trouble
     FROM (SELECT DISTINCT dataset FROM ledger.objects) delivered LEFT JOIN ledger.tables t USING (dataset)`,
  );
  return new Map(rows.map(({ dataset, ...counts }) => [dataset, counts]));
}

/** Files of a table that differ from its contract in the same way. */
export interface TableDrift {
  readonly dataset: string;
  /** As the registry describes differences. */
  readonly drift: readonly object[];
  readonly files: number;
}

/** Of every load that counts, in order of arrival. */
export async function tableDrifts(db: Queryable): Promise<TableDrift[]> {
  const { rows } = await db.query<TableDrift>(
    `SELECT dataset, drift::text::json AS drift, count(*) AS files FROM ledger.loads
     WHERE drift IS NOT NULL AND state <> 'superseded' GROUP BY dataset, drift::text ORDER BY min(id)`,
  );
  return rows;
}

export interface LoadInTrouble {
  readonly dataset: string;
  readonly objectKey: string;
  readonly state: LoadState;
  readonly waitingFor: WaitingFor | null;
  readonly reason: string | null;
}

/** Loads that wait or failed, or are in history and cannot go on, in order of arrival. */
export async function loadsInTrouble(db: Queryable): Promise<LoadInTrouble[]> {
  const { rows } = await db.query<LoadInTrouble>(
    `SELECT l.dataset, o.object_key AS "objectKey", l.state, l.waiting_for AS "waitingFor", l.reason
     FROM ledger.loads l JOIN ledger.objects o ON o.id = l.object_id
     WHERE l.state IN ('waiting', 'failed', 'quarantined') OR (l.state = 'loaded' AND l.reason IS NOT NULL) ORDER BY l.id`,
  );
  return rows;
}

/** `.dfm` objects whose data file has not come, in order of arrival. */
export async function lonelyDfms(db: Queryable): Promise<{ dataset: string; objectKey: string }[]> {
  const { rows } = await db.query<{ dataset: string; objectKey: string }>(
    `SELECT d.dataset, min(d.object_key) AS "objectKey" FROM ledger.objects d
     WHERE d.part = 'dfm' AND NOT EXISTS (SELECT 1 FROM ledger.objects o
       WHERE o.part = 'data' AND o.object_key = regexp_replace(d.object_key, '\\.dfm$', '.csv.gz'))
     GROUP BY d.dataset, d.object_key ORDER BY min(d.id)`,
  );
  return rows;
}

/** Where the rows of a load stand in the order of events: its file's rank, and the generation it belongs to. */
export interface LoadPlace {
  readonly loadId: number;
  readonly objectKey: string;
  readonly contentHash: string;
  readonly fileTime: string | null;
  readonly generation: string | null;
}

/** Of each load of a dataset that is in history. */
export async function loadPlaces(db: Queryable, dataset: string): Promise<LoadPlace[]> {
  const { rows } = await db.query<LoadPlace>(
    `SELECT l.id AS "loadId", o.object_key AS "objectKey", o.content_hash AS "contentHash", l.file_time AS "fileTime", l.generation
     FROM ledger.loads l JOIN ledger.objects o ON o.id = l.object_id JOIN ledger.receipts r ON r.load_id = l.id
     WHERE l.dataset = $1`,
    [dataset],
  );
  return rows;
}

/**
 * As `loadPlaces`, as they were at a version of the history: of every load of the dataset, for some may have had rows then that have
 * none now.
 */
export async function loadPlacesAt(db: Queryable, dataset: string, version: number): Promise<LoadPlace[]> {
  const { rows } = await db.query<LoadPlace>(
    `SELECT l.id AS "loadId", o.object_key AS "objectKey", o.content_hash AS "contentHash",
       CASE WHEN p.load_id IS NULL THEN l.file_time ELSE p.file_time END AS "fileTime",
       CASE WHEN p.load_id IS NULL THEN l.generation ELSE p.generation END AS generation
     FROM ledger.loads l JOIN ledger.objects o ON o.id = l.object_id
     LEFT JOIN LATERAL (SELECT * FROM ledger.former_places f WHERE f.load_id = l.id AND f.last_version >= $2
       ORDER BY f.last_version LIMIT 1) p ON true
     WHERE l.dataset = $1`,
    [dataset, version],
  );
  return rows;
}
