import type { Queryable } from './objects.ts';

export interface TableRecord {
  readonly liveGeneration: string | null;
  /** A person has to decide; the current table stays as it is until then. */
  readonly heldReason: string | null;
  /** Something of the table as a whole is missing, such as a file of its snapshot. */
  readonly waitingReason: string | null;
  /** The last work on it ended with an error. */
  readonly trouble: string | null;
}

const NOTHING_KNOWN: TableRecord = { liveGeneration: null, heldReason: null, waitingReason: null, trouble: null };

export async function readTable(db: Queryable, dataset: string): Promise<TableRecord> {
  const { rows } = await db.query<TableRecord>(
    `SELECT live_generation AS "liveGeneration", held_reason AS "heldReason", waiting_reason AS "waitingReason", trouble
     FROM ledger.tables WHERE dataset = $1`,
    [dataset],
  );
  return rows[0] ?? NOTHING_KNOWN;
}

/** Call it in a table transaction: what is not given stays as it was read. */
export async function writeTable(db: Queryable, dataset: string, record: Partial<TableRecord>): Promise<void> {
  const { liveGeneration, heldReason, waitingReason, trouble } = { ...(await readTable(db, dataset)), ...record };
  await db.query(
    `INSERT INTO ledger.tables (dataset, live_generation, held_reason, waiting_reason, trouble) VALUES ($1, $2, $3, $4, $5)
     ON CONFLICT (dataset) DO UPDATE SET live_generation = excluded.live_generation, held_reason = excluded.held_reason,
       waiting_reason = excluded.waiting_reason, trouble = excluded.trouble`,
    [dataset, liveGeneration, heldReason, waitingReason, trouble],
  );
}

export async function recordApplications(
  db: Queryable,
  dataset: string,
  generation: string,
  version: number,
  loadIds: readonly number[],
) {
  await db.query(
    `INSERT INTO ledger.applications (dataset, generation, load_id, version) SELECT $1, $2, unnest($3::bigint[]), $4
     ON CONFLICT (dataset, generation, load_id) DO UPDATE SET replaced = false`,
    [dataset, generation, loadIds, version],
  );
}

/** Loads that are in a generation of the current table with the rows that they have in history. */
export async function appliedLoads(db: Queryable, dataset: string, generation: string): Promise<Set<number>> {
  const { rows } = await db.query<{ load_id: number }>(
    'SELECT load_id FROM ledger.applications WHERE dataset = $1 AND generation = $2 AND NOT replaced',
    [dataset, generation],
  );
  return new Set(rows.map((row) => row.load_id));
}

/** Loads that turn out not to belong to the generation: its next version is without them. */
export async function withdrawApplications(
  db: Queryable,
  dataset: string,
  generation: string,
  loadIds: readonly number[],
) {
  await db.query(
    'DELETE FROM ledger.applications WHERE dataset = $1 AND generation = $2 AND load_id = ANY ($3::bigint[])',
    [dataset, generation, loadIds],
  );
}
