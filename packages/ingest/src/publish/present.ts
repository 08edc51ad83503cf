/** The published table as Postgres has it now, and what people have hung on it. */
import type { Queryable } from '@farelake/db';
import { keyName } from './names.ts';
import { SCHEMA } from './shape.ts';

export interface PresentTable {
  /** Postgres's own number of it. */
  readonly oid: number;
  /** Whether farelake made it. */
  readonly ours: boolean;
  readonly columns: readonly { readonly name: string; readonly type: string }[];
  /**
   * What belongs to this very table and would be lost or refused with another in its place, as Postgres describes it:
   * views over it, policies, triggers, further indexes, references.
   */
  readonly attached: readonly string[];
}

/** How the comment of every table begins that farelake made; it also tells people not to write there. */
export const MARK = 'Published by farelake';

/** Undefined: there is nothing of that name. */
export async function readPresent(db: Queryable, dataset: string): Promise<PresentTable | undefined> {
  const { rows } = await db.query<Omit<PresentTable, 'attached' | 'ours'> & { comment: string | null; kind: string }>(
    `SELECT c.oid, c.relkind AS kind, obj_description(c.oid, 'pg_class') AS comment,
       coalesce((SELECT json_agg(json_build_object('name', a.attname, 'type', format_type(a.atttypid, a.atttypmod)) ORDER BY a.attnum)
         FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped), '[]') AS columns
     FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE n.nspname = $1 AND c.relname = $2`,
    [SCHEMA, dataset],
  );
  const [found] = rows;
  if (found === undefined) return undefined;
  const { oid, columns, kind, comment } = found;
  const ours = kind === 'r' && comment?.startsWith(MARK) === true;
  return { oid, columns, ours, attached: ours ? await attachedTo(db, oid, dataset) : [] };
}

/**
 * Postgres notes everything that goes with a table, or keeps it from going, as depending on it or on its row type
 * (`pg_depend`, kinds a and n). Our key constraint and defaults are no one's but the table's own.
 */
async function attachedTo(db: Queryable, oid: number, dataset: string): Promise<string[]> {
  const { rows } = await db.query<{ what: string }>(
    `SELECT DISTINCT pg_describe_object(d.classid, d.objid, d.objsubid) AS what
     FROM pg_class c JOIN pg_type t ON t.oid = c.reltype
     JOIN pg_depend d ON d.deptype IN ('a', 'n') AND ((d.refclassid = 'pg_class'::regclass AND d.refobjid = c.oid)
       OR (d.refclassid = 'pg_type'::regclass AND d.refobjid IN (t.oid, t.typarray)))
     WHERE c.oid = $1 AND d.classid <> 'pg_attrdef'::regclass
       AND NOT (d.classid = 'pg_constraint'::regclass AND d.objid IN
         (SELECT k.oid FROM pg_constraint k WHERE k.conrelid = c.oid AND (k.conname = $2 OR k.contype = 'n')))
     UNION ALL SELECT 'row level security' FROM pg_class c WHERE c.oid = $1 AND c.relrowsecurity
     ORDER BY what`,
    [oid, keyName(dataset)],
  );
  return rows.map(({ what }) => what);
}
