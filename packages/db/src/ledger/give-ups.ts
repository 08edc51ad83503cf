/**
 * Loads, and refused rows of loads, that somebody gave up: lost, and known to be. A give-up is noted as a replay is, by who
 * and when; what was asked of a load last counts, so that a replay takes a give-up back.
 */
import type { LoadState } from './loads.ts';
import type { Queryable } from './objects.ts';

/** SQL of a relation `load_id`, `why`, `asked_at`: each load of which a give-up was the last that was asked. */
export const GIVEN_UP = `(SELECT load_id, why, asked_at FROM (
  SELECT DISTINCT ON (g.load_id) g.load_id, p.filters ->> 'giveUp' AS why, p.asked_at
  FROM ledger.replayed_loads g JOIN ledger.replays p ON p.id = g.replay_id ORDER BY g.load_id, p.id DESC) last WHERE why IS NOT NULL)`;

/** What a give-up is decided from. */
export interface GivableLoad {
  readonly id: number;
  readonly dataset: string;
  readonly objectKey: string;
  readonly state: LoadState;
  /** Refused rows; null: it was never loaded. */
  readonly quarantined: number | null;
  /** Its rows are in the table that is shown. */
  readonly inTable: boolean;
  readonly givenUp: boolean;
}

/** Those of the given numbers that there are, in order of arrival. */
export async function givableLoads(db: Queryable, ids: readonly number[]): Promise<GivableLoad[]> {
  const { rows } = await db.query<GivableLoad>(
    `SELECT l.id, l.dataset, o.object_key AS "objectKey", l.state, r.quarantined, g.load_id IS NOT NULL AS "givenUp",
       EXISTS (SELECT 1 FROM ledger.applications a JOIN ledger.tables t ON t.dataset = a.dataset AND t.live_generation = a.generation
         WHERE a.load_id = l.id)
         OR EXISTS (SELECT 1 FROM ledger.batches b WHERE b.id = l.history_batch_id AND b.kind = 'datasets') AS "inTable"
     FROM ledger.loads l JOIN ledger.objects o ON o.id = l.object_id LEFT JOIN ledger.receipts r ON r.load_id = l.id
     LEFT JOIN ${GIVEN_UP} g ON g.load_id = l.id
     WHERE l.id = ANY ($1::bigint[]) ORDER BY l.id`,
    [ids],
  );
  return rows;
}

/** By dataset; one of which nothing was given up is absent. */
export interface GivenUp {
  /** Files of which nothing is in history. */
  readonly files: number;
  /** Refused changes of files that are. */
  readonly rows: number;
}

export async function givenUp(db: Queryable): Promise<Map<string, GivenUp>> {
  const { rows } = await db.query<{ dataset: string } & GivenUp>(
    `SELECT l.dataset, count(*) FILTER (WHERE r.load_id IS NULL)::bigint AS files, coalesce(sum(r.quarantined), 0)::bigint AS rows
     FROM ${GIVEN_UP} g JOIN ledger.loads l ON l.id = g.load_id LEFT JOIN ledger.receipts r ON r.load_id = l.id
     WHERE r.load_id IS NOT NULL OR l.state = 'superseded' GROUP BY l.dataset`,
  );
  return new Map(rows.map(({ dataset, ...counts }) => [dataset, counts]));
}

/** By dataset: when something of it was last given up; one of which nothing is, is absent. */
export async function lastGivenUp(db: Queryable): Promise<Map<string, Date>> {
  const { rows } = await db.query<{ dataset: string; at: Date }>(
    `SELECT l.dataset, max(g.asked_at) AS at FROM ${GIVEN_UP} g JOIN ledger.loads l ON l.id = g.load_id GROUP BY l.dataset`,
  );
  return new Map(rows.map(({ dataset, at }) => [dataset, at]));
}
