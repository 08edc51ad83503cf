/** Who repaired which table, and why. */
import type { Queryable } from './objects.ts';

export interface Repair {
  readonly dataset: string;
  readonly attemptId: string;
  /** user@host */
  readonly by: string;
  readonly why: string;
  /** Keys that were asked for; null: the whole table. */
  readonly keys: number | null;
  readonly rowsAdded: number;
  readonly rowsRemoved: number;
  readonly rowsChanged: number;
  /** Segments that were written anew or went. */
  readonly segments: number;
  readonly versionBefore: number;
  readonly versionAfter: number;
}

/** Call it in the transaction that commits the repaired version. */
export async function recordRepair(db: Queryable, repair: Repair): Promise<void> {
  await db.query(
    `INSERT INTO ledger.repairs (dataset, attempt_id, repaired_by, why, keys, rows_added, rows_removed, rows_changed,
       segments, version_before, version_after) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)`,
    [
      repair.dataset,
      repair.attemptId,
      repair.by,
      repair.why,
      repair.keys,
      repair.rowsAdded,
      repair.rowsRemoved,
      repair.rowsChanged,
      repair.segments,
      repair.versionBefore,
      repair.versionAfter,
    ],
  );
}
