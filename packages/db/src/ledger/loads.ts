import { beside, DESCRIBES_ANEW } from './descriptions.ts';
import { SHA256, type Queryable } from './objects.ts';

export type LoadState =
  | 'registered'
  | 'waiting'
  | 'ready'
  | 'loading'
  | 'loaded'
  | 'applied'
  | 'archived'
  | 'superseded'
  | 'failed'
  | 'quarantined';

export type WaitingFor = 'dfm' | 'snapshot' | 'contract' | 'schema';

export interface Load {
  readonly id: number;
  readonly objectId: number;
  readonly objectKey: string;
  readonly contentHash: string;
  /** SHA-256 of its bytes, in hex; null: nobody has asked. */
  readonly sha256: string | null;
  readonly sourceSchema: string;
  readonly sourceTable: string;
  /** Bytes of the object. */
  readonly size: number;
  readonly storeUri: string;
  readonly path: string;
  readonly seen: number;
  readonly state: LoadState;
  readonly waitingFor: WaitingFor | null;
  readonly reason: string | null;
  readonly fileTime: string | null;
  readonly endWrite: string | null;
  readonly lastTransaction: string | null;
  readonly generation: string | null;
  /** The batch that it is worked on in, or was last. */
  readonly batchId: number | null;
  /** The batch in whose files of history its rows lie, while it may be worked on again in another; null: it has none there. */
  readonly historyBatchId: number | null;
  /** Its rows have been in history at some time. */
  readonly everLoaded: boolean;
  /** Somebody said that it takes the place of other content of its file that is in history. */
  readonly accepted: boolean;
  /** Its copies, absolute: in the archive, when it was accepted; in the error zone, when it was refused. */
  readonly archivedUri: string | null;
  readonly refusedUri: string | null;
  readonly dfmObjectId: number | null;
  /** How its columns differ from the contract that it was last planned by; null: not at all. */
  readonly drift: readonly object[] | null;
  /**
   * The `.dfm` that lies beside it, else the one seen last under its name; another when that did not agree. Of what was loaded
   * before, the newest that describes the same content. null: none. Not read for loads in history.
   */
  readonly dfm: { readonly objectId: number; readonly text: string } | null;
}

const COLUMNS = `l.id, l.object_id AS "objectId", o.object_key AS "objectKey", o.content_hash AS "contentHash",
  ${SHA256} AS sha256,
  o.source_schema AS "sourceSchema", o.source_table AS "sourceTable", o.size, o.store_uri AS "storeUri", o.path, o.seen,
  l.state, l.waiting_for AS "waitingFor", l.reason, l.file_time AS "fileTime", l.end_write AS "endWrite",
  l.last_transaction AS "lastTransaction", l.generation, l.batch_id AS "batchId", l.history_batch_id AS "historyBatchId", o.archived_uri AS "archivedUri", l.refused_uri AS "refusedUri",
  EXISTS (SELECT 1 FROM ledger.receipts r WHERE r.load_id = l.id) AS "everLoaded", l.id IN (SELECT load_id FROM ledger.replayed_loads WHERE state = 'waiting') AS accepted, l.dfm_object_id AS "dfmObjectId", l.drift`;

/** All loads of a dataset, or of one of its batches, in order of arrival. */
export async function loadsOf(db: Queryable, dataset: string, batchId: number | null = null): Promise<Load[]> {
  const { rows } = await db.query<Load>(
    `SELECT ${COLUMNS}, CASE WHEN d.id IS NOT NULL THEN json_build_object('objectId', d.id, 'text', d.dfm) END AS dfm
     FROM ledger.loads l JOIN ledger.objects o ON o.id = l.object_id
     LEFT JOIN ledger.objects own ON own.id = l.dfm_object_id
     LEFT JOIN LATERAL (
       SELECT d.id, d.dfm FROM ledger.objects d
       WHERE d.part = 'dfm' AND d.object_key = regexp_replace(o.object_key, '\\.csv\\.gz$', '.dfm')
         AND l.state NOT IN ('loaded', 'applied', 'archived')
         -- What is taken through again goes by its own, as it is by now: the next snapshot has the same names.
         AND CASE WHEN l.history_batch_id IS NOT NULL THEN d.id = own.id OR (${DESCRIBES_ANEW})
           -- A further load came of a .dfm of its own; that it turned out not to be gives way to what came since.
           ELSE (l.delivery = 1 OR d.id = own.id OR (l.waiting_for = 'dfm' AND d.seen > own.seen))
             -- What was overwritten is not described by what came with, or after, the content that lies there now.
             AND NOT EXISTS (SELECT 1 FROM ledger.objects n WHERE n.part = 'data' AND n.object_key = o.object_key
               AND n.store_uri = o.store_uri AND n.path = o.path AND n.seen > o.seen AND n.seen <= d.seen) END
       -- One that was tried and did not agree gives way to any other; of what was loaded once, only to a newer one.
       ORDER BY (l.history_batch_id IS NULL AND l.waiting_for = 'dfm' AND d.id = own.id) IS TRUE,
         ${beside('d')} DESC, d.seen DESC
       LIMIT 1) d ON true
     WHERE l.dataset = $1 AND ($2::bigint IS NULL OR l.batch_id = $2) ORDER BY l.id`,
    [dataset, batchId],
  );
  return rows;
}

export interface LoadChange {
  readonly state: LoadState;
  readonly waitingFor?: WaitingFor | null;
  readonly reason?: string | null;
}

/** Facts about a load that planning finds out; what is not given stays. */
export interface LoadFacts {
  readonly dfmObjectId?: number | null;
  readonly fileTime?: string | null;
  readonly endWrite?: string | null;
  readonly lastTransaction?: string | null;
  readonly generation?: string | null;
  readonly drift?: readonly object[] | null;
}

/**
 * Moves a load from the state it was read in to another.
 * @throws when it is not in that state any more: somebody else works on the table without its lock, a bug
 */
export async function changeLoad(db: Queryable, id: number, from: LoadState, to: LoadChange, facts: LoadFacts = {}) {
  const known = {
    dfmObjectId: 'dfm_object_id',
    fileTime: 'file_time',
    endWrite: 'end_write',
    lastTransaction: 'last_transaction',
    generation: 'generation',
    drift: 'drift',
  } as const;
  const given = Object.entries(known).filter(([name]) => name in facts);
  const { rowCount } = await db.query(
    `UPDATE ledger.loads SET state = $3, waiting_for = $4, reason = $5, updated_at = now()
       ${given.map(([, column], index) => `, ${column} = $${index + 6}`).join('')}
     WHERE id = $1 AND state = $2`,
    [
      id,
      from,
      to.state,
      to.waitingFor ?? null,
      to.reason ?? null,
      ...given.map(([name]) => asParameter(facts[name as keyof LoadFacts])),
    ],
  );
  if (rowCount !== 1) throw new Error(`load ${id} is not '${from}' any more`);
}

/**
 * Moves many loads from one state to another, in one statement: a table may have a hundred thousand.
 * @throws as `changeLoad`
 */
export async function changeLoads(db: Queryable, ids: readonly number[], from: LoadState, to: LoadChange) {
  if (ids.length === 0) return;
  const { rowCount } = await db.query(
    `UPDATE ledger.loads SET state = $3, waiting_for = $4, reason = $5, updated_at = now()
     WHERE id = ANY ($1::bigint[]) AND state = $2`,
    [ids, from, to.state, to.waitingFor ?? null, to.reason ?? null],
  );
  if (rowCount !== ids.length) throw new Error(`${ids.length - (rowCount ?? 0)} loads are not '${from}' any more`);
}

/** A list is JSON here; the driver would make an array of Postgres of it. */
const asParameter = (fact: LoadFacts[keyof LoadFacts]): string | number | null =>
  typeof fact === 'object' && fact !== null ? JSON.stringify(fact) : (fact ?? null);

/** Texts of `.dfm` objects, by object id. */
export async function dfmTexts(db: Queryable, objectIds: readonly number[]): Promise<Map<number, string>> {
  const { rows } = await db.query<{ id: number; dfm: string }>(
    `SELECT id, dfm FROM ledger.objects WHERE part = 'dfm' AND id = ANY ($1::bigint[])`,
    [objectIds],
  );
  return new Map(rows.map(({ id, dfm }) => [id, dfm]));
}
