/** How often the work on a table failed in a row, over runs. */
import type { Queryable } from './objects.ts';

/** Call all of them in a table transaction. */
export async function recordSuccess(db: Queryable, dataset: string, trouble: string | null): Promise<void> {
  await db.query(
    `INSERT INTO ledger.tables (dataset, trouble) VALUES ($1, $2)
     ON CONFLICT (dataset) DO UPDATE SET trouble = excluded.trouble, failures = 0, next_try_at = NULL`,
    [dataset, trouble],
  );
}

/** @returns runs in a row that failed, this one among them */
export async function recordFailure(db: Queryable, dataset: string, trouble: string): Promise<number> {
  const { rows } = await db.query<{ failures: number }>(
    `INSERT INTO ledger.tables AS t (dataset, trouble, failures) VALUES ($1, $2, 1)
     ON CONFLICT (dataset) DO UPDATE SET trouble = excluded.trouble, failures = t.failures + 1 RETURNING failures`,
    [dataset, trouble],
  );
  return rows[0]?.failures ?? 1;
}

/** What went wrong, without being a failure of the table's own. */
export async function recordTrouble(db: Queryable, dataset: string, trouble: string): Promise<void> {
  await db.query(
    `INSERT INTO ledger.tables (dataset, trouble) VALUES ($1, $2)
     ON CONFLICT (dataset) DO UPDATE SET trouble = excluded.trouble`,
    [dataset, trouble],
  );
}

/** @param minutes from now */
export async function recordNextTry(db: Queryable, dataset: string, minutes: number): Promise<void> {
  await db.query(
    'UPDATE ledger.tables SET next_try_at = clock_timestamp() + make_interval(mins => $2) WHERE dataset = $1',
    [dataset, minutes],
  );
}

export interface TableFailures {
  readonly dataset: string;
  readonly failures: number;
  readonly nextTry: Date | null;
}

/** Of tables whose last run failed, by dataset. */
export async function tableFailures(db: Queryable): Promise<Map<string, TableFailures>> {
  const { rows } = await db.query<TableFailures>(
    `SELECT dataset, failures, next_try_at AS "nextTry" FROM ledger.tables WHERE failures > 0 OR next_try_at IS NOT NULL`,
  );
  return new Map(rows.map((row) => [row.dataset, row]));
}
