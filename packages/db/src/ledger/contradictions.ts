/** Where the ledger says two things of what a table was made of: the states of loads, and the list of applications. */
import type { LoadState } from './loads.ts';
import type { Queryable } from './objects.ts';

/** A load whose state and whose place in the live generation do not go together. */
export interface Contradiction {
  readonly loadId: number;
  readonly dataset: string;
  readonly objectKey: string;
  readonly state: LoadState;
  /** It is in the list of what the live generation was made of, though its state says that it is not; false: the other way round. */
  readonly isApplied: boolean;
}

/**
 * In order of arrival. A load that is taken through again stays in the list until its new rows are in history (`replaced`);
 * any other state than these two lists is of one that is on its way.
 */
export async function contradictions(db: Queryable, dataset?: string): Promise<Contradiction[]> {
  const { rows } = await db.query<Contradiction>(
    `SELECT l.id AS "loadId", l.dataset, o.object_key AS "objectKey", l.state, a.load_id IS NOT NULL AS "isApplied"
     FROM ledger.generations g JOIN ledger.loads l ON l.dataset = g.dataset JOIN ledger.objects o ON o.id = l.object_id
     LEFT JOIN ledger.applications a
       ON a.dataset = g.dataset AND a.generation = g.name AND a.load_id = l.id AND NOT a.replaced
     WHERE g.state = 'live' AND ($1::text IS NULL OR g.dataset = $1)
       AND l.state = ANY (CASE WHEN a.load_id IS NULL THEN '{applied,archived}' ELSE '{loaded,superseded}' END::text[])
     ORDER BY l.id`,
    [dataset ?? null],
  );
  return rows;
}

/** Data files that no load is of, in order of arrival. */
export async function objectsWithoutLoad(
  db: Queryable,
  dataset?: string,
): Promise<{ dataset: string; objectKey: string }[]> {
  const { rows } = await db.query<{ dataset: string; objectKey: string }>(
    `SELECT o.dataset, o.object_key AS "objectKey" FROM ledger.objects o ${WITHOUT_LOAD} ORDER BY o.id`,
    [dataset ?? null],
  );
  return rows;
}

/** Gives each of them a load. */
export async function addMissingLoads(db: Queryable, dataset: string): Promise<void> {
  await db.query(
    `INSERT INTO ledger.loads (object_id, dataset) SELECT o.id, o.dataset FROM ledger.objects o ${WITHOUT_LOAD} ORDER BY o.id
     ON CONFLICT (object_id, delivery) DO NOTHING`,
    [dataset],
  );
}

const WITHOUT_LOAD = `WHERE o.part = 'data' AND ($1::text IS NULL OR o.dataset = $1)
  AND NOT EXISTS (SELECT 1 FROM ledger.loads l WHERE l.object_id = o.id)`;
