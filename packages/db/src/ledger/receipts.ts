/** What became of the rows of each load: announced, read, written to history, refused. */
import { GIVEN_UP } from './give-ups.ts';
import type { Queryable } from './objects.ts';

/** The database refuses one whose rows read are not those written and those quarantined. */
export interface Receipt {
  readonly loadId: number;
  /** Null: nobody announces the rows of a DMAP dataset. */
  readonly announced: number | null;
  readonly read: number;
  readonly written: number;
  readonly quarantined: number;
  /** Absolute, of the refused rows in the error zone; null: none was refused. */
  readonly rowsUri: string | null;
  /** SHA-256 of that file, in hex. */
  readonly rowsSha256?: string | null;
}

/** Replaces the receipt that the load had, and with it the note of its refused rows. */
export async function writeReceipt(db: Queryable, attemptId: string, receipt: Receipt): Promise<void> {
  await db.query('DELETE FROM ledger.refused_rows WHERE load_id = $1', [receipt.loadId]);
  await db.query(
    `INSERT INTO ledger.receipts (load_id, attempt_id, announced, read, written, quarantined, rows_uri, rows_sha256)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
     ON CONFLICT (load_id) DO UPDATE SET attempt_id = excluded.attempt_id, announced = excluded.announced, read = excluded.read,
       written = excluded.written, quarantined = excluded.quarantined, rows_uri = excluded.rows_uri, rows_sha256 = excluded.rows_sha256`,
    [
      receipt.loadId,
      attemptId,
      receipt.announced,
      receipt.read,
      receipt.written,
      receipt.quarantined,
      receipt.rowsUri,
      receipt.rowsSha256 ?? null,
    ],
  );
}

/** The rows of these loads lie in this batch's files of history from now on; what they failed of before is over. */
export async function placeInHistory(db: Queryable, batchId: number, loadIds: readonly number[]): Promise<void> {
  await db.query(
    `UPDATE ledger.loads SET history_batch_id = $1, fault = NULL, tries = 0, tried_with = NULL, next_try_at = NULL WHERE id = ANY ($2::bigint[])`,
    [batchId, loadIds],
  );
}

/** What a load wrote to history. */
export interface WrittenLoad {
  readonly id: number;
  readonly objectKey: string;
  /** In whose files of history the rows lie. */
  readonly batchId: number;
  /** Rows by its receipt. */
  readonly written: number;
}

/** The loads whose rows lie in the files of history of these batches. */
export async function writtenLoads(db: Queryable, batchIds: readonly number[]): Promise<WrittenLoad[]> {
  const { rows } = await db.query<WrittenLoad>(
    `SELECT l.id, o.object_key AS "objectKey", l.history_batch_id AS "batchId", r.written
     FROM ledger.loads l JOIN ledger.objects o ON o.id = l.object_id JOIN ledger.receipts r ON r.load_id = l.id
     WHERE l.history_batch_id = ANY ($1::bigint[]) ORDER BY l.id`,
    [batchIds],
  );
  return rows;
}

/** Rows of all loads of a dataset that are in history. */
export type ReceiptSum = Pick<Receipt, 'announced' | 'read' | 'written' | 'quarantined'>;

/** By dataset; one without receipts is absent. */
export async function receiptSums(db: Queryable): Promise<Map<string, ReceiptSum>> {
  const { rows } = await db.query<{ dataset: string } & ReceiptSum>(
    `SELECT l.dataset, sum(r.announced)::bigint AS announced, sum(r.read)::bigint AS read, sum(r.written)::bigint AS written,
       sum(r.quarantined)::bigint AS quarantined
     FROM ledger.receipts r JOIN ledger.loads l ON l.id = r.load_id WHERE l.history_batch_id IS NOT NULL GROUP BY l.dataset`,
  );
  return new Map(rows.map(({ dataset, ...sum }) => [dataset, sum]));
}

/** A refused row as the ledger keeps it: which and why, not what it holds. */
export interface RefusedRowNote {
  /** Number of the record in its file, the header being 1. */
  readonly record: number;
  /** Line of the file's text on which it begins. */
  readonly line: number;
  readonly column: string;
  readonly reason: string;
  /** Key of a change, as texts in key order; null: it cannot be read or may not be told. */
  readonly key: readonly (string | null)[] | null;
}

export async function writeRefusedRows(db: Queryable, loadId: number, rows: readonly RefusedRowNote[]): Promise<void> {
  if (rows.length === 0) return;
  // Postgres text cannot hold NUL; names and reasons that have one are shown without it.
  const text = (value: string) => value.replaceAll('\0', '\uFFFD');
  await db.query(
    `INSERT INTO ledger.refused_rows (load_id, record, line, column_name, reason, key)
     SELECT $1, * FROM unnest($2::bigint[], $3::bigint[], $4::text[], $5::text[], $6::json[])`,
    [
      loadId,
      rows.map((row) => row.record),
      rows.map((row) => row.line),
      rows.map((row) => text(row.column)),
      rows.map((row) => text(row.reason)),
      rows.map((row) => (row.key === null ? null : JSON.stringify(row.key))),
    ],
  );
}

/** Changes that were refused: what they would have done to their keys is not in the table. */
export interface DoubtfulKeys {
  readonly dataset: string;
  /** Refused rows of change files that count, and that nobody gave up. */
  readonly rows: number;
  /** Their keys as far as they can be told, each once. */
  readonly keys: readonly (readonly (string | null)[])[];
  /** Of which these are, in order of arrival. */
  readonly loadIds: readonly number[];
}

/** @param most keys of a dataset */
export async function keysInDoubt(db: Queryable, most: number): Promise<Map<string, DoubtfulKeys>> {
  const { rows } = await db.query<DoubtfulKeys>(
    `WITH refused AS (
       SELECT l.id, l.dataset, r.quarantined FROM ledger.loads l JOIN ledger.receipts r ON r.load_id = l.id
       JOIN ledger.batches b ON b.id = l.history_batch_id
       WHERE r.quarantined > 0 AND b.kind = 'changes' AND l.state <> 'superseded'
         AND l.id NOT IN (SELECT load_id FROM ${GIVEN_UP} g))
     SELECT dataset, sum(quarantined)::bigint AS rows, coalesce((SELECT json_agg(k.key::json ORDER BY k.load, k.record) FROM (
         SELECT w.key::text AS key, min(w.load_id) AS load, min(w.record) AS record
         FROM ledger.refused_rows w JOIN refused own ON own.id = w.load_id
         WHERE own.dataset = refused.dataset AND w.key IS NOT NULL GROUP BY w.key::text ORDER BY 2, 3 LIMIT $1) k), '[]') AS keys, array_agg(id ORDER BY id) AS "loadIds"
     FROM refused GROUP BY dataset`,
    [most],
  );
  return new Map(rows.map((row) => [row.dataset, row]));
}
