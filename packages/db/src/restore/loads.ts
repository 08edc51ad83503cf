/** Loads of a dataset with all that hangs on them, as journals tell of them. The newer of two journals is taken in after the other. */
import type { JournalledLoads, Row } from '../ledger/journal.ts';
import type { LoadState } from '../ledger/loads.ts';
import { IS_DATASET, type Queryable } from '../ledger/objects.ts';
import { restoreAttempts } from './begin.ts';

/** Rows of journals as a relation. */
const rowsOf = (table: string): string => `json_populate_recordset(NULL::ledger.${table}, $1::json)`;

const columnsOf = (...names: readonly string[]) => ({
  names: names.join(', '),
  from: (alias: string) => names.map((name) => `${alias}.${name}`).join(', '),
  renewed: names.map((name) => `${name} = excluded.${name}`).join(', '),
});

/** Copies in the archive are looked for; what was written is not believed of a place that may be another by now. */
const OBJECT = columnsOf(
  ...['object_key', 'content_hash', 'dataset', 'source_schema', 'source_table', 'part', 'size', 'store_uri', 'path'],
  ...['seen', 'dfm', 'registered_at', 'sha256', 'archived_sha256'],
);

const RECEIPT = columnsOf('attempt_id', 'announced', 'read', 'written', 'quarantined', 'rows_uri', 'rows_sha256');

/** Of a load that is in history all else follows from the files, and is settled afterwards. */
const LOAD = columnsOf(
  ...[
    'object_id',
    'delivery',
    'dataset',
    'state',
    'reason',
    'dfm_object_id',
    'file_time',
    'end_write',
    'last_transaction',
  ],
  ...['generation', 'batch_id', 'history_batch_id', 'drift', 'updated_at'],
);

/**
 * @throws what the database throws where a number, or an object, is another dataset's already
 */
export async function restoreLoads(db: Queryable, dataset: string, journal: JournalledLoads): Promise<void> {
  const { batches, loads, objects } = journal;
  await upsert(
    db,
    objects,
    (from) => `INSERT INTO ledger.objects AS known (id, ${OBJECT.names}) OVERRIDING SYSTEM VALUE
    SELECT n.id, ${OBJECT.from('n')} FROM ${from('objects')} n
    ON CONFLICT (id) DO UPDATE SET ${OBJECT.renewed} WHERE known.dataset = excluded.dataset`,
  );
  await upsert(
    db,
    batches,
    (
      from,
    ) => `INSERT INTO ledger.batches AS known (id, dataset, kind, folder, state, created_at) OVERRIDING SYSTEM VALUE
    SELECT n.id, n.dataset, n.kind, n.folder, 'done', n.created_at FROM ${from('batches')} n
    ON CONFLICT (id) DO UPDATE SET state = 'done' WHERE known.dataset = excluded.dataset`,
  );
  await upsert(
    db,
    loads,
    (from) => `INSERT INTO ledger.loads AS known (id, ${LOAD.names}) OVERRIDING SYSTEM VALUE
    SELECT n.id, n.object_id, n.delivery, n.dataset, CASE WHEN n.history_batch_id IS NOT NULL THEN 'loaded'
        WHEN n.state = 'superseded' THEN 'superseded' ELSE 'registered' END,
      CASE WHEN n.history_batch_id IS NULL AND n.state = 'superseded' THEN n.reason END, n.dfm_object_id, n.file_time, n.end_write,
      n.last_transaction, n.generation, b.id, b.id, n.drift, n.updated_at
    FROM ${from('loads')} n LEFT JOIN ledger.batches b ON b.id = n.history_batch_id
    ON CONFLICT (id) DO UPDATE SET ${LOAD.renewed} WHERE known.dataset = excluded.dataset`,
  );
  await db.query(
    `INSERT INTO ledger.batch_loads (batch_id, load_id) SELECT history_batch_id, id FROM ledger.loads
     WHERE dataset = $1 AND history_batch_id IS NOT NULL AND id = ANY ($2::bigint[]) ON CONFLICT DO NOTHING`,
    [dataset, loads.map(({ id }) => id)],
  );
  await restoreReceipts(db, dataset, journal);
}

async function restoreReceipts(
  db: Queryable,
  dataset: string,
  { loads, receipts, results }: JournalledLoads,
): Promise<void> {
  // What an older journal told of a load whose rows were taken out of history since.
  await db.query('DELETE FROM ledger.receipts WHERE load_id = ANY ($1::bigint[]) AND load_id <> ALL ($2::bigint[])', [
    loads.map(({ id }) => id),
    receipts.map((receipt) => receipt['load_id']),
  ]);
  await restoreAttempts(
    db,
    dataset,
    receipts.map((receipt) => String(receipt['attempt_id'])),
    'committed',
  );
  await upsert(
    db,
    receipts,
    (from) => `INSERT INTO ledger.receipts (load_id, ${RECEIPT.names})
    SELECT n.load_id, ${RECEIPT.from('n')} FROM ${from('receipts')} n
    ON CONFLICT (load_id) DO UPDATE SET ${RECEIPT.renewed}`,
  );
  await upsert(
    db,
    results,
    (from) => `INSERT INTO ledger.dmap_results AS known (dataset, dataset_id, last_updated, start_date, end_date,
      counts_from, lane, state, object_id, first_listed, last_listed, etag)
    SELECT n.dataset, n.dataset_id, n.last_updated, n.start_date, n.end_date, n.counts_from, n.lane, 'fetched', n.object_id,
      n.first_listed, n.last_listed, n.etag FROM ${from('dmap_results')} n ORDER BY n.id
    ON CONFLICT (dataset, dataset_id, last_updated, start_date, end_date)
      DO UPDATE SET object_id = excluded.object_id, etag = excluded.etag`,
  );
}

async function upsert(
  db: Queryable,
  rows: readonly Row[],
  statement: (from: (table: string) => string) => string,
): Promise<void> {
  if (rows.length === 0) return;
  const { rowCount } = await db.query(statement(rowsOf), [JSON.stringify(rows)]);
  // What was there and is another dataset's was left alone.
  if (rowCount !== rows.length) throw new NumberTaken();
}

/** A number of the old ledger was given to something else by the new one. */
export class NumberTaken extends Error {
  constructor() {
    super('a number of the old ledger belongs to another dataset by now');
  }
}

/**
 * Loads whose rows have left the files since their journal was written: other content took their place. What they are is known; that
 * they count no more, too.
 * @returns how many
 */
export async function supersedeGone(db: Queryable, dataset: string, tableName: string): Promise<number> {
  const { rows } = await db.query<{ id: number }>(
    `UPDATE ledger.loads l SET state = 'superseded', reason = 'its rows had left the table when the ledger was restored', generation = NULL,
       batch_id = NULL, history_batch_id = NULL
     FROM ledger.objects o WHERE o.id = l.object_id AND l.dataset = $1 AND l.history_batch_id IS NOT NULL
       AND EXISTS (SELECT 1 FROM ledger.receipts r WHERE r.load_id = l.id AND r.written > 0)
       AND NOT EXISTS (SELECT 1 FROM ledger.files f WHERE f.table_name = $2 AND f.version_removed IS NULL
         AND CASE WHEN ${IS_DATASET} THEN f.load_id = l.id ELSE f.batch_id = l.history_batch_id END)
     RETURNING l.id`,
    [dataset, tableName],
  );
  // Of a dataset the receipt stays, and says what was there.
  await db.query(
    `DELETE FROM ledger.receipts r USING ledger.loads l JOIN ledger.objects o ON o.id = l.object_id
     WHERE r.load_id = l.id AND l.id = ANY ($1::bigint[]) AND NOT ${IS_DATASET}`,
    [rows.map(({ id }) => id)],
  );
  return rows.length;
}

/** Numbers of the dataset, each with what it is a number of: no other dataset may have them. */
export async function numbersOf(db: Queryable, dataset: string): Promise<string[]> {
  const { rows } = await db.query<{ number: string }>(
    `SELECT 'object ' || id AS number FROM ledger.objects WHERE dataset = $1 UNION ALL SELECT 'load ' || id FROM ledger.loads WHERE dataset = $1
     UNION ALL SELECT 'batch ' || id FROM ledger.batches WHERE dataset = $1`,
    [dataset],
  );
  return rows.map(({ number }) => number);
}

/** Numbers in a place of the highest there is. */
export async function highestNumbers(
  db: Queryable,
): Promise<{ objects: number; loads: number; batches: number; seen: number }> {
  const { rows } = await db.query<{ objects: number; loads: number; batches: number; seen: number }>(
    `SELECT (SELECT coalesce(max(id), 0) FROM ledger.objects) AS objects, (SELECT coalesce(max(id), 0) FROM ledger.loads) AS loads,
       (SELECT coalesce(max(id), 0) FROM ledger.batches) AS batches, (SELECT coalesce(max(seen), 0) FROM ledger.objects) AS seen`,
  );
  return rows[0] ?? { objects: 0, loads: 0, batches: 0, seen: 0 };
}

/** What stands in its place of state for each of these loads. */
export async function settleLoads(
  db: Queryable,
  ids: readonly number[],
  state: LoadState,
  reason: string | null = null,
): Promise<void> {
  await db.query(`UPDATE ledger.loads SET state = $2, reason = $3, waiting_for = NULL WHERE id = ANY ($1::bigint[])`, [
    ids,
    state,
    reason,
  ]);
}

/** Copies that lie in the archive where they have to, in their size; whether they are whole, `audit --content` tells. */
export async function noteCopies(
  db: Queryable,
  copies: readonly { readonly id: number; readonly uri: string }[],
): Promise<void> {
  await db.query(
    `UPDATE ledger.objects o SET archived_uri = c.uri, archived_at = now(),
       archived_sha256 = coalesce(CASE WHEN o.content_hash ~ '^[0-9a-f]{64}$' THEN o.content_hash END, o.sha256, o.archived_sha256)
     FROM unnest($1::bigint[], $2::text[]) c(id, uri) WHERE o.id = c.id`,
    [copies.map(({ id }) => id), copies.map(({ uri }) => uri)],
  );
}
