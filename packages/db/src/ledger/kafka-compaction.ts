/** Files of topics' tables by service date, for compaction. */
import type { ColumnTypes, FileTreatments, ListedFile } from './manifest.ts';
import type { Queryable } from './objects.ts';

/** SQL: the date that a file of table `f` is of, as its name says; names never change. */
const DATE = `substring(f.uri from '/service_date=(\\d{4}-\\d\\d-\\d\\d)/[^/]+$')`;

/** Files below both bounds are small. */
export interface SmallFiles {
  /** Bytes. */
  readonly size: number;
  readonly rows: number;
}

/** Milliseconds since 1970, by the clock that all processes share. */
export async function databaseTime(db: Queryable): Promise<number> {
  const { rows } = await db.query<{ now: Date }>('SELECT clock_timestamp() AS now');
  return rows[0]?.now.getTime() ?? 0;
}

/** Service dates before the given one of which the table's newest version has several small files, the oldest first. */
export async function datesOfSmallFiles(
  db: Queryable,
  tableName: string,
  before: string,
  small: SmallFiles,
): Promise<string[]> {
  const { rows } = await db.query<{ date: string }>(
    `SELECT d.date FROM ledger.files f CROSS JOIN LATERAL (SELECT ${DATE} AS date) d
     WHERE f.table_name = $1 AND f.version_removed IS NULL AND f.size < $3 AND f.rows < $4 AND d.date < $2
     GROUP BY 1 HAVING count(*) > 1 ORDER BY 1`,
    [tableName, before, small.size, small.rows],
  );
  return rows.map(({ date }) => date);
}

/** A file as compaction needs it. */
export interface SmallFile extends Pick<ListedFile, 'id' | 'uri' | 'size' | 'rows' | 'sha256' | 'contractVersion'> {
  /** Files are of one kind where this is equal: treatments, columns and types. */
  readonly kind: string;
  readonly treatments: FileTreatments | null;
  readonly columnIds: readonly number[] | null;
  readonly types: ColumnTypes | null;
}

/** Small files of one service date in the table's newest version. */
export async function smallFilesOf(
  db: Queryable,
  tableName: string,
  date: string,
  small: SmallFiles,
): Promise<SmallFile[]> {
  const { rows } = await db.query<SmallFile>(
    `SELECT f.id, f.uri, f.size, f.rows, f.sha256, f.contract_version AS "contractVersion",
       concat_ws(' ', coalesce(f.treatments::text, '-'), coalesce(f.column_ids::text, '-'), coalesce(f.types::text, '-')) AS kind,
       f.treatments::text::json AS treatments, f.column_ids AS "columnIds", f.types::text::json AS types
     FROM ledger.files f
     WHERE f.table_name = $1 AND f.version_removed IS NULL AND f.size < $3 AND f.rows < $4 AND ${DATE} = $2 ORDER BY f.id`,
    [tableName, date, small.size, small.rows],
  );
  return rows;
}
