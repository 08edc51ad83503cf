/** Rows of `ledger.runs`: attempts that another engine works on. */
import type { Queryable } from './objects.ts';

export interface NewRun {
  readonly attemptId: string;
  readonly dataset: string;
  /** Entry script. */
  readonly job: string;
  readonly planUri: string;
  readonly resultUri: string;
}

/** `finished` committed · `given` its work was given to DuckDB · `failed` to be tried again */
export type RunEnd = 'finished' | 'given' | 'failed';

/** Before the engine hears of it: an attempt that has begun elsewhere is never unknown here. */
export async function startRun(db: Queryable, run: NewRun): Promise<void> {
  await db.query(
    `INSERT INTO ledger.runs (attempt_id, dataset, engine, job, plan_uri, result_uri) VALUES ($1, $2, 'spark', $3, $4, $5)`,
    [run.attemptId, run.dataset, run.job, run.planUri, run.resultUri],
  );
}

/** Only the first end counts: whoever comes to it later finds it ended. */
export async function endRun(
  db: Queryable,
  attemptId: string,
  state: RunEnd,
  told: { readonly fault?: object | undefined; readonly metrics?: object | undefined } = {},
): Promise<void> {
  await db.query(
    `UPDATE ledger.runs SET state = $2, fault = $3, metrics = $4, ended_at = now() WHERE attempt_id = $1 AND state = 'starting'`,
    [attemptId, state, told.fault ?? null, told.metrics ?? null],
  );
}
