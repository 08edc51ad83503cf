/** Generations of a table: which there are, what they were first made of, what was decided about them. */
import type { Queryable } from './objects.ts';

/**
 * `building` not yet compared with the live one · `held` a person has to decide · `released` a person has said that it may
 * be shown · `live` the table shows it · `retired` shown before, kept for a rollback · `rejected` taken back by a rollback ·
 * `superseded` never shown, and older than what is
 */
export type GenerationState = 'building' | 'held' | 'released' | 'live' | 'retired' | 'rejected' | 'superseded';

/** Why a generation is held: it lost too many keys, has no times, or its events cannot be folded. */
export type HoldCause = 'shrink' | 'times' | 'events';

export interface GenerationRecord {
  readonly name: string;
  /** The earliest at which any of its files began, as sortable text. */
  readonly start: string | null;
  readonly state: GenerationState;
  readonly cause: HoldCause | null;
  readonly reason: string | null;
  /** As it was compared with the live one last; null: never. */
  readonly rows: number | null;
  readonly liveRows: number | null;
  readonly keysLost: number | null;
  readonly keysGained: number | null;
  /** Person and host. */
  readonly decidedBy: string | null;
  readonly decidedAt: Date | null;
  /** Version of the current table from which on it was no longer shown. */
  readonly retiredVersion: number | null;
  /** When any of this changed last. */
  readonly updatedAt: Date;
}

const COLUMNS = `name, start, state, cause, reason, rows, live_rows AS "liveRows", keys_lost AS "keysLost",
  keys_gained AS "keysGained", decided_by AS "decidedBy", decided_at AS "decidedAt", retired_version AS "retiredVersion", updated_at AS "updatedAt"`;

/** All that the table ever had, in no order that means anything. */
export async function readGenerations(db: Queryable, dataset: string): Promise<GenerationRecord[]> {
  const { rows } = await db.query<GenerationRecord>(
    `SELECT ${COLUMNS} FROM ledger.generations WHERE dataset = $1 ORDER BY created_at, name`,
    [dataset],
  );
  return rows;
}

/** By dataset, the oldest first: those that count. */
export async function standingGenerations(db: Queryable): Promise<Map<string, GenerationRecord[]>> {
  const { rows } = await db.query<GenerationRecord & { dataset: string }>(
    `SELECT dataset, ${COLUMNS} FROM ledger.generations WHERE state <> 'superseded'
     ORDER BY dataset, start NULLS FIRST, created_at, name`,
  );
  const byDataset = new Map<string, GenerationRecord[]>();
  for (const { dataset, ...record } of rows) byDataset.set(dataset, [...(byDataset.get(dataset) ?? []), record]);
  return byDataset;
}

/** What is not given stays; a generation that is not known yet begins as `building`. A cause goes with its hold. */
export async function writeGeneration(
  db: Queryable,
  dataset: string,
  name: string,
  changes: Partial<Omit<GenerationRecord, 'name' | 'decidedAt' | 'updatedAt'>>,
): Promise<void> {
  const known = {
    start: 'start',
    state: 'state',
    cause: 'cause',
    reason: 'reason',
    rows: 'rows',
    liveRows: 'live_rows',
    keysLost: 'keys_lost',
    keysGained: 'keys_gained',
    decidedBy: 'decided_by',
    retiredVersion: 'retired_version',
  } as const;
  const given = Object.entries(known).filter(([key]) => key in changes);
  await db.query(
    `INSERT INTO ledger.generations (dataset, name, state) VALUES ($1, $2, 'building') ON CONFLICT (dataset, name) DO NOTHING`,
    [dataset, name],
  );
  if (given.length === 0) return;
  const sets = given.map(([, column], index) => `${column} = $${index + 3}`);
  if ('decidedBy' in changes) sets.push('decided_at = now()');
  await db.query(
    `UPDATE ledger.generations SET ${sets.join(', ')}, updated_at = now() WHERE dataset = $1 AND name = $2`,
    [dataset, name, ...given.map(([key]) => changes[key as keyof typeof changes] ?? null)],
  );
}

/**
 * Takes out what was never built, and of which nothing is left: its files turned out to be of others.
 * @param names those of which there is something
 * @returns whether there was any
 */
export async function forgetGenerations(db: Queryable, dataset: string, names: readonly string[]): Promise<boolean> {
  const { rowCount } = await db.query(
    `DELETE FROM ledger.generations g WHERE dataset = $1 AND name <> ALL ($2::text[])
       AND state IN ('building', 'held', 'released')
       AND NOT EXISTS (SELECT 1 FROM ledger.generation_cores c WHERE c.dataset = g.dataset AND c.generation = g.name)`,
    [dataset, names],
  );
  return (rowCount ?? 0) > 0;
}

/** By generation, the loads that it was first shown or built with. */
export async function generationCores(db: Queryable, dataset: string): Promise<Map<string, Set<number>>> {
  const { rows } = await db.query<{ generation: string; loadIds: number[] }>(
    `SELECT generation, array_agg(load_id) AS "loadIds" FROM ledger.generation_cores WHERE dataset = $1 GROUP BY generation`,
    [dataset],
  );
  return new Map(rows.map(({ generation, loadIds }) => [generation, new Set(loadIds)]));
}

/** Notes what a generation is first shown or built with, and what of it is of another no more; a core that is there already stays. */
export async function recordCore(
  db: Queryable,
  dataset: string,
  generation: string,
  loadIds: readonly number[],
): Promise<void> {
  await db.query(
    `INSERT INTO ledger.generation_cores (dataset, generation, load_id) SELECT $1, $2, unnest($3::bigint[])
     WHERE NOT EXISTS (SELECT 1 FROM ledger.generation_cores WHERE dataset = $1 AND generation = $2)
     ON CONFLICT (dataset, load_id) DO UPDATE SET generation = excluded.generation`,
    [dataset, generation, loadIds],
  );
}

/** Notes of which generation snapshot files are, where that is not what was noted. */
export async function noteGeneration(db: Queryable, generation: string, loadIds: readonly number[]): Promise<void> {
  await db.query(
    'UPDATE ledger.loads SET generation = $1 WHERE id = ANY ($2::bigint[]) AND generation IS DISTINCT FROM $1',
    [generation, loadIds],
  );
}

/** A `.dfm` of a snapshot file that no load goes by. */
export interface UnusedDfm {
  readonly objectKey: string;
  readonly text: string;
  /** No data file of that name has ever come. */
  readonly alone: boolean;
}

/** In order of arrival. */
export async function unusedDfms(db: Queryable, dataset: string): Promise<UnusedDfm[]> {
  const { rows } = await db.query<UnusedDfm>(
    `SELECT d.object_key AS "objectKey", d.dfm AS text, NOT EXISTS (SELECT 1 FROM ledger.objects o
       WHERE o.part = 'data' AND o.object_key = regexp_replace(d.object_key, '\\.dfm$', '.csv.gz')) AS alone
     FROM ledger.objects d WHERE d.dataset = $1 AND d.part = 'dfm'
       AND NOT EXISTS (SELECT 1 FROM ledger.loads l WHERE l.dfm_object_id = d.id) ORDER BY d.id`,
    [dataset],
  );
  return rows;
}

export interface Arrival {
  /** When the latest of the objects came; null: there are none. */
  readonly last: Date | null;
  /** By the same clock, the database's. */
  readonly now: Date;
}

/** When data files and `.dfm` of the loads were registered last. */
export async function lastArrival(db: Queryable, loadIds: readonly number[]): Promise<Arrival> {
  const { rows } = await db.query<Arrival>(
    `SELECT max(o.registered_at) AS last, clock_timestamp() AS now
     FROM ledger.loads l JOIN ledger.objects o ON o.id = l.object_id OR o.id = l.dfm_object_id
     WHERE l.id = ANY ($1::bigint[])`,
    [loadIds],
  );
  if (rows[0] === undefined) throw new Error('an aggregate without a row');
  return rows[0];
}
