/** Tables that are not to be worked on: put on hold by a person, or because their work failed too often. */
import type { Queryable } from './objects.ts';

export interface Hold {
  readonly dataset: string;
  readonly kind: 'hand' | 'failures';
  readonly why: string | null;
  /** `user@host`, or the process that gave up. */
  readonly by: string;
  readonly since: Date;
}

const COLUMNS = `dataset, kind, why, held_by AS by, held_at AS since`;

/** Of tables that are held now, by dataset. */
export async function openHolds(db: Queryable): Promise<Map<string, Hold>> {
  const { rows } = await db.query<Hold>(`SELECT ${COLUMNS} FROM ledger.holds WHERE released_at IS NULL`);
  return new Map(rows.map((hold) => [hold.dataset, hold]));
}

export async function readHold(db: Queryable, dataset: string): Promise<Hold | undefined> {
  const { rows } = await db.query<Hold>(
    `SELECT ${COLUMNS} FROM ledger.holds WHERE dataset = $1 AND released_at IS NULL`,
    [dataset],
  );
  return rows[0];
}

/** @returns false: it is held already, and that hold stays as it is */
export async function placeHold(db: Queryable, { dataset, kind, why, by }: Omit<Hold, 'since'>): Promise<boolean> {
  const { rowCount } = await db.query(
    `INSERT INTO ledger.holds (dataset, kind, why, held_by) VALUES ($1, $2, $3, $4)
     ON CONFLICT (dataset) WHERE released_at IS NULL DO NOTHING`,
    [dataset, kind, why, by],
  );
  return rowCount === 1;
}

/**
 * Lifts the table's hold, and lets its failures count from none again.
 * @returns what was lifted; undefined: it was not held
 */
export async function liftHold(db: Queryable, dataset: string, by: string): Promise<Hold | undefined> {
  const { rows } = await db.query<Hold>(
    `WITH lifted AS (
       UPDATE ledger.holds SET released_by = $2, released_at = now()
       WHERE dataset = $1 AND released_at IS NULL RETURNING ${COLUMNS}
     ), counted AS (
       UPDATE ledger.tables SET failures = 0, next_try_at = NULL FROM lifted WHERE tables.dataset = lifted.dataset
     )
     SELECT * FROM lifted`,
    [dataset, by],
  );
  return rows[0];
}
