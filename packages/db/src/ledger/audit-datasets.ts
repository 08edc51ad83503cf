/** Whether the files of DMAP tables are those of the loads that count. */
import { DATASET_ID, IS_DATASET, type Queryable } from './objects.ts';
import type { LoadState } from './loads.ts';

/** A dataset's load that does not go together with its table. */
export interface WrongDataset {
  readonly loadId: number;
  readonly dataset: string;
  readonly objectKey: string;
  readonly state: LoadState;
  /** The ledger says that its rows are in the table. */
  readonly isInTable: boolean;
  /** Rows that it should have there, by its receipt. */
  readonly told: number;
  /** Rows of its files. */
  readonly rows: number;
  /** Another load of its dataset that is in the table as well; null: there is none. */
  readonly besideId: number | null;
}

/** In order of arrival. What is taken through again stays in the table until its new rows are there. */
export async function wrongDatasets(db: Queryable, dataset?: string): Promise<WrongDataset[]> {
  const { rows } = await db.query<WrongDataset>(
    `WITH own AS (
       SELECT l.id AS "loadId", l.dataset, o.object_key AS "objectKey", l.state, l.history_batch_id IS NOT NULL AS "isInTable",
         CASE WHEN l.history_batch_id IS NULL THEN 0 ELSE coalesce(r.written, 0) END AS told, coalesce(f.rows, 0) AS rows,
         CASE WHEN l.history_batch_id IS NOT NULL THEN ${DATASET_ID} END AS shown
       FROM ledger.loads l JOIN ledger.objects o ON o.id = l.object_id LEFT JOIN ledger.receipts r ON r.load_id = l.id
         LEFT JOIN (SELECT load_id, sum(rows)::bigint AS rows FROM ledger.files
           WHERE version_removed IS NULL AND load_id IS NOT NULL GROUP BY load_id) f ON f.load_id = l.id
       WHERE ${IS_DATASET} AND ($1::text IS NULL OR l.dataset = $1)),
     placed AS (SELECT own.*, CASE WHEN shown IS NOT NULL AND count(*) OVER same > 1 THEN
         coalesce(lag("loadId") OVER (PARTITION BY dataset, shown ORDER BY "loadId"), lead("loadId") OVER (PARTITION BY dataset, shown ORDER BY "loadId")) END AS "besideId"
       FROM own WINDOW same AS (PARTITION BY dataset, shown))
     SELECT "loadId", dataset, "objectKey", state, "isInTable", told, rows, "besideId" FROM placed
     WHERE "besideId" IS NOT NULL OR told <> rows
       OR state = ANY (CASE WHEN "isInTable" THEN '{loaded,superseded}' ELSE '{loaded,applied,archived}' END::text[])
     ORDER BY "loadId"`,
    [dataset ?? null],
  );
  return rows;
}
